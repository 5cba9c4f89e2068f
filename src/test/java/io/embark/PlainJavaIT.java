/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the Java without Spark with the jars that the manual names for it, and no others. */
class PlainJavaIT {
    private static final long MOST_SECONDS = 300;

    private static final String PROGRAM = """
            import io.embark.EmbedOptions;
            import io.embark.encode.Embedder;
            import java.util.List;

            public final class Program {
                public static void main(String[] arguments) {
                    %s
                }
            }
            """;

    @TempDir
    Path folder;

    static List<Page> pages() {
        return List.of(Page.readme(), Page.of("java"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theApiOfSlf4jBesideTheThreeJarsIsEnough(Page page) throws Exception {
        List<String> blocks = page.blocks("java").stream()
                .filter(block -> block.contains("Embedder.open"))
                .toList();
        assertThat(blocks).hasSize(1);
        assertThat(page.text()).contains("`slf4j-api`");
        Path program = Files.writeString(
                folder.resolve("Program.java"),
                PROGRAM.formatted(blocks.get(0)
                        .replaceFirst(
                                "vectors = .*;", "$0 System.out.println(\"components: \" + vectors[1].length);")));
        Path output = folder.resolve("output.txt");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        "target/dist/*:" + slf4j(),
                        program.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            assertThat(output).content().contains("components: 384");
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path slf4j() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/spark/jars"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith("slf4j-api-"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}

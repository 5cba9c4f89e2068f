/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the licence's short form to the head of every source file; fixtures are data. */
class LicenceTest {
    private static final Path FIXTURES = Path.of("src/test/resources");
    private static final int FIRST_LINES = 4;

    @Test
    void everySourceFileNamesItsLicence() throws IOException {
        for (String root : List.of("src", "jobs", ".ci")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                List<Path> sources = files.filter(Files::isRegularFile)
                        .filter(file -> !file.startsWith(FIXTURES))
                        .filter(LicenceTest::isSource)
                        .toList();

                assertThat(sources).isNotEmpty().allSatisfy(source -> assertThat(head(source))
                        .as("%s: mvn spotless:apply puts it into Java files but package-info.java", source)
                        .anyMatch(line -> line.endsWith(" Copyright the Embark authors"))
                        .anyMatch(line -> line.endsWith(" SPDX-License-Identifier: Apache-2.0")));
            }
        }
    }

    private static List<String> head(Path source) throws IOException {
        try (Stream<String> lines = Files.lines(source, StandardCharsets.ISO_8859_1)) {
            return lines.limit(FIRST_LINES).toList();
        }
    }

    private static boolean isSource(Path file) {
        String name = file.getFileName().toString();
        try {
            return name.endsWith(".java")
                    || name.endsWith(".py")
                    || name.endsWith(".sql")
                    || head(file).stream().anyMatch(line -> line.startsWith("#!"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

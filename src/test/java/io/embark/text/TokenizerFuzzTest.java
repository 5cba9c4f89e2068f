/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every mutation of a tokenizer is opened or refused, soon and in little memory, and the process lives on. {@code
 * -Dembark.fuzz.rounds} says how many; the folder in {@code target} keeps what ended a process.
 */
class TokenizerFuzzTest {
    private static final int ROUNDS = Integer.getInteger("embark.fuzz.rounds", 120);
    private static final int ROUNDS_OF_ONE = 2_500;

    /** Its heap is resident from the start, so that what grows is the library's. */
    private static final Map<String, String> FIXED_HEAP =
            Map.of("JDK_JAVA_OPTIONS", "-Xms512m -XX:+AlwaysPreTouch -XX:+UseSerialGC");

    @Test
    void opensOrRefusesEveryMutation() throws Exception {
        Path folder = Files.createDirectories(Path.of("target/fuzz")).toAbsolutePath();
        for (int first = 0; first < ROUNDS; first += ROUNDS_OF_ONE) {
            int rounds = Math.min(ROUNDS_OF_ONE, ROUNDS - first);
            List<String> lines = OwnJvm.run(
                    folder,
                    FIXED_HEAP,
                    TokenizerFuzz.class,
                    folder.toString(),
                    "13",
                    String.valueOf(first),
                    String.valueOf(rounds));
            assertThat(lines).noneMatch(line -> line.startsWith("TOO MUCH"));
            assertThat(lines.stream().filter(line -> line.startsWith("opened")))
                    .singleElement()
                    .satisfies(line -> assertThat(Integer.parseInt(line.replaceAll("opened ([0-9]+) .*", "$1")))
                            .isBetween(rounds / 10, rounds * 9 / 10));
        }
    }
}

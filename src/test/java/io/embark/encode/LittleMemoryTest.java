/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LittleMemoryTest {
    @TempDir
    Path folder;

    /**
     * 73,000 tokens in one batch take more than 600 MB beside the weights. More arenas of glibc would take address space for
     * themselves.
     */
    @Test
    void aBatchThatDoesNotFitIsComputedInHalvesWithTheSameBits() throws Exception {
        Map<String, String> environment = Map.of("LOG4J_LEVEL", "WARN", "MALLOC_ARENA_MAX", "1");
        assertThat(OwnJvm.run(folder, environment, EmbedInLittleMemory.class, "400"))
                .contains(EmbedInLittleMemory.SAME)
                .anyMatch(line -> line.contains("memory ran out in a batch of "));
    }
}

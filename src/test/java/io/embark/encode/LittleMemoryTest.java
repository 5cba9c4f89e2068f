/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LittleMemoryTest {
    @TempDir
    Path folder;

    /** 40,000 tokens in one batch take more than 400 MB beside the weights. */
    @Test
    void aBatchThatDoesNotFitIsComputedInHalvesWithTheSameBits() throws Exception {
        assertThat(OwnJvm.run(folder, EmbedInLittleMemory.class, "300")).contains(EmbedInLittleMemory.SAME);
    }
}

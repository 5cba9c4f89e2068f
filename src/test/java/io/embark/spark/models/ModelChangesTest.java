/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models that were closed leave behind; {@code .ci/proofs/model-changes} changes them a hundred times. */
class ModelChangesTest {
    @TempDir
    Path folder;

    /** Without it 1,400 MB are held by then: each model leaves its weights in the memory of other threads. */
    @Test
    void theMemoryOfAModelEndsWithIt() throws Exception {
        String second = Files.createDirectory(folder.resolve("second")).toString();
        List<String> lines = OwnJvm.run(folder, ModelChanges.class, "10", second);
        assertThat(lines.get(lines.size() - 1)).matches("10 changes: [0-9]+ MB");
        assertThat(Integer.parseInt(lines.get(lines.size() - 1).replaceAll(".*: | MB", "")))
                .isLessThan(1_150);
    }
}

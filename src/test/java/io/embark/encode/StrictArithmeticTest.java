/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrictArithmeticTest {
    private static final String TEXT = "a variable that somebody set for other programs";

    @TempDir
    Path folder;

    /** On a CPU that has bfloat16 oneDNN would take it for float32. */
    @Test
    void aVariableThatAsksForLessExactProductsChangesNoBit() throws Exception {
        List<String> lines = OwnJvm.run(
                folder, Map.of("ONEDNN_DEFAULT_FPMATH_MODE", "BF16", "LOG4J_LEVEL", "WARN"), PrintVector.class, TEXT);

        assertThat(lines)
                .contains(PrintVector.of(TEXT))
                .anyMatch(line -> line.contains("ONEDNN_DEFAULT_FPMATH_MODE=BF16 would change vectors silently"));
    }
}

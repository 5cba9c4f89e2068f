/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.ErrorCode;
import io.embark.job.table.Failures;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OutputErrorsTest {
    @Test
    void aFailureOfTheRunKeepsItsCause() {
        IOException cause = new IOException("No space left on device");

        assertThat(OutputErrors.cannotBePutInItsPlace("output a", cause))
                .hasCause(cause)
                .hasMessage("output a: cannot be put in its place\nNo space left on device\n" + Failures.VERBOSE)
                .extracting("code")
                .isEqualTo(ErrorCode.RUN_FAILED);
    }
}

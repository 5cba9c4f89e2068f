/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serial;
import java.util.ConcurrentModificationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflictTest {
    /** Called as Iceberg's is. */
    private static final class ValidationException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        ValidationException(String message) {
            super(message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Found conflicting files that can contain records matching true: [a.parquet]",
                "Found new conflicting delete files that can apply to records matching true: [a.parquet]",
                "Cannot commit, missing data files: [a.parquet]",
                "Cannot commit, found new delete for replaced data file: a.parquet",
                "Found concurrently added DV for a.parquet: b.puffin",
                "Found new position delete for replaced data file: a.parquet",
            })
    void knowsWhatIcebergSaysOfALostCommit(String message) {
        assertThat(Conflict.in(new IllegalStateException(new ValidationException(message))))
                .isPresent();
    }

    @Test
    void takesNoSettingsThatContradictEachOtherForALostCommit() {
        assertThat(Conflict.in(
                        new ValidationException("Cannot set both WAP ID and branch, but got ID [a] and branch [b]")))
                .isEmpty();
    }

    @Test
    void takesNoListThatChangedUnderSomebodysHandsForALostCommit() {
        assertThat(Conflict.in(new IllegalStateException(new ConcurrentModificationException())))
                .isEmpty();
    }
}

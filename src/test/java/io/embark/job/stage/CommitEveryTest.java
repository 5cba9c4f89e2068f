/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitEveryTest {
    @ParameterizedTest
    @CsvSource({"10m, 600", "30s, 30", "2h, 7200", " 1 m , 60", "999999999999h, 3599999999996400"})
    void aTimeIsOverAfterSoManySeconds(String text, long seconds) {
        CommitEvery every = CommitEvery.parse("commit-every", text);

        assertThat(every.isReachedBy(Long.MAX_VALUE)).isFalse();
        // A clock of nanoseconds counts 292 years.
        if (seconds <= Duration.ofDays(1).toSeconds()) {
            assertThat(every.isOver(Duration.ofSeconds(seconds).toNanos() - 1)).isFalse();
            assertThat(every.isOver(Duration.ofSeconds(seconds).toNanos())).isTrue();
        } else {
            assertThat(every.isOver(Long.MAX_VALUE)).isFalse();
        }
    }

    @Test
    void aNumberAloneCountsRows() {
        CommitEvery every = CommitEvery.parse("commit-every", "1000");

        assertThat(every.isReachedBy(999)).isFalse();
        assertThat(every.isReachedBy(1000)).isTrue();
        assertThat(every.isOver(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void showsWhatWasWritten() {
        assertThat(CommitEvery.parse("commit-every", " 10m ")).hasToString("10m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0s", "-1", "m", "10 minutes", "500ms", "1.5h", "10M", "1e3", "1000000000000"})
    void allElseIsRefused(String text) {
        assertThatThrownBy(() -> CommitEvery.parse("commit-every", text))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID))
                .hasMessage("""
                        option commit-every: '%s' is neither a time nor a number of rows
                        It takes a whole number of at least 1, alone for rows or with h, m or s for a time.
                        Write --commit-every 10m, for instance.""".formatted(text));
    }
}

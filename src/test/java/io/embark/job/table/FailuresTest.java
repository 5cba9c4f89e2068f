/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void anUnknownHostIsCalledOne() {
        assertThat(Failures.rootLine(new IllegalStateException(new UnknownHostException("nohost"))))
                .isEqualTo("There is no host nohost.");
    }

    @Test
    void endsWithExceptionsThatCauseEachOther() {
        Exception first = new IllegalStateException("first");
        Exception second = new IllegalStateException("second", first);
        first.initCause(second);

        assertThat(Failures.rootLine(first)).isIn("first", "second");
    }

    @Test
    void leavesOutSparksErrorClass() {
        assertThat(Failures.firstLine(
                        new IllegalStateException("[PATH_NOT_FOUND] Path does not exist: file:/x. SQLSTATE: 42K03")))
                .isEqualTo("Path does not exist: file:/x.");
        assertThat(Failures.firstLine(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.embark.spark.SharedSpark;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(Failures.line(
                        new IllegalStateException("[PATH_NOT_FOUND] Path does not exist: file:/x. SQLSTATE: 42K03")))
                .isEqualTo("Path does not exist: file:/x.");
        assertThat(Failures.line(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void showsAMessageOfSeveralLinesWhole() {
        assertThat(Failures.line(new IllegalStateException("\n[A.B] One:\n\n  two,\tthree\nfour. SQLSTATE: 42K03\n")))
                .isEqualTo("One: two, three four.");
        assertThat(Failures.line(new IllegalStateException("'-1' is invalid"))).isEqualTo("'-1' is invalid");
        assertThat(Failures.line(new ClassNotFoundException("a.B"))).isEqualTo("There is no class a.B.");
        assertThat(Failures.line(new IllegalStateException("x".repeat(1201)))).isEqualTo("x".repeat(1200) + "...");
    }

    /** Spark's own, since nobody else writes them so. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT nosuch FROM range(3) | A column or function parameter with name `nosuch` cannot be resolved. Did you mean"
                        + " one of the following? [`id`].",
                "SELECT id + array(1) FROM range(3) | Cannot resolve \"(id + array(1))\" due to data type mismatch: the left"
                        + " and right operands of the binary operator have incompatible types (\"BIGINT\" and \"ARRAY<INT>\").",
                "SELECT * FROM nosuch | The table or view `nosuch` cannot be found. Verify the spelling and correctness of the"
                        + " schema and catalog. If you did not qualify the name with a schema, verify the current_schema()"
                        + " output, or qualify the name with the correct schema and catalog. To tolerate the error on drop"
                        + " use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.",
                "SELECT * FROM (SELECT 'a' AS id) WHERE id | Cannot resolve \"id\" due to data type mismatch: Filter expression"
                        + " \"id\" of type \"STRING\" is not a boolean.",
                "SELEC 1 | Syntax error at or near 'SELEC'."
            })
    void leavesOutTheQueryAndThePlan(String query, String line) {
        Throwable thrown = catchThrowable(() -> SharedSpark.session().sql(query));

        assertThat(Failures.line(thrown)).isEqualTo(line);
    }

    @Test
    void leavesOutTheFramesOfAnExceptionInAMessage() {
        String message = "Job aborted: Lost task (host executor 1): java.io.IOException: disk\non fire\n"
                + "\tat java.base/java.io.Out.write(Out.java:1)\n\nDriver stacktrace:";

        assertThat(Failures.line(new IllegalStateException(message)))
                .isEqualTo("Job aborted: Lost task (host executor 1): java.io.IOException: disk on fire");
    }
}

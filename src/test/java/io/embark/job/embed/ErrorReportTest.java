/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.SharedSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorReportTest {
    private final EmbarkException ours =
            new EmbarkException(ErrorCode.TEXT_REFUSED, "text 'a': is too long", "It has 300 tokens.", "Cut it.");

    @Test
    void printsThreeLines() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ErrorReport.of(ours).print(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(
                        "embark: text 'a': is too long\n        It has 300 tokens.\n        Cut it.\n");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void aWrongRequestIsToldFromAFailedRun(ErrorCode code) {
        assertThat(ErrorReport.of(new EmbarkException(code, "a", "b", "c")).exitCode())
                .isEqualTo(code.isWrongRequest() ? 2 : code == ErrorCode.TOO_MANY_FAILED ? 3 : 1);
    }

    @Test
    void findsOurExceptionBeneathThoseOfSpark() {
        Exception sparks = new SparkException("Job aborted.", new SparkException("Task failed.", ours));

        assertThat(ErrorReport.of(sparks))
                .isEqualTo(new ErrorReport("text 'a': is too long", "It has 300 tokens.", "Cut it.", 1));
    }

    @Test
    void findsOurExceptionInTheTextOfSparks() {
        Exception sparks = new SparkException(
                "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task 0.3"
                        + " (host executor 1): io.embark.EmbarkException: text 'a': is too long\nIt has 300 tokens.\nCut it.\n"
                        + "\tat io.embark.Foo.bar(Foo.java:1)\nDriver stacktrace:",
                null);

        assertThat(ErrorReport.of(sparks))
                .isEqualTo(new ErrorReport("text 'a': is too long", "It has 300 tokens.", "Cut it.", 1));
    }

    @Test
    void aStoppedRunIsNoRiddle() {
        Exception sparks = new SparkException("Job 4 cancelled because SparkContext was shut down");

        assertThat(ErrorReport.of(new IllegalStateException("outer", sparks)))
                .isEqualTo(new ErrorReport(
                        "the run was stopped",
                        "Spark was shut down before it was done, by Ctrl-C or from outside.",
                        "An output that was there is as it was. Run it again.",
                        1));
    }

    @Test
    void tellsTheRootOfAForeignException() {
        Exception thrown = new IllegalStateException(
                "outer", new java.io.IOException("No space left on device\n\tat a.B.c(B.java:1)"));

        assertThat(ErrorReport.of(thrown))
                .isEqualTo(new ErrorReport(
                        "the run failed: IOException",
                        "No space left on device",
                        "Run it again with --verbose for Spark's log and the stack trace.",
                        1));
    }

    @Test
    void showsAllOfSparksAdviceAndNamesTheSettingThatItAsksFor(@TempDir Path folder) {
        Dataset<Row> old = SharedSpark.session().sql("SELECT date'1000-01-01' AS day");
        Throwable thrown =
                catchThrowable(() -> old.write().parquet(folder.resolve("old").toString()));

        ErrorReport report = ErrorReport.of(thrown);

        assertThat(report.reason())
                .startsWith("You may get a different result due to the upgrading to Spark >= 3.0: writing dates before")
                .contains("You can set \"spark.sql.parquet.datetimeRebaseModeInWrite\" to \"LEGACY\"")
                .endsWith("Spark 3.0+ or other systems that use Proleptic Gregorian calendar.")
                .hasLineCount(1);
        assertThat(report.remedy())
                .isEqualTo(
                        "Choose a value for spark.sql.parquet.datetimeRebaseModeInWrite with --set, or run it again with"
                                + " --verbose for Spark's log and the stack trace.");
    }

    @Test
    void endsWithExceptionsThatCauseEachOther() {
        Exception first = new IllegalStateException("first");
        Exception second = new IllegalStateException("second", first);
        first.initCause(second);

        assertThat(ErrorReport.of(first).reason()).isEqualTo("second");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.embed.ErrorReport;
import io.embark.job.embed.FullDisk;
import io.embark.job.embed.Report;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk, by files that cannot be written. */
class FullDiskTest {
    private final SparkSession spark = SharedSpark.session().newSession();

    @TempDir
    Path folder;

    @BeforeEach
    void fillTheDisk() {
        FullFiles.keepsAll = false;
        spark.conf().set("fs.file.impl", FullFiles.class.getName());
        spark.conf().set("fs.file.impl.disable.cache", "true");
    }

    @Test
    void isFoundAnywhereInAnException() {
        IOException full = new IOException("No space left on device");
        IllegalStateException beside = new IllegalStateException("a");
        beside.addSuppressed(new SparkException("b", full));

        assertThat(FullDisk.isToldBy(beside)).isTrue();
        assertThat(FullDisk.isToldBy(new SparkException("c", new IOException("Disk quota exceeded"))))
                .isTrue();
        assertThat(FullDisk.isToldBy(new IOException("no space left for jokes")))
                .isFalse();
    }

    @Test
    void theDisksOfTheOutputAndOfSparkAreNamed() {
        assertThat(FullDisk.disks(
                        spark,
                        Optional.of(new org.apache.hadoop.fs.Path(
                                folder.resolve("a/b").toUri())),
                        new IOException("No space left on device")))
                .matches(
                        "free by now: [\\d.]+ \\w+ on that of the output \\(%s/a/b\\), [\\d.]+ \\w+ on that of spark.local.dir \\(.+\\)"
                                .formatted(folder));
    }

    @Test
    void aReportOnAFullDiskIsRefusedInAdvance() {
        FullFiles.free = 512;

        assertThatThrownBy(() -> Report.in(spark, folder.toString()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        report %s: cannot be written
                        The disk of file:%s is full: 512 bytes are free.
                        Free some of it, or name another folder with --report.""".formatted(folder, folder));
    }

    @Test
    void aReportThatFailsAtTheEndNamesItsFileAndSaysThatTheOutputIsComplete() throws IOException {
        FullFiles.free = 1 << 21;
        Files.writeString(folder.resolve("summary.json"), "of an earlier run");
        Report report = Report.in(spark, folder.toString());

        assertThatThrownBy(() -> report.write("summary.json", "{}"))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        report %s/summary.json: cannot be written, though the output is complete
                        No space left on device; 2.1 MB are free on its disk.
                        The output needs no second run. What the report would say is printed above, unless --quiet.""".formatted(folder))
                .satisfies(e -> assertThat(ErrorReport.of(e).exitCode()).isEqualTo(1));
        assertThat(folder.resolve("summary.json")).content().isEqualTo("of an earlier run");
        assertThatCode(() -> Report.in(SharedSpark.session(), folder.toString()).write("summary.json", "{}"))
                .doesNotThrowAnyException();
        assertThat(folder).isDirectoryNotContaining("regex:.*unfinished.*");
        assertThat(folder.resolve("summary.json")).content().isEqualTo("{}");
    }

    @Test
    void aReportThatStaysIsNotTakenForAFailureOfRowsThatAreIn() throws IOException {
        FullFiles.free = 1 << 21;
        FullFiles.keepsAll = true;
        Files.writeString(folder.resolve("failed.json"), "of an earlier run");
        Report report = Report.in(spark, folder.toString());

        assertThatCode(report::forget).doesNotThrowAnyException();
        assertThatThrownBy(() -> report.remove("failed.json"))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "report %s/failed.json: cannot be written, though the output is complete\nAccess Denied; 2.1 MB"
                                .formatted(folder))
                .satisfies(e -> assertThat(ErrorReport.of(e).exitCode()).isEqualTo(1));
    }
}

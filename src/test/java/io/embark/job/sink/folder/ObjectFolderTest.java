/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.CopyingFileSystem;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that somebody else puts into a folder of a store of objects while a run writes it. */
class ObjectFolderTest {
    private static final String MEANWHILE = "embark_test_meanwhile";

    private static final String OTHERS = "part-00007-2f5c8e1a-0000-4000-8000-000000000000-c000.snappy.parquet";

    /** What somebody else does when the first row is computed. */
    private static final AtomicReference<Runnable> OTHER = new AtomicReference<>();

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @BeforeEach
    void connect() {
        spark.conf().set("fs.%s.impl".formatted(CopyingFileSystem.SCHEME), CopyingFileSystem.class.getName());
        spark.udf()
                .register(
                        MEANWHILE,
                        (UDF1<Long, Boolean>) id -> {
                            Optional.ofNullable(OTHER.getAndSet(null)).ifPresent(Runnable::run);
                            return true;
                        },
                        DataTypes.BooleanType);
    }

    @Test
    void anOverwriteLeavesEverythingWhereSomebodyElseAddedRows() throws IOException {
        write(WriteMode.ERROR, rows(0, 4));
        OTHER.set(() -> addAnotherFile(OTHERS));

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, rows(10, 14)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output s3n:%s: somebody else wrote it while this run embedded
                        It holds 1 file of rows that were not there when the run began, as %s; all was left as it is.
                        Run it again when nobody else writes there, or choose another output.""".formatted(output(), OTHERS));
        assertThat(ids()).containsExactly(0L, 1L, 2L, 3L, 90L);
        assertThat(names(folder)).containsExactly("out");
    }

    @Test
    void aNewOutputIsNotPutAmongRowsOfSomebodyElse() throws IOException {
        OTHER.set(() -> addAnotherFile(OTHERS));

        assertThatThrownBy(() -> write(WriteMode.ERROR, rows(0, 4)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output s3n:%s: exists\nSomebody wrote it while this run".formatted(output()));
        assertThat(ids()).containsExactly(90L);
        assertThat(names(folder)).containsExactly("out");
    }

    @Test
    void anAppendIsAddedToWhatSomebodyElseAdded() throws IOException {
        write(WriteMode.ERROR, rows(0, 2));
        OTHER.set(() -> addAnotherFile(OTHERS));
        write(WriteMode.APPEND, rows(10, 12));

        assertThat(ids()).containsExactly(0L, 1L, 10L, 11L, 90L);
        assertThat(names(folder)).containsExactly("out");
    }

    private void addAnotherFile(String name) {
        try {
            Path made = Files.createDirectories(folder.resolve("elsewhere"));
            spark.range(90, 91).coalesce(1).write().mode("overwrite").parquet(made.toString());
            try (Stream<Path> files = Files.list(made)) {
                Path file = files.filter(each -> each.getFileName().toString().startsWith("part-"))
                        .findFirst()
                        .orElseThrow();
                Files.createDirectories(output());
                Files.copy(file, output().resolve(name));
            }
            FileUtils.deleteDirectory(made.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path output() {
        return folder.resolve("out");
    }

    private void write(WriteMode mode, Dataset<Row> rows) {
        Sink sink = new FolderKind()
                .open(spark, SinkRequest.folder("%s:%s".formatted(CopyingFileSystem.SCHEME, output()), mode));
        sink.check(rows.schema(), Source.of(spark.range(1).toDF(), "test", Optional.empty(), true));
        sink.write(rows);
    }

    private Dataset<Row> rows(long from, long to) {
        return spark.createDataset(LongStream.range(from, to).boxed().toList(), Encoders.LONG())
                .toDF("id")
                .where("%s(id)".formatted(MEANWHILE));
    }

    private List<Long> ids() {
        return spark.read().parquet(output().toString()).collectAsList().stream()
                .map(row -> row.getLong(0))
                .sorted()
                .toList();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

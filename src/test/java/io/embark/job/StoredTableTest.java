/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.SteppingFileSystem.Step;
import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of the session's catalog whose files lie in a store of objects, where a rename is a copy. */
class StoredTableTest {
    private static final int FILES = 3;

    private final SparkSession spark = WatchedWrite.withStore(SharedSpark.session());

    @TempDir
    Path folder;

    @BeforeEach
    void createDatabase() {
        spark.sql("CREATE DATABASE stored LOCATION '%s:%s'".formatted(CopyingFileSystem.SCHEME, folder.resolve("db")));
    }

    @AfterEach
    void dropDatabase() {
        SteppingFileSystem.watch(Path.of("/nothing"), step -> {});
        spark.sql("DROP DATABASE stored CASCADE");
    }

    @Test
    void aNewTableIsCopiedOnce() throws IOException {
        List<String> copies = copiesOf(WriteMode.ERROR, 0);

        assertThat(copies).hasSize(FILES).doesNotHaveDuplicates();
        assertThat(ids()).containsExactly(0L, 1L, 2L);
        assertThat(spark.table("stored.t").columns()).containsExactly("id");
        assertThat(names(folder.resolve("db"))).containsExactly("t");
        assertThat(names(folder.resolve("db/t"))).hasSize(FILES + 1).contains("_SUCCESS");
    }

    @Test
    void rowsAreAppendedWithOneCopyOfEachNewFileAndNoneOfAnOldOne() throws IOException {
        copiesOf(WriteMode.ERROR, 0);
        List<String> old = names(folder.resolve("db/t"));
        List<String> copies = copiesOf(WriteMode.APPEND, 10);

        assertThat(copies).hasSize(FILES).doesNotHaveDuplicates().doesNotContainAnyElementsOf(old);
        assertThat(ids()).containsExactly(0L, 1L, 2L, 10L, 11L, 12L);
        assertThat(names(folder.resolve("db"))).containsExactly("t");
    }

    @Test
    void anOverwriteCopiesEachFileOnceAndSaysSoBefore() throws IOException {
        copiesOf(WriteMode.ERROR, 0);
        List<String> copies = copiesOf(WriteMode.OVERWRITE, 10);

        assertThat(copies).hasSize(2 * FILES).doesNotHaveDuplicates();
        assertThat(ids()).containsExactly(10L, 11L, 12L);
        assertThat(names(folder.resolve("db"))).containsExactly("t");
        assertThat(sink(WriteMode.OVERWRITE).note().orElseThrow())
                .contains("each new file is copied once and each file of the version before too");
        assertThat(sink(WriteMode.OVERWRITE).capabilities())
                .contains(Capability.REPLACES)
                .doesNotContain(Capability.REPLACES_AT_ONCE);
        assertThat(sink(WriteMode.APPEND).note().orElseThrow())
                .contains("this store has no rename that is done or not")
                .doesNotContain("Spark inserts the rows");
    }

    /** The names of the files of rows that are copied, as often as they are. */
    private List<String> copiesOf(WriteMode mode, long first) throws IOException {
        List<String> copies = new ArrayList<>();
        List<Step> sent = new ArrayList<>();
        SteppingFileSystem.watch(folder, step -> {
            String name = Path.of(step.path()).getFileName().toString();
            if (!step.done() && name.startsWith("part-")) {
                if (step.action().equals("copy")) {
                    copies.add(name);
                } else if (step.action().equals("put")) {
                    sent.add(step);
                }
            }
        });
        Dataset<Row> rows = spark.range(first, first + FILES, 1, FILES).toDF();
        Sink sink = sink(mode);
        sink.check(rows.schema(), Source.of(spark.range(1).toDF(), "test", Optional.empty(), true));
        sink.write(rows);
        SteppingFileSystem.watch(Path.of("/nothing"), step -> {});
        assertThat(sent).hasSize(FILES);
        return copies;
    }

    private Sink sink(WriteMode mode) {
        return SinkKinds.open(spark, SinkRequest.table("stored.t", mode).as("parquet"));
    }

    private List<Long> ids() {
        return spark.table("stored.t").collectAsList().stream()
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

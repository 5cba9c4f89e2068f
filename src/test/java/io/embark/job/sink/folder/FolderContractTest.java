/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.CopyingFileSystem;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Folders of each format of files. */
class FolderContractTest {
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class FolderContract extends SinkContract {
        @TempDir
        Path folder;

        private final FolderFormat format;

        FolderContract(FolderFormat format) {
            this.format = format;
        }

        @Override
        protected SinkKind kind() {
            return new FolderKind();
        }

        @Override
        protected SinkRequest place(WriteMode mode) {
            return SinkRequest.folder(folder.resolve("a b").toString(), mode).as(format.sparkName());
        }

        @Override
        protected Dataset<Row> stored() {
            return spark().read()
                    .format(format.sparkName())
                    .load(folder.resolve("a b").toString());
        }

        @Override
        protected boolean isThere() {
            return Files.exists(folder.resolve("a b"));
        }

        /** So that a sample of them is compared while nobody else reads them. */
        @Test
        void handsOverTheRowsOfTheRunBeforeTheyAreSeen() {
            write(WriteMode.ERROR, rows(0, 3));
            Sink sink = sink(WriteMode.APPEND);
            List<Long> hidden = new ArrayList<>();
            List<Long> seen = new ArrayList<>();
            sink.write(rows(3, 8), () -> {
                hidden.addAll(ids(sink.unseen(rows(3, 8).schema()).orElseThrow()));
                seen.addAll(ids(stored()));
            });

            assertThat(hidden).containsExactlyInAnyOrder(3L, 4L, 5L, 6L, 7L);
            assertThat(seen).containsExactlyInAnyOrder(0L, 1L, 2L);
        }

        private static List<Long> ids(Dataset<Row> rows) {
            return rows.select("id").as(Encoders.LONG()).collectAsList();
        }
    }

    @Nested
    class Parquet extends FolderContract {
        Parquet() {
            super(FolderFormat.PARQUET);
        }
    }

    @Nested
    class Json extends FolderContract {
        Json() {
            super(FolderFormat.JSON);
        }

        /** Spark takes decimal numbers for doubles; each of them is that of one float. */
        @Override
        protected Dataset<Row> stored() {
            Dataset<Row> read = super.stored();
            return read.columns().length == 0
                    ? read
                    : read.withColumn("embedding", functions.col("embedding").cast("array<float>"));
        }
    }

    @Nested
    class Orc extends FolderContract {
        Orc() {
            super(FolderFormat.ORC);
        }

        @Override
        protected boolean takesColumn(String name) {
            return !name.contains("`");
        }
    }

    @Nested
    class Avro extends FolderContract {
        Avro() {
            super(FolderFormat.AVRO);
        }

        @Override
        protected boolean takesColumn(String name) {
            return name.matches("\\w+");
        }
    }

    /** On a store of objects. */
    @Nested
    class Objects extends FolderContract {
        Objects() {
            super(FolderFormat.PARQUET);
        }

        @Override
        protected SparkSession spark() {
            SparkSession spark = super.spark();
            spark.conf().set("fs.%s.impl".formatted(CopyingFileSystem.SCHEME), CopyingFileSystem.class.getName());
            return spark;
        }

        @Override
        protected SinkRequest place(WriteMode mode) {
            String path = super.place(mode).path().orElseThrow();
            return SinkRequest.folder("%s:%s".formatted(CopyingFileSystem.SCHEME, path), mode);
        }
    }
}

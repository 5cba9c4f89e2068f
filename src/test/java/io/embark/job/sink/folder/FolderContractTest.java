/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.CopyingFileSystem;
import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Nested;
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
        protected SparkSession spark() {
            return SharedSpark.session();
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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.io.TempDir;

/** A data source that Spark brings, of which its class says all that is known. */
class SourceContractTest extends SinkContract {
    private static final String FORMAT = "org.apache.spark.sql.execution.datasources.json.JsonFileFormat";

    @TempDir
    Path folder;

    @Override
    protected SinkKind kind() {
        return new SourceKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.folder(place(), mode).as(FORMAT);
    }

    private String place() {
        return folder.resolve("a b").toString();
    }

    /** Spark takes decimal numbers for doubles; each of them is that of one float. */
    @Override
    protected Dataset<Row> stored() {
        Dataset<Row> read = spark().read().json(place());
        return read.columns().length == 0
                ? read
                : read.withColumn("embedding", functions.col("embedding").cast("array<float>"));
    }

    @Override
    protected boolean isThere() {
        return Files.exists(Path.of(place()));
    }

    @Override
    protected boolean knowsItsColumns() {
        return false;
    }

    @Override
    protected void beforeOtherColumns() {
        File[] files = new File(place()).listFiles();
        for (File file : files == null ? new File[0] : files) {
            file.delete();
        }
    }
}

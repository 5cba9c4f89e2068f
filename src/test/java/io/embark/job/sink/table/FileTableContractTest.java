/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tables of files in the session's catalog. */
class FileTableContractTest extends SinkContract {
    @TempDir
    Path folder;

    @BeforeEach
    void createDatabase() {
        spark().sql("CREATE DATABASE contract LOCATION '%s'".formatted(folder.resolve("db")));
    }

    @AfterEach
    void dropDatabase() {
        spark().sql("DROP DATABASE contract CASCADE");
    }

    @Override
    protected SinkKind kind() {
        return new TableKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return SinkRequest.table("contract.t", mode);
    }

    @Override
    protected Dataset<Row> stored() {
        return spark().table("contract.t");
    }

    @Override
    protected boolean isThere() {
        return spark().catalog().tableExists("contract.t");
    }
}

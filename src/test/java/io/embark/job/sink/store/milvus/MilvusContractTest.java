/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.sink.SinkContract;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A collection of Milvus Lite holds what every place does. Its own lock makes two runs of one process take turns. */
@Tag("milvus")
class MilvusContractTest extends SinkContract {
    private static final String COLLECTION = "contract";

    private final MilvusServer server = MilvusServer.ofTests();

    @BeforeEach
    @Override
    protected void beforeOtherColumns() {
        server.drop(COLLECTION);
    }

    @Override
    protected SinkKind kind() {
        return new StoreKind();
    }

    @Override
    protected SinkRequest place(WriteMode mode) {
        return server.request(COLLECTION, mode, Map.of());
    }

    @Override
    protected Dataset<Row> stored() {
        return server.rows(spark(), COLLECTION);
    }

    @Override
    protected boolean isThere() {
        return server.has(COLLECTION);
    }

    @Override
    protected boolean takesColumn(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]*");
    }

    @Override
    protected boolean takesType(DataType type) {
        return !(type instanceof DateType || type instanceof DecimalType);
    }

    @Override
    protected boolean takesNullVectors() {
        return false;
    }
}

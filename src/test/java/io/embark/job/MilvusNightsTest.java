/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.milvus.MilvusServer;
import io.embark.spark.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** A collection of Milvus. */
@Tag("milvus")
class MilvusNightsTest extends NightsContract {
    private final MilvusServer server = MilvusServer.ofTests();

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    /** A collection of its own for each test. */
    private String collection() {
        return "nights_%x".formatted(folder.hashCode());
    }

    @Override
    List<String> output() {
        return server.words(collection());
    }

    @Override
    Dataset<Row> there() {
        return server.there(spark(), collection()).orElseThrow();
    }

    @Override
    boolean rowsGoInAsTheyCome() {
        return true;
    }

    @Override
    boolean getsColumns() {
        return false;
    }

    /** Milvus Lite cannot. */
    @Override
    boolean isReplaced() {
        return false;
    }

    @Override
    Object version() {
        return "not told";
    }
}

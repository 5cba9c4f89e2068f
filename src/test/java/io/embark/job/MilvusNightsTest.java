/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbarkException;
import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.spark.SharedSpark;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** A collection of Milvus. */
@Tag("milvus")
class MilvusNightsTest extends NightsContract {
    private static final String URI = System.getProperty("embark.milvus.uri", "http://127.0.0.1:19530");

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output() {
        return List.of(
                "--output-format", "milvus", "--sink-option", "uri=" + URI, "--sink-option", "collection=nights");
    }

    @Override
    List<Row> written() throws EmbarkException {
        return SinkKinds.open(
                        spark(),
                        new SinkRequest(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("milvus"),
                                WriteMode.APPEND,
                                Map.of("uri", URI, "collection", "nights"),
                                List.of(),
                                List.of("id"),
                                Optional.empty()))
                .refreshing()
                .orElseThrow()
                .there()
                .orElseThrow()
                .select("id", "title", "body", "embedding")
                .collectAsList();
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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** Collections of Milvus, one for each kill. */
@Tag("milvus")
class KilledMilvusRefreshTest extends KilledRefreshContract {
    private static final String URI = System.getProperty("embark.milvus.uri", "http://127.0.0.1:19530");

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    boolean takesRowsAsTheyCome() {
        return true;
    }

    /** The server kills once it gets so many rows. */
    @Override
    String steps(Path place) {
        return KilledRefresh.rowsOfAServer(Path.of(System.getProperty("embark.milvus.kill")));
    }

    /** It takes one order at a time. */
    @Override
    void killed(List<Integer> kills, OwnJvm.Check<Integer> kill) throws Exception {
        for (int step : kills) {
            kill.of(step);
        }
    }

    @Override
    int count(OwnJvm.Ended ended, long embedded) {
        return Math.toIntExact(embedded);
    }

    private static String collection(Path place) {
        return "killed_" + place.getFileName().toString().replace('-', '_');
    }

    @Override
    List<String> output(Path place) {
        return List.of(
                "--output-format",
                "milvus",
                "--sink-option",
                "uri=" + URI,
                "--sink-option",
                "collection=" + collection(place),
                "--sink-option",
                "batchsize=20");
    }

    @Override
    List<String> outputHere(Path place) {
        return output(place);
    }

    @Override
    List<Row> rows(Path place) {
        return SinkKinds.open(
                        spark(),
                        new SinkRequest(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("milvus"),
                                WriteMode.APPEND,
                                Map.of("uri", URI, "collection", collection(place)),
                                List.of(),
                                List.of("id"),
                                Optional.empty()))
                .refreshing()
                .orElseThrow()
                .there()
                .map(rows -> rows.select("id", "title", "body", "embedding"))
                .map(Dataset::collectAsList)
                .orElse(List.of());
    }
}

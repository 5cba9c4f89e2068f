/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.milvus.MilvusServer;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** Collections of Milvus, one for each kill. */
@Tag("milvus")
class KilledMilvusRefreshTest extends KilledRefreshContract {
    private final MilvusServer server = MilvusServer.ofTests();

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
        return Stream.concat(server.words(collection(place)).stream(), Stream.of("--sink-option", "batchsize=20"))
                .toList();
    }

    @Override
    List<String> outputHere(Path place) {
        return output(place);
    }

    @Override
    List<Row> rows(Path place) {
        return server.there(spark(), collection(place))
                .map(rows -> rows.select("id", "title", "body", "embedding"))
                .map(Dataset::collectAsList)
                .orElse(List.of());
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.postgresql.PostgresServer;
import io.embark.job.sink.store.postgresql.SteppingDriver;
import io.embark.spark.SharedSpark;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** Tables of PostgreSQL, one for each kill. */
@Tag("postgresql")
class KilledPostgresRefreshTest extends KilledRefreshContract {
    private final PostgresServer server = PostgresServer.plain();

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    boolean takesRowsAsTheyCome() {
        return true;
    }

    private static String table(Path place) {
        return "killed_" + place.getFileName().toString().replace('-', '_');
    }

    @Override
    void makeWay(Path place) throws SQLException {
        server.run("DROP TABLE IF EXISTS " + table(place));
    }

    @Override
    String steps(Path place) {
        return KilledRefresh.statements();
    }

    @Override
    List<String> output(Path place) {
        return Stream.concat(
                        outputHere(place).stream(),
                        Stream.of("--sink-option", "driver=" + SteppingDriver.class.getName()))
                .toList();
    }

    @Override
    List<String> outputHere(Path place) {
        return Stream.concat(server.words(table(place)).stream(), Stream.of("--sink-option", "batchsize=20"))
                .toList();
    }

    @Override
    List<Row> rows(Path place) throws SQLException {
        if (server.ask("SELECT to_regclass('%s')".formatted(table(place))).get(0) == null) {
            return List.of();
        }
        return server.rows(spark(), table(place))
                .select("id", "title", "body", "embedding")
                .collectAsList();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.postgresql.PostgresServer;
import io.embark.spark.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A table of PostgreSQL. */
@Tag("postgresql")
class PostgresNightsTest extends NightsContract {
    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    void makeWay() throws Exception {
        server.run("DROP TABLE IF EXISTS nights");
    }

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output() {
        return List.of(
                "--output-format",
                "postgresql",
                "--sink-option",
                "url=" + server.url(),
                "--sink-option",
                "dbtable=nights",
                "--sink-option",
                "user=" + server.user(),
                "--sink-option",
                "password=" + server.password());
    }

    @Override
    List<Row> written() {
        return spark().read()
                .format("jdbc")
                .option("url", server.url())
                .option("dbtable", "nights")
                .option("user", server.user())
                .option("password", server.password())
                .load()
                .select("id", "title", "body", "embedding")
                .collectAsList();
    }

    @Override
    Object version() throws Exception {
        return server.ask("SELECT max(xmin::text::bigint)::text FROM nights");
    }
}

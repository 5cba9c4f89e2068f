/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.job.sink.store.postgresql.PostgresServer;
import io.embark.spark.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
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
        return server.words("nights");
    }

    @Override
    Dataset<Row> there() {
        return server.rows(spark(), "nights");
    }

    @Override
    boolean getsColumns() {
        return false;
    }

    @Override
    Object version() throws Exception {
        return server.ask("SELECT max(xmin::text::bigint)::text FROM nights");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.sink.store.postgresql.PostgresServer;
import io.embark.spark.SharedSpark;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
    boolean rowsGoInAsTheyCome() {
        return true;
    }

    @Override
    boolean getsColumns() {
        return false;
    }

    /** A refresh on another host, as the server sees it. */
    @Test
    void aRefreshElsewhereKeepsTheTableUntilItEnds() throws Exception {
        source(row(1, "a", "the cat sat"));
        refresh();
        source(row(1, "a", "the dog sat"));
        SinkRequest request = server.request("nights", WriteMode.APPEND, Map.of(), Optional.empty());
        try (PlaceHold elsewhere = new StoreKind()
                .open(spark(), request)
                .refreshing()
                .orElseThrow()
                .hold()) {
            assertThat(elsewhere).isNotSameAs(PlaceHold.NONE);
            Outcome refused = run();
            assertThat(refused.code()).as(refused.err()).isEqualTo(2);
            assertThat(refused.errorLines())
                    .anyMatch(line -> line.endsWith("postgresql table nights: is being refreshed by another run"));
            assertThat(run("--dry-run").code()).as("it only reads").isZero();
        }
        assertThat(refresh()).contains("changed 1");
        requireFresh();
    }

    @Override
    Object version() throws Exception {
        return server.ask("SELECT max(xmin::text::bigint)::text FROM nights");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A database empties a table before it takes the new rows, and takes those of each partition by itself. */
class DatabaseTableTest {
    private static final String DATABASE = "jdbc:h2:mem:sinks;DB_CLOSE_DELAY=-1";

    private static final SparkSession SPARK = SharedSpark.session();

    @BeforeAll
    static void fillTheDatabase() throws SQLException {
        execute("CREATE SCHEMA \"s\"", "CREATE TABLE \"s\".\"t\" AS SELECT x AS \"id\" FROM SYSTEM_RANGE(1, 96)");
        SPARK.conf().set("spark.sql.catalog.sinks", JDBCTableCatalog.class.getName());
        SPARK.conf().set("spark.sql.catalog.sinks.url", DATABASE);
        SPARK.conf().set("spark.sql.catalog.sinks.driver", "org.h2.Driver");
    }

    @AfterAll
    static void emptyTheDatabase() throws SQLException {
        execute("SHUTDOWN");
        List.of("sinks", "sinks.url", "sinks.driver")
                .forEach(key -> SPARK.conf().unset("spark.sql.catalog." + key));
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(DATABASE);
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    @Test
    void keepsItsRowsWhereverTheNewOnesComeFrom() {
        Dataset<Row> byAddress = SPARK.read()
                .format("jdbc")
                .options(Map.of("url", DATABASE, "dbtable", "\"s\".\"t\""))
                .load();
        for (Dataset<Row> rows :
                List.of(SPARK.table("sinks.s.t"), byAddress, SPARK.range(3).toDF())) {
            assertThatThrownBy(() -> write(WriteMode.OVERWRITE, rows))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            output table sinks.s.t: cannot be replaced at once
                            A database empties a table before it takes the new rows: a run that fails would lose all.
                            Write to a new table, or empty this one first and use --mode append; a table of PostgreSQL is kept up to date by its key with --output-format postgresql.""");
            assertThat(SPARK.table("sinks.s.t").count()).isEqualTo(96);
        }
        assertThat(sink(WriteMode.OVERWRITE).can(Capability.REPLACES_AT_ONCE)).isFalse();
    }

    @Test
    void saysThatAPartOfAddedRowsMayStay() {
        assertThat(sink(WriteMode.APPEND).note())
                .contains(
                        "catalog sinks may add the rows bit by bit: a run that fails or is killed may leave a part of them, and the next run adds it again");
    }

    private static void write(WriteMode mode, Dataset<Row> rows) {
        Sink sink = sink(mode);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private static Sink sink(WriteMode mode) {
        SinkRequest request = SinkRequest.table("sinks.s.t", mode);
        CatalogKind kind = new CatalogKind();
        assertThat(kind.opens(SPARK, request)).isTrue();
        return kind.open(SPARK, request);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.function.Executable;

/**
 * The server that these tests are given, as {@code .ci/proofs/postgresql} does it.
 *
 * @param url its address
 * @param user who may do everything there
 * @param password the user's
 */
public record PostgresServer(String url, String user, String password) {
    /** The one without pgvector. */
    public static PostgresServer plain() {
        return named("plain");
    }

    /** The one that has pgvector. */
    public static PostgresServer withVectors() {
        return named("pgvector");
    }

    private static PostgresServer named(String name) {
        return new PostgresServer(
                System.getProperty("embark.postgresql." + name),
                "embark",
                System.getProperty("embark.postgresql.password"));
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    public void run(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of what a query gives, as texts. */
    public List<String> ask(String query) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }

    /** What the command line says of a table. */
    public List<String> words(String table) {
        List<String> words = new ArrayList<>(List.of("--output-format", "postgresql"));
        new TreeMap<>(options(table))
                .forEach((key, value) -> words.addAll(List.of("--sink-option", key + "=" + value)));
        return words;
    }

    /** All rows of a table, as Spark reads them. */
    public Dataset<Row> rows(SparkSession spark, String table) {
        return spark.read().format("jdbc").options(options(table)).load();
    }

    Map<String, String> options(String table) {
        return Map.of("url", url, "user", user, "password", password, "dbtable", table);
    }

    /** A request to write a table whose key is {@code id}. */
    public SinkRequest request(String table, WriteMode mode, Map<String, String> more, Optional<String> vectorType) {
        return request(table, mode, more, List.of("id"), vectorType);
    }

    private SinkRequest request(
            String table, WriteMode mode, Map<String, String> more, List<String> keys, Optional<String> vectorType) {
        Map<String, String> options = new HashMap<>(options(table));
        options.putAll(more);
        return new SinkRequest(
                Optional.empty(),
                Optional.empty(),
                Optional.of("postgresql"),
                mode,
                options,
                List.of(),
                keys,
                vectorType,
                false);
    }

    /** Writes rows as a run does. */
    void write(String table, WriteMode mode, Map<String, String> more, List<String> keys, Dataset<Row> rows) {
        write(table, mode, more, keys, rows, () -> {});
    }

    /** The same, with something that happens when all rows are in and before they are in their place. */
    void write(
            String table,
            WriteMode mode,
            Map<String, String> more,
            List<String> keys,
            Dataset<Row> rows,
            Executable atTheEnd) {
        Sink sink = new StoreKind().open(rows.sparkSession(), request(table, mode, more, keys, Optional.empty()));
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows, () -> {
            try {
                atTheEnd.execute();
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Rows with a column of vectors, {@code embedding}, that a model is said to have made. */
    static Dataset<Row> embedded(Dataset<Row> rows) {
        return rows.withColumn(
                "embedding",
                functions
                        .expr("array(0.1F, -0.0F)")
                        .as(
                                "embedding",
                                EmbeddingMetadata.of("m", "f", 2, EmbedOptions.defaults())
                                        .toMetadata()));
    }
}

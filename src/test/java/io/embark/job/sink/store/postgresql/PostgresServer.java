/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
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

/**
 * The server that these tests are given, as {@code .ci/proofs/postgresql} does it.
 *
 * @param url its address
 * @param user who may do everything there
 * @param password the user's
 */
record PostgresServer(String url, String user, String password) {
    /** The one without pgvector. */
    static PostgresServer plain() {
        return named("plain");
    }

    /** The one that has pgvector. */
    static PostgresServer withVectors() {
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

    void run(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of what a query gives, as texts. */
    List<String> ask(String query) throws SQLException {
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

    Map<String, String> options(String table) {
        return Map.of("url", url, "user", user, "password", password, "dbtable", table);
    }

    /** A request to write a table whose key is {@code id}. */
    SinkRequest request(String table, WriteMode mode, Map<String, String> more, Optional<String> vectorType) {
        Map<String, String> options = new HashMap<>(options(table));
        options.putAll(more);
        return new SinkRequest(
                Optional.empty(),
                Optional.empty(),
                Optional.of("postgresql"),
                mode,
                options,
                List.of(),
                List.of("id"),
                vectorType);
    }
}

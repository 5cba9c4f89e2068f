/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.job.table.JdbcDriver;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where rows go, and how. Its text shows no password.
 *
 * @param url the address, as the driver takes it
 * @param table the table
 * @param driver the driver's class
 * @param properties what the driver gets, user and password among it
 * @param batchRows the most rows of a batch
 * @param left columns of the table that rows do not have and that stay as they are
 * @param reading how Spark's own reader is told how to connect, {@code name=value}, without secrets
 */
record PostgresOptions(
        String url,
        SqlName table,
        String driver,
        Map<String, String> properties,
        int batchRows,
        List<String> left,
        List<String> reading)
        implements Serializable {
    static final String OPTION = "sink-option";

    private static final String URL = "url";
    private static final String TABLE = "dbtable";
    private static final String DRIVER = "driver";
    private static final String BATCH_ROWS = "batchsize";
    private static final String LEFT = "leave";
    private static final List<String> OWN = List.of(URL, TABLE, DRIVER, BATCH_ROWS, LEFT);
    private static final String SCHEME = "jdbc:postgresql:";
    private static final String USER = "user";
    private static final String USER_VARIABLE = "PGUSER";
    private static final String PASSWORD = "password";
    private static final String PASSWORD_VARIABLE = "PGPASSWORD";

    /** What stands for a secret that only its user knows. */
    private static final String ELSEWHERE = "...";

    private static final String FETCHED_ROWS = "1000";
    private static final int DEFAULT_BATCH_ROWS = 500;
    private static final int MOST_BATCH_ROWS = 10_000;

    /** Takes its own copies. */
    PostgresOptions {
        properties = new TreeMap<>(properties);
        left = List.copyOf(left);
        reading = List.copyOf(reading);
    }

    /**
     * Reads the options of a request.
     *
     * @param environment where user and password are looked for if no option names them, as by PostgreSQL's own programs
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for an option that neither the store nor the driver has; {@link
     *     ErrorCode#OPTION_INVALID} for one that is missing or has no possible value, and if there is no driver
     */
    static PostgresOptions of(Map<String, String> given, Map<String, String> environment) {
        Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        options.putAll(given);
        String url = options.getOrDefault(URL, "").strip();
        if (!url.startsWith(SCHEME)) {
            throw PostgresErrors.urlIsWrong(url);
        }
        SqlName table = SqlName.parse(options.getOrDefault(TABLE, ""))
                .orElseThrow(() -> PostgresErrors.tableIsNotNamed(options.getOrDefault(TABLE, "")));

        // Names the driver, or says which jar is missing.
        String driver = JdbcDriver.named(OPTION, options).get(DRIVER);
        Optional<Collection<String>> known = JdbcDriver.properties(options);
        Map<String, String> properties = new TreeMap<>();
        given.forEach((name, value) -> {
            if (OWN.stream().anyMatch(name::equalsIgnoreCase)) {
                return;
            }
            Collection<String> names = known.orElse(List.of(name));
            properties.put(
                    names.stream()
                            .filter(name::equalsIgnoreCase)
                            .findFirst()
                            .orElseThrow(() -> PostgresErrors.noSuchOption(name, all(names))),
                    value);
        });
        fallBack(properties, url, USER, environment.get(USER_VARIABLE));
        fallBack(properties, url, PASSWORD, environment.get(PASSWORD_VARIABLE));
        List<String> reading = reading(url, properties, environment);
        properties.putIfAbsent("ApplicationName", "embark");
        properties.put("reWriteBatchedInserts", "true");
        properties.putIfAbsent("tcpKeepAlive", "true");
        return new PostgresOptions(
                url, table, driver, properties, batchRows(options.get(BATCH_ROWS)), left(options.get(LEFT)), reading);
    }

    private static List<String> all(Collection<String> ofTheDriver) {
        List<String> all = new ArrayList<>(OWN);
        all.addAll(ofTheDriver);
        return all;
    }

    private static void fallBack(Map<String, String> properties, String url, String name, String value) {
        if (value != null && !url.matches(".*[?&]" + name + "=.*")) {
            properties.putIfAbsent(name, value);
        }
    }

    private static List<String> reading(String url, Map<String, String> properties, Map<String, String> environment) {
        Map<String, String> all = new TreeMap<>();
        StringBuilder open = new StringBuilder();
        for (String parameter : url.replaceFirst("[^?]*\\??", "").split("&", -1)) {
            String name = parameter.replaceFirst("=.*", "");
            if (Redaction.isSecret(name)) {
                all.put(name, ELSEWHERE);
            } else if (!name.isEmpty()) {
                open.append(open.length() == 0 ? '?' : '&').append(parameter);
            }
        }
        properties.forEach((name, value) -> all.put(name, Redaction.isSecret(name) ? ELSEWHERE : value));
        Map.of(USER, USER_VARIABLE, PASSWORD, PASSWORD_VARIABLE).forEach((name, variable) -> {
            if (properties.containsKey(name) && properties.get(name).equals(environment.get(variable))) {
                all.put(name, "env:" + variable);
            }
        });
        all.put(URL, url.replaceFirst("\\?.*", "") + open);
        return all.entrySet().stream()
                .map(entry -> "%s=%s".formatted(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static int batchRows(String value) {
        try {
            int rows = value == null ? DEFAULT_BATCH_ROWS : Integer.parseInt(value.strip());
            if (rows >= 1 && rows <= MOST_BATCH_ROWS) {
                return rows;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number that is too great is.
        }
        throw PostgresErrors.noBatchSize(value, MOST_BATCH_ROWS);
    }

    private static List<String> left(String names) {
        return names == null
                ? List.of()
                : Stream.of(names.split(",")).map(String::strip).toList();
    }

    /** Connects, as the driver of this machine does. */
    Connection connect() throws SQLException {
        Properties all = new Properties();
        all.putAll(properties);
        try {
            Driver found = Class.forName(driver, true, Thread.currentThread().getContextClassLoader())
                    .asSubclass(Driver.class)
                    .getDeclaredConstructor()
                    .newInstance();
            return found.connect(url, all);
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw PostgresErrors.noDriverHere(driver, e);
        }
    }

    /** Options for Spark's own reader, which is given a query in place of the table. */
    Map<String, String> forSpark(String query) {
        Map<String, String> options = new TreeMap<>(properties);
        options.put(URL, url);
        options.put(DRIVER, driver);
        options.put(TABLE, "(%s) embark_rows".formatted(query));
        // Without it the driver takes all rows of a query into memory.
        options.putIfAbsent("fetchsize", FETCHED_ROWS);
        return options;
    }

    /** The server and its database, without what may be secret. */
    private String place() {
        return url.substring(SCHEME.length()).replaceFirst("\\?.*", "").replaceFirst("^/+", "");
    }

    /** The place as errors call it. */
    String output() {
        return "postgresql table %s".formatted(table);
    }

    @Override
    public String toString() {
        return "%s at %s (postgresql)".formatted(table, place());
    }

    /** How Spark's own source for databases is told the table. */
    List<String> searchWords() {
        List<String> words = new ArrayList<>(List.of("--format", "jdbc"));
        reading.forEach(word -> words.addAll(List.of("--source-option", word)));
        words.addAll(List.of("--source-option", "dbtable=" + table.sql()));
        return words;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A table as the server describes it.
 *
 * @param name its name, with its schema
 * @param kind what it is, in the catalog's letters
 * @param isOwned whether this user may describe its columns
 * @param rights what this user may do with its rows: {@code INSERT}, ...
 * @param columns its columns, in order
 * @param keys the columns of each index that allows equal values in one row only
 */
record PostgresTable(
        SqlName name,
        String kind,
        boolean isOwned,
        Set<String> rights,
        List<PostgresColumn> columns,
        List<Set<String>> keys) {
    private static final List<String> RIGHTS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private static final String TABLE = """
            SELECT c.oid, n.nspname, c.relname, c.relkind::text, pg_has_role(c.relowner, 'USAGE'),
              has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
              has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(?)""";

    /** Collations by which texts that differ may be equal are those of the column or of a unique index that has it. */
    private static final String COLUMNS = """
            SELECT a.attname, t.typname, a.atttypmod, format_type(a.atttypid, a.atttypmod),
              (SELECT l.collname FROM pg_collation l WHERE NOT l.collisdeterministic AND (l.oid = a.attcollation
                OR l.oid IN (SELECT i.indcollation[k] FROM pg_index i, generate_subscripts(i.indkey, 1) k
                  WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indkey[k] = a.attnum)) LIMIT 1),
              t.typtype = 'e',
              a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '', a.attidentity = 'a' OR a.attgenerated <> '',
              col_description(a.attrelid, a.attnum)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""";

    /** Those that ON CONFLICT can take, by their keys; what an index only includes is none. */
    private static final String KEYS = """
            SELECT i.indexrelid, a.attname FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY((i.indkey::int2[])[0:i.indnkeyatts - 1])
            WHERE i.indrelid = ? AND i.indisunique AND i.indisvalid AND i.indimmediate
              AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY 1""";

    /** The table of a name, as this user sees it; empty if there is none. */
    static Optional<PostgresTable> find(Connection connection, SqlName name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, name.sql());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                Set<String> rights = new LinkedHashSet<>();
                for (int i = 0; i < RIGHTS.size(); i++) {
                    if (row.getBoolean(6 + i)) {
                        rights.add(RIGHTS.get(i));
                    }
                }
                long id = row.getLong(1);
                return Optional.of(new PostgresTable(
                        new SqlName(row.getString(2), row.getString(3)),
                        row.getString(4),
                        row.getBoolean(5),
                        rights,
                        columns(connection, id),
                        keys(connection, id)));
            }
        }
    }

    private static List<PostgresColumn> columns(Connection connection, long id) throws SQLException {
        List<PostgresColumn> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(new PostgresColumn(
                            row.getString(1),
                            row.getString(2),
                            row.getInt(3),
                            row.getString(4),
                            Objects.requireNonNullElse(row.getString(5), ""),
                            row.getBoolean(6),
                            row.getBoolean(7),
                            row.getBoolean(8),
                            Objects.requireNonNullElse(row.getString(9), "")));
                }
            }
        }
        return columns;
    }

    private static List<Set<String>> keys(Connection connection, long id) throws SQLException {
        Map<Long, Set<String>> keys = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    keys.computeIfAbsent(row.getLong(1), index -> new LinkedHashSet<>())
                            .add(row.getString(2));
                }
            }
        }
        return List.copyOf(keys.values());
    }

    /** The column that a name of Spark's means: the very same, else the only one in letters of other cases. */
    Optional<PostgresColumn> column(String other) {
        Optional<PostgresColumn> same =
                columns.stream().filter(column -> column.name().equals(other)).findFirst();
        List<PostgresColumn> alike = columns.stream()
                .filter(column -> column.name().equalsIgnoreCase(other))
                .toList();
        return same.or(() -> alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty());
    }

    /** Whether it is an ordinary table or one with partitions, and no view or the like. */
    boolean isTable() {
        return kind.equals("r") || kind.equals("p");
    }
}

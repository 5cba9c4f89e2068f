/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.Encoding;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreTable;
import io.embark.spark.call.EmbeddingMetadata;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Holds rows against the table that they go into, or the one that is to be made. Reads only.
 *
 * @param options where the table is
 * @param rows what is to be written
 */
record PostgresCheck(PostgresOptions options, StoreTable rows) {
    /** The most components that pgvector takes. */
    private static final int LONGEST_VECTOR = 16_000;

    private String output() {
        return options.output();
    }

    /** Checks for a run that has not begun. */
    void run(Connection connection) throws SQLException {
        if (ask(connection, "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")) {
            throw PostgresErrors.isReadOnly(output());
        }
        Optional<PostgresTable> found = PostgresTable.find(connection, options.table());
        if (found.isEmpty()) {
            requireCreatable(connection);
            return;
        }
        if (rows.mode() == WriteMode.ERROR) {
            throw OutputErrors.exists(output(), "--sink-option dbtable");
        }
        requireFits(connection, found.get());
        String schema = found.get().name().schema();
        if (rows.mode() == WriteMode.OVERWRITE && !mayCreate(connection, schema)) {
            throw PostgresErrors.mayNotReplace(output(), schema);
        }
    }

    private void requireCreatable(Connection connection) throws SQLException {
        String schema = schema(connection, options);
        if (!mayCreate(connection, schema)) {
            throw PostgresErrors.mayNotCreate(output(), schema);
        }
        for (StructField field : rows.schema().fields()) {
            if (rows.vectors().contains(field.name())) {
                requireVectorType(connection, field.name());
            } else if (PostgresType.created(field.dataType()).isEmpty()) {
                throw PostgresErrors.hasNoType(output(), field);
            }
        }
    }

    private static boolean mayCreate(Connection connection, String schema) throws SQLException {
        return ask(connection, "SELECT has_schema_privilege(?, 'CREATE')", schema);
    }

    private void requireVectorType(Connection connection, String vector) throws SQLException {
        VectorType type = rows.vectorType().orElse(VectorType.FLOATS);
        if (type != VectorType.VECTOR && type != VectorType.HALFVEC) {
            return;
        }
        if (!ask(connection, "SELECT to_regtype(?) IS NOT NULL", type.label())) {
            throw PostgresErrors.noExtension(output(), type);
        }
        if (rows.length(vector) > LONGEST_VECTOR) {
            throw PostgresErrors.isTooLong(output(), type, rows.length(vector), LONGEST_VECTOR);
        }
    }

    /** The schema that a new table comes into. */
    static String schema(Connection connection, PostgresOptions options) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT COALESCE((SELECT nspname FROM pg_namespace WHERE nspname = ?),"
                        + " CASE WHEN ? = '' THEN current_schema() END)")) {
            statement.setString(1, options.table().schema());
            statement.setString(2, options.table().schema());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String schema = row.getString(1);
                if (schema == null) {
                    throw PostgresErrors.noSchema(
                            options.output(), options.table().schema());
                }
                return schema;
            }
        }
    }

    /** Checks a table that is there. */
    void requireFits(Connection connection, PostgresTable table) throws SQLException {
        if (!table.isTable()) {
            throw PostgresErrors.isNoTable(output());
        }
        List<String> needed = rows.mode() == WriteMode.OVERWRITE
                ? List.of("SELECT", "INSERT", "UPDATE", "DELETE")
                : List.of("SELECT", "INSERT", "UPDATE");
        List<String> missing =
                needed.stream().filter(right -> !table.rights().contains(right)).toList();
        if (!missing.isEmpty()) {
            throw PostgresErrors.mayNot(output(), table.name(), missing);
        }
        Set<String> used = new HashSet<>(options.left());
        for (StructField field : rows.schema().fields()) {
            PostgresColumn column = table.column(field.name())
                    .orElseThrow(() -> PostgresErrors.hasNoColumn(output(), table, field, created(field)));
            if (!used.add(column.name())) {
                throw PostgresErrors.columnTwice(output(), column.name());
            }
            if (column.isComputed()) {
                throw PostgresErrors.isComputed(output(), column.name());
            }
            if (rows.vectors().contains(field.name())) {
                requireHoldsVectors(connection, table, column, field);
            } else if (!PostgresType.holds(column, field.dataType())) {
                throw PostgresErrors.otherType(
                        output(), column, field.dataType().simpleString());
            }
        }
        table.columns().stream()
                .filter(column -> !used.contains(column.name()) && !column.isFilled())
                .findFirst()
                .ifPresent(column -> {
                    throw PostgresErrors.rowsHaveNoColumn(output(), column.name());
                });
        PostgresRows into = PostgresRows.of(rows, table);
        for (PostgresColumn key : into.keys()) {
            PostgresKey name = new PostgresKey(key);
            name.isNoName().ifPresent(reason -> {
                throw PostgresErrors.isNoKey(output(), table.name(), name, reason);
            });
        }
        List<String> keys = into.keyNames();
        if (!table.keys().contains(Set.copyOf(keys))) {
            throw PostgresErrors.noUniqueIndex(output(), table.name(), keys);
        }
    }

    private String created(StructField field) {
        return rows.vectors().contains(field.name())
                ? createdVectors(field.name())
                : PostgresType.created(field.dataType()).orElse("text");
    }

    /** The type that a new column of vectors gets. */
    String createdVectors(String vector) {
        return isCodes(vector)
                ? "smallint[]"
                : PostgresType.created(rows.vectorType().orElse(VectorType.FLOATS), rows.length(vector));
    }

    private boolean isCodes(String vector) {
        return rows.metadata(vector).encoding() != Encoding.FLOAT32;
    }

    private void requireHoldsVectors(
            Connection connection, PostgresTable table, PostgresColumn column, StructField field) throws SQLException {
        if (isCodes(field.name())) {
            if (!PostgresType.holdsCodes(column)) {
                throw PostgresErrors.otherType(output(), column, "codes, smallint[]");
            }
        } else {
            VectorType type = PostgresType.vectors(column)
                    .filter(found -> found != VectorType.FLOAT16_BYTES
                            || rows.vectorType().isPresent())
                    .orElseThrow(() -> PostgresErrors.otherType(output(), column, "vectors"));
            if (rows.vectorType().isPresent() && rows.vectorType().get() != type) {
                throw PostgresErrors.otherVectorType(
                        output(), column, rows.vectorType().get());
            }
            requireLength(connection, table, column, type, rows.length(field.name()));
        }
        requireSameModel(table, column, field);
    }

    private void requireLength(
            Connection connection, PostgresTable table, PostgresColumn column, VectorType type, int length)
            throws SQLException {
        boolean isTyped = type == VectorType.VECTOR || type == VectorType.HALFVEC;
        int there = column.modifier();
        if (!isTyped || there < 1) {
            String size =
                    switch (type) {
                        case FLOATS, DOUBLES -> "cardinality(%s)";
                        case VECTOR, HALFVEC -> "vector_dims(%s)";
                        case FLOAT16_BYTES -> "octet_length(%s) / 2";
                    };
            String name = SqlName.quoted(column.name());
            there = number(
                    connection,
                    "SELECT %s FROM %s WHERE %s IS NOT NULL LIMIT 1"
                            .formatted(size.formatted(name), table.name().sql(), name));
        }
        if (there >= 0 && there != length && !(rows.mode() == WriteMode.OVERWRITE && !isTyped)) {
            throw PostgresErrors.otherLength(output(), column.name(), there, length);
        }
    }

    private void requireSameModel(PostgresTable table, PostgresColumn column, StructField field) {
        Optional<StructField> labelled = metadata(column.comment())
                .map(metadata -> new StructField(field.name(), field.dataType(), true, metadata))
                .filter(known -> EmbeddingMetadata.of(known).isPresent());
        if (labelled.isEmpty() || (rows.mode() == WriteMode.OVERWRITE && table.isOwned())) {
            return;
        }
        AppendCheck.check(
                output(),
                new StructType(new StructField[] {labelled.get()}),
                new StructType(new StructField[] {field}),
                false);
    }

    /** What a comment says of the vectors of a column; empty if it is about something else. */
    static Optional<Metadata> metadata(String comment) {
        try {
            return comment.startsWith("{") ? Optional.of(Metadata.fromJson(comment)) : Optional.empty();
        } catch (Exception e) {
            // Somebody's own words.
            return Optional.empty();
        }
    }

    /** What the first row of a query says; false if there is none. */
    static boolean ask(Connection connection, String question, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** The number that a query gives; -1 if there is no row. */
    private static int number(Connection connection, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getInt(1) : -1;
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.VectorType;
import io.embark.job.sink.store.StoreTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.StructField;

/**
 * How rows of Spark go into a table: which of its columns takes which value.
 *
 * @param columns the table's columns, for each of the rows' columns, in order
 * @param keys those of the key
 * @param vectors for each of the columns, the number of the column of vectors that it is; -1 for other values
 * @param types how the table keeps each column of vectors
 */
record PostgresRows(
        List<PostgresColumn> columns, List<PostgresColumn> keys, List<Integer> vectors, List<VectorType> types)
        implements Serializable {
    /** The columns of a table that takes such rows, as {@link PostgresCheck} found. */
    static PostgresRows of(StoreTable rows, PostgresTable table) {
        List<PostgresColumn> columns = new ArrayList<>();
        List<Integer> vectors = new ArrayList<>();
        for (StructField field : rows.schema().fields()) {
            columns.add(table.column(field.name()).orElseThrow());
            vectors.add(rows.vectors().indexOf(field.name()));
        }
        return new PostgresRows(
                columns,
                rows.keys().stream().map(key -> table.column(key).orElseThrow()).toList(),
                vectors,
                rows.vectors().stream()
                        .map(vector -> PostgresType.vectors(table.column(vector).orElseThrow())
                                .orElse(VectorType.FLOATS))
                        .toList());
    }

    List<String> names() {
        return columns.stream().map(PostgresColumn::name).toList();
    }

    List<String> keyNames() {
        return keys.stream().map(PostgresColumn::name).toList();
    }

    /** Sets all columns but the key's of the row with a key, whose values come last. */
    String update(SqlName table) {
        List<String> set = columns.stream()
                .filter(column -> !keys.contains(column))
                .map(column -> "%s = %s".formatted(SqlName.quoted(column.name()), PostgresType.placeholder(column)))
                .toList();
        return "UPDATE %s SET %s WHERE %s".formatted(table.sql(), String.join(", ", set), sameKey());
    }

    /** Removes the row with a key. */
    String delete(SqlName table) {
        return "DELETE FROM %s WHERE %s".formatted(table.sql(), sameKey());
    }

    /** What is true of the row with a key. */
    String sameKey() {
        return String.join(
                " AND ",
                keys.stream()
                        .map(key -> "%s = %s".formatted(SqlName.quoted(key.name()), new PostgresKey(key).placeholder()))
                        .toList());
    }

    /** What follows an INSERT of all columns so that it updates the rows with these keys. */
    String onConflict() {
        List<String> keyNames = keyNames();
        List<String> set = names().stream()
                .filter(name -> !keyNames.contains(name))
                .map(name -> "%1$s = EXCLUDED.%1$s".formatted(SqlName.quoted(name)))
                .toList();
        return " ON CONFLICT (%s) DO %s"
                .formatted(
                        SqlName.quoted(keyNames), set.isEmpty() ? "NOTHING" : "UPDATE SET " + String.join(", ", set));
    }
}

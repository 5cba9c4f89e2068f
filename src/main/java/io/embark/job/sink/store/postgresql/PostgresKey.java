/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/**
 * How the server tells the values of a column of the key apart, which need not be how Spark does: rows of two keys that are one
 * there would end as one row.
 *
 * @param column the column
 */
record PostgresKey(PostgresColumn column) {
    /** Those whose values are equal there if they are equal here. */
    private static final List<String> EXACT =
            List.of("text", "int2", "int4", "int8", "numeric", "bool", "date", "timestamp", "timestamptz");

    private static final String UUID_DIGITS = "^(.{8})(.{4})(.{4})(.{4})(.{12})$";

    private static final int MICROSECONDS = 6;

    /** Why values that differ here may be equal there, whatever {@link #same} says; empty if they are not. */
    Optional<String> isNoName() {
        if (!column.collation().isEmpty()) {
            return Optional.of("its collation %s takes texts for equal that differ".formatted(column.collation()));
        }
        if (column.type().startsWith("timestamp") && column.modifier() >= 0 && column.modifier() < MICROSECONDS) {
            return Optional.of("it is %s, which rounds what differs to the same".formatted(column.sql()));
        }
        boolean isTold = EXACT.contains(column.type()) || same().isPresent() || column.isEnum();
        return isTold
                ? Optional.empty()
                : Optional.of("it is %s, which takes values for equal that differ".formatted(column.sql()));
    }

    /** The type that tells all values apart. */
    String exactType() {
        return switch (column.type()) {
            case "timestamp" -> "timestamp";
            case "timestamptz" -> "timestamp with time zone";
            default -> "text COLLATE \"C\"";
        };
    }

    /** What is the same for values that differ here and are equal there; empty if there are none. */
    Optional<UnaryOperator<Column>> same() {
        return switch (column.type()) {
            case "uuid" -> Optional.of(value -> functions.translate(functions.lower(value), "{}-", ""));
            case "bpchar" -> Optional.of(functions::rtrim);
            // Only blanks are cut from a text that is too long; other letters are refused.
            case "varchar" ->
                column.characters()
                        .map(most -> value -> functions.concat(
                                value.substr(1, most), functions.rtrim(value.substr(most + 1, Integer.MAX_VALUE))));
            default -> Optional.empty();
        };
    }

    /** What the server shows for a value that was put into the column; empty if it is the same in Spark's own type. */
    Optional<UnaryOperator<Column>> shown() {
        return column.type().equals("uuid")
                ? same().map(digits ->
                        value -> functions.regexp_replace(digits.apply(value), UUID_DIGITS, "$1-$2-$3-$4-$5"))
                : same();
    }

    /** What stands for a value where it is compared with the column, and not put into it. */
    String placeholder() {
        boolean isCut = column.type().equals("varchar") || column.type().equals("bpchar");
        return isCut ? "?::" + column.sql() : PostgresType.placeholder(column);
    }
}

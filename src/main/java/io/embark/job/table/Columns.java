/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.ColumnErrors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Finds the columns that a request names, as Spark would: letters of either case are equal.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Columns {
    /** The column of the vectors where nobody named one. */
    public static final String EMBEDDING = "embedding";

    private Columns() {}

    /** A column by its very name, dots and quotes included. */
    public static Column named(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /** Columns by their names in small letters, in order of these. */
    public static Map<String, StructField> byName(StructType schema) {
        return Arrays.stream(schema.fields())
                .collect(
                        Collectors.toMap(field -> lower(field.name()), Function.identity(), (a, b) -> a, TreeMap::new));
    }

    /** Rows with all columns of a schema behind their own: those that they lack are null. */
    public static Dataset<Row> filled(Dataset<Row> rows, StructType schema) {
        Set<String> known = byName(rows.schema()).keySet();
        Stream<Column> lacking = Arrays.stream(schema.fields())
                .filter(field -> !known.contains(lower(field.name())))
                .map(field -> functions.lit(null).cast(field.dataType()).as(field.name()));
        return rows.select(Stream.concat(Stream.of(functions.col("*")), lacking).toArray(Column[]::new));
    }

    /** A name in small letters, as whoever takes letters of either case for the same holds it against others. */
    public static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * The column of this name.
     *
     * @param option the key of the option that names it, for the error
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if there is none, or more than one
     */
    public static StructField find(StructType schema, String name, String option) {
        List<StructField> found = Arrays.stream(schema.fields())
                .filter(field -> field.name().equalsIgnoreCase(name))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }

        if (found.isEmpty()) {
            throw ColumnErrors.missing(name, schema, "--" + option);
        }

        throw TableErrors.severalColumnsOfTheName(name, found.size(), schema);
    }

    /**
     * The columns to embed: those that were named, else {@code text}, else the only one that holds strings.
     *
     * @param named the names of the columns, with commas between them
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if there is no such column, or one holds no strings
     */
    public static List<String> text(StructType schema, Optional<String> named) {
        if (named.isPresent()) {
            return Stream.of(named.get().split(",", -1))
                    .map(name -> requireStrings(schema, find(schema, name.strip(), "text-column")))
                    .distinct()
                    .toList();
        }

        List<String> strings = ColumnErrors.strings(schema);
        List<String> text =
                strings.stream().filter(name -> name.equalsIgnoreCase("text")).toList();
        List<String> candidates = text.isEmpty() ? strings : text;
        if (candidates.size() != 1) {
            throw TableErrors.textColumnIsNotNamed(schema);
        }

        return candidates;
    }

    private static String requireStrings(StructType schema, StructField field) {
        if (!field.dataType().equals(DataTypes.StringType)) {
            throw ColumnErrors.notText(field, schema, "--text-column", "with --sql");
        }

        return field.name();
    }
}

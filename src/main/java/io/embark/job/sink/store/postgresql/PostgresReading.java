/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.VectorType;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a table as Spark reads them. The server leaves out what a plan does not ask for.
 *
 * @param options how to connect
 * @param table the table
 */
record PostgresReading(PostgresOptions options, PostgresTable table) {
    /** The columns of a schema, in its types. */
    Dataset<Row> read(SparkSession spark, StructType schema) {
        List<String> selected = new ArrayList<>();
        List<Column> cast = new ArrayList<>();
        for (StructField field : schema.fields()) {
            PostgresColumn column = table.column(field.name()).orElseThrow();
            Column read = Columns.named(next(selected));
            selected.add(SqlName.quoted(column.name()) + (isOfTheExtension(column) ? "::real[]" : ""));
            boolean isBytes = PostgresType.vectors(column)
                    .filter(type -> type == VectorType.FLOAT16_BYTES)
                    .isPresent();
            cast.add((isBytes ? read : read.cast(nullable(field.dataType()))).as(field.name()));
        }
        return selected(spark, selected).select(cast.toArray(new Column[0]));
    }

    /** Spark's reader does not know that no element is null. */
    private static DataType nullable(DataType type) {
        return type instanceof ArrayType array ? DataTypes.createArrayType(array.elementType()) : type;
    }

    private static boolean isOfTheExtension(PostgresColumn column) {
        return PostgresType.vectors(column)
                .filter(type -> type == VectorType.VECTOR || type == VectorType.HALFVEC)
                .isPresent();
    }

    /** All columns but those that a run leaves alone, in the types of Spark that hold their values; else as text. */
    Dataset<Row> all(SparkSession spark) {
        List<String> selected = new ArrayList<>();
        List<Column> cast = new ArrayList<>();
        for (PostgresColumn column : table.columns()) {
            if (options.left().contains(column.name())) {
                continue;
            }
            Optional<DataType> type = isOfTheExtension(column)
                    ? Optional.of(DataTypes.createArrayType(DataTypes.FloatType))
                    : PostgresType.read(column);
            Column read = Columns.named(next(selected));
            selected.add(SqlName.quoted(column.name()) + sent(column, type));
            Metadata said = PostgresCheck.metadata(column.comment()).orElse(Metadata.empty());
            cast.add(read.cast(type.orElse(DataTypes.StringType)).as(column.name(), said));
        }
        return selected(spark, selected).select(cast.toArray(new Column[0]));
    }

    private static String sent(PostgresColumn column, Optional<DataType> type) {
        if (isOfTheExtension(column)) {
            return "::real[]";
        }
        // Spark takes such times for those of its zone, in which some do not exist.
        boolean isText = type.isEmpty() || type.get().equals(DataTypes.TimestampNTZType);
        return isText || type.get().equals(DataTypes.StringType) ? "::text" : "";
    }

    /** What Spark calls the next column: a name that it can put between quotes, which it does without a look at it. */
    private static String next(List<String> columns) {
        return "c" + columns.size();
    }

    private Dataset<Row> selected(SparkSession spark, List<String> columns) {
        List<String> named = IntStream.range(0, columns.size())
                .mapToObj(i -> "%s AS %s".formatted(columns.get(i), next(columns.subList(0, i))))
                .toList();
        String query = "SELECT %s FROM %s"
                .formatted(String.join(", ", named), table.name().sql());
        return spark.read().format("jdbc").options(options.forSpark(query)).load();
    }
}

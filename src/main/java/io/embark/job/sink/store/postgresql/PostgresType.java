/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.VectorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** Which type of the server takes which values of Spark, each of them exactly. */
final class PostgresType {
    /** The types, as the server's catalog calls them, that hold all values; the first is that of a new column. */
    private static final Map<DataType, List<String>> HOLDING = Map.ofEntries(
            Map.entry(
                    DataTypes.StringType,
                    List.of("text", "varchar", "bpchar", "citext", "uuid", "json", "jsonb", "xml")),
            Map.entry(DataTypes.ByteType, List.of("int2", "int4", "int8", "numeric")),
            Map.entry(DataTypes.ShortType, List.of("int2", "int4", "int8", "numeric")),
            Map.entry(DataTypes.IntegerType, List.of("int4", "int8", "numeric")),
            Map.entry(DataTypes.LongType, List.of("int8", "numeric")),
            Map.entry(DataTypes.FloatType, List.of("float4", "float8")),
            Map.entry(DataTypes.DoubleType, List.of("float8")),
            Map.entry(DataTypes.BooleanType, List.of("bool")),
            Map.entry(DataTypes.DateType, List.of("date")),
            Map.entry(DataTypes.TimestampType, List.of("timestamptz")),
            Map.entry(DataTypes.TimestampNTZType, List.of("timestamp")),
            Map.entry(DataTypes.BinaryType, List.of("bytea")));

    private static final Map<String, DataType> READ = Map.ofEntries(
            Map.entry("text", DataTypes.StringType),
            Map.entry("varchar", DataTypes.StringType),
            Map.entry("int2", DataTypes.ShortType),
            Map.entry("int4", DataTypes.IntegerType),
            Map.entry("int8", DataTypes.LongType),
            Map.entry("float4", DataTypes.FloatType),
            Map.entry("float8", DataTypes.DoubleType),
            Map.entry("bool", DataTypes.BooleanType),
            Map.entry("date", DataTypes.DateType),
            Map.entry("timestamptz", DataTypes.TimestampType),
            Map.entry("timestamp", DataTypes.TimestampNTZType),
            Map.entry("bytea", DataTypes.BinaryType));

    private static final Map<VectorType, String> VECTORS = Map.of(
            VectorType.FLOATS, "_float4",
            VectorType.DOUBLES, "_float8",
            VectorType.VECTOR, "vector",
            VectorType.HALFVEC, "halfvec",
            VectorType.FLOAT16_BYTES, "bytea");

    /** Texts that become a value only by a cast, which fails where they are none. */
    private static final List<String> CAST = List.of("citext", "uuid", "json", "jsonb", "xml");

    private PostgresType() {}

    /** The type of a new column; empty if there is none. */
    static Optional<String> created(DataType type) {
        if (type instanceof ArrayType array && !(array.elementType() instanceof ArrayType)) {
            return created(array.elementType()).map(element -> element + "[]");
        }
        if (type instanceof DecimalType decimal) {
            return Optional.of("numeric(%s,%s)".formatted(decimal.precision(), decimal.scale()));
        }
        return Optional.ofNullable(HOLDING.get(type)).map(types -> types.get(0));
    }

    /** The type of a new column of vectors. */
    static String created(VectorType type, int length) {
        return switch (type) {
            case FLOATS -> "real[]";
            case DOUBLES -> "double precision[]";
            case VECTOR -> "vector(%s)".formatted(length);
            case HALFVEC -> "halfvec(%s)".formatted(length);
            case FLOAT16_BYTES -> "bytea";
        };
    }

    /** Whether a column holds all values of a type exactly, or refuses those that it does not. */
    static boolean holds(PostgresColumn column, DataType type) {
        if (type instanceof ArrayType array) {
            return column.type().startsWith("_")
                    && !(array.elementType() instanceof ArrayType)
                    && holds(column.withType(column.type().substring(1)), array.elementType());
        }
        if (type instanceof DecimalType decimal) {
            return column.type().equals("numeric") && column.takes(decimal.precision(), decimal.scale());
        }
        if (type.equals(DataTypes.StringType) && column.isEnum()) {
            return true;
        }
        // A scale below zero rounds whole numbers.
        boolean isRounded = column.type().equals("numeric") && !column.takes(0, 0);
        return !isRounded && HOLDING.getOrDefault(type, List.of()).contains(column.type());
    }

    /** The type by which Spark reads all values of a column exactly; empty if there is none but text. */
    static Optional<DataType> read(PostgresColumn column) {
        if (column.type().startsWith("_")) {
            return Optional.ofNullable(READ.get(column.type().substring(1)))
                    .filter(element -> !element.equals(DataTypes.TimestampNTZType))
                    .map(DataTypes::createArrayType);
        }
        if (column.type().equals("numeric")) {
            return column.number();
        }
        return Optional.ofNullable(READ.get(column.type()));
    }

    /** The types of codes, which are whole numbers. */
    static boolean holdsCodes(PostgresColumn column) {
        return column.type().equals("_int2") || column.type().equals("_int4");
    }

    /** How a column keeps vectors in float32; empty if it does not. */
    static Optional<VectorType> vectors(PostgresColumn column) {
        return VECTORS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(column.type()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** What stands for a value in a statement. */
    static String placeholder(PostgresColumn column) {
        return CAST.contains(column.type()) || column.isEnum() ? "?::" + column.sql() : "?";
    }
}

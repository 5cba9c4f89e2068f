/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.FieldSchema;
import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;

/**
 * A field of a collection and the column that fills it. It travels to the tasks.
 *
 * @param column the place of the column in its row; {@link #JOINED} for a key of several columns
 * @param name the name of the field
 * @param type its type
 * @param element the type of its elements; null if it is no array
 * @param dimension components of its vectors; 0 if it holds none
 * @param bytes the most bytes of UTF-8 that a string may have, those of arrays included; 0 where there are none
 * @param capacity the most elements that an array may have; 0 if it is none
 * @param nullable whether it can be without a value
 */
record MilvusField(
        int column,
        String name,
        DataType type,
        DataType element,
        int dimension,
        int bytes,
        int capacity,
        boolean nullable)
        implements Serializable {
    /** The server's own limits, see https://milvus.io/docs/limitations.md. */
    static final int MOST_BYTES = 65_535;

    static final int MOST_ELEMENTS = 4_096;
    static final int LEAST_DIMENSION = 2;
    static final int MOST_DIMENSION = 32_768;

    /** The place of a key that several columns make together. */
    static final int JOINED = -1;

    private static final Map<org.apache.spark.sql.types.DataType, DataType> SCALARS = Map.of(
            DataTypes.BooleanType, DataType.Bool,
            DataTypes.ByteType, DataType.Int8,
            DataTypes.ShortType, DataType.Int16,
            DataTypes.IntegerType, DataType.Int32,
            DataTypes.LongType, DataType.Int64,
            DataTypes.FloatType, DataType.Float,
            DataTypes.DoubleType, DataType.Double,
            DataTypes.TimestampType, DataType.Timestamptz);

    /** What each value of a type is in another one without loss. */
    private static final Map<DataType, Set<DataType>> WIDER = Map.of(
            DataType.Int8, Set.of(DataType.Int16, DataType.Int32, DataType.Int64),
            DataType.Int16, Set.of(DataType.Int32, DataType.Int64),
            DataType.Int32, Set.of(DataType.Int64, DataType.Double),
            DataType.Float, Set.of(DataType.Double));

    /** The field that a column becomes in a new collection; empty if Milvus has no type for it. */
    static Optional<MilvusField> scalar(int place, StructField column, int bytes) {
        if (column.dataType() instanceof ArrayType array) {
            return scalarType(array.elementType())
                    .map(element -> new MilvusField(
                            place,
                            column.name(),
                            DataType.Array,
                            element,
                            0,
                            element == DataType.VarChar ? bytes : 0,
                            MOST_ELEMENTS,
                            true));
        }
        return scalarType(column.dataType())
                .map(type -> new MilvusField(
                        place, column.name(), type, null, 0, type == DataType.VarChar ? bytes : 0, 0, true));
    }

    /** The field of a key that several columns make together. */
    static MilvusField joinedKey(String name) {
        return new MilvusField(JOINED, name, DataType.VarChar, null, 0, MOST_BYTES, 0, false);
    }

    /** The field of a column of vectors. */
    static MilvusField vector(int place, StructField column, int dimension) {
        return new MilvusField(place, column.name(), DataType.FloatVector, null, dimension, 0, 0, false);
    }

    private static Optional<DataType> scalarType(org.apache.spark.sql.types.DataType type) {
        if (type instanceof StringType) {
            return Optional.of(DataType.VarChar);
        }
        return Optional.ofNullable(SCALARS.get(type));
    }

    /** Whether the value of a column is a string here, and no element of an array. */
    boolean isString() {
        return type == DataType.VarChar && column != JOINED;
    }

    boolean isVector() {
        return dimension > 0;
    }

    /** The same as a key, which is a long or a string. */
    MilvusField asKey() {
        DataType widened =
                type != DataType.VarChar && WIDER.getOrDefault(type, Set.of()).contains(DataType.Int64)
                        ? DataType.Int64
                        : type;
        return new MilvusField(column, name, widened, null, 0, bytes, 0, false);
    }

    boolean canBeKey() {
        return type == DataType.Int64 || type == DataType.VarChar;
    }

    /** This column in a field that a collection has. */
    MilvusField in(FieldSchema there) {
        boolean array = there.getDataType() == DataType.Array;
        boolean text = (array ? there.getElementType() : there.getDataType()) == DataType.VarChar;
        return new MilvusField(
                column,
                there.getName(),
                there.getDataType(),
                array ? there.getElementType() : null,
                there.getDimension() == null ? 0 : there.getDimension(),
                text ? there.getMaxLength() : 0,
                array ? there.getMaxCapacity() : 0,
                there.getIsNullable());
    }

    /** Whether each value of this field is one of a field that a collection has, without loss. */
    boolean fits(FieldSchema there) {
        return type == DataType.Array
                ? there.getDataType() == DataType.Array && fits(element, there.getElementType())
                : fits(type, there.getDataType());
    }

    private static boolean fits(DataType type, DataType there) {
        return type == there || WIDER.getOrDefault(type, Set.of()).contains(there);
    }

    /** The type by which Spark reads a field; empty if it has none. */
    static Optional<org.apache.spark.sql.types.DataType> read(FieldSchema there) {
        return switch (there.getDataType()) {
            case Array -> readScalar(there.getElementType()).map(DataTypes::createArrayType);
            case FloatVector -> Optional.of(DataTypes.createArrayType(DataTypes.FloatType));
            default -> readScalar(there.getDataType());
        };
    }

    private static Optional<org.apache.spark.sql.types.DataType> readScalar(DataType type) {
        return type == DataType.VarChar
                ? Optional.of(DataTypes.StringType)
                : SCALARS.entrySet().stream()
                        .filter(entry -> entry.getValue() == type)
                        .<org.apache.spark.sql.types.DataType>map(Map.Entry::getKey)
                        .findFirst();
    }

    /** What adds this field to a new collection. */
    AddFieldReq toRequest(boolean key) {
        AddFieldReq request = AddFieldReq.builder()
                .fieldName(name)
                .dataType(type)
                .isPrimaryKey(key)
                .autoID(false)
                .isNullable(nullable)
                .build();
        if (isVector()) {
            request.setDimension(dimension);
        }
        if (bytes > 0) {
            request.setMaxLength(bytes);
        }
        if (element != null) {
            request.setElementType(element);
            request.setMaxCapacity(capacity);
        }
        return request;
    }

    /** The type for people, as the documentation of Milvus writes it. */
    String shown() {
        return shown(type, element, dimension);
    }

    static String shown(FieldSchema field) {
        return shown(
                field.getDataType(), field.getElementType(), field.getDimension() == null ? 0 : field.getDimension());
    }

    private static String shown(DataType type, DataType element, int dimension) {
        return switch (type) {
            case VarChar -> "VARCHAR";
            case FloatVector -> "FLOAT_VECTOR(%s)".formatted(dimension);
            case Array -> "ARRAY<%s>".formatted(shown(element, null, 0));
            default -> type.toString().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
        };
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.Encoding;
import io.embark.Option;
import io.embark.job.sink.store.StoreTable;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The fields that the columns of a table become in a new collection.
 *
 * @param key the field of the key, which is one of all
 * @param all every field, in the order of the columns
 */
record MilvusFields(MilvusField key, List<MilvusField> all) {
    /** The server's own limit, see https://milvus.io/docs/limitations.md. */
    private static final int MOST_FIELDS = 64;

    /**
     * Chooses the fields.
     *
     * @param output the collection as errors call it
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if a column cannot be a field
     */
    static MilvusFields of(String output, StoreTable table, MilvusOptions options) {
        options.columns().ifPresent(names -> requireColumns(output, table.schema(), names));
        return ofSome(output, table, options);
    }

    /** The fields of some columns of a table, those of the key among them. */
    static MilvusFields ofSome(String output, StoreTable table, MilvusOptions options) {
        StructType schema = table.schema();
        int bytes = options.maxLength().orElse(MilvusField.MOST_BYTES);
        List<MilvusField> all = new ArrayList<>();
        for (int i = 0; i < schema.length(); i++) {
            StructField column = schema.fields()[i];
            if (table.vectors().contains(column.name())) {
                all.add(vector(output, i, column, table.metadata(column.name())));
            } else if (table.keys().contains(column.name()) || isChosen(column, options.columns())) {
                all.add(scalar(output, i, column, bytes));
            }
        }

        MilvusField key = key(output, table, options.keyField(), all);
        all.removeIf(field -> field.column() == key.column());
        all.add(0, key);
        if (all.size() > MOST_FIELDS) {
            throw MilvusErrors.hasTooManyFields(output, all.size(), MOST_FIELDS);
        }
        return new MilvusFields(key, List.copyOf(all));
    }

    /**
     * Holds the fields of a new collection against what Milvus Lite keeps to itself.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if it has one of these names
     */
    void requireFreeInLite(String output) {
        all.stream()
                .map(MilvusField::name)
                .filter(MilvusName::isReservedByLite)
                .findFirst()
                .ifPresent(name -> {
                    throw MilvusErrors.isReserved(output, name);
                });
    }

    private static boolean isChosen(StructField column, Optional<Set<String>> chosen) {
        return chosen.isEmpty() || chosen.get().contains(column.name().toLowerCase(Locale.ROOT));
    }

    private static void requireColumns(String output, StructType schema, Set<String> names) {
        Set<String> there = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        there.addAll(Arrays.asList(schema.fieldNames()));
        names.stream().filter(name -> !there.contains(name)).findFirst().ifPresent(name -> {
            throw MilvusErrors.hasNoSuchColumn(output, name, Arrays.asList(schema.fieldNames()));
        });
    }

    /** Of several columns one key is made, since Milvus has one; they stay fields of their own. */
    private static MilvusField key(String output, StoreTable table, String keyField, List<MilvusField> fields) {
        if (table.keys().size() > 1) {
            if (MilvusName.isReserved(keyField)) {
                throw MilvusErrors.isNoName("key-field", keyField);
            }
            if (fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(keyField))) {
                throw MilvusErrors.keyFieldIsTaken(output, keyField, table.keys());
            }
            table.keys().stream()
                    .map(table.schema()::apply)
                    .filter(column -> column.dataType().equals(DataTypes.TimestampType))
                    .findFirst()
                    .ifPresent(column -> {
                        throw MilvusErrors.isNoKey(
                                output, column.name(), column.dataType().simpleString());
                    });
            return MilvusField.joinedKey(keyField);
        }

        String column = table.keys().get(0);
        MilvusField key = fields.stream()
                .filter(field -> field.name().equals(column))
                .findFirst()
                .orElseThrow()
                .asKey();
        if (!key.canBeKey()) {
            throw MilvusErrors.isNoKey(
                    output, column, table.schema().apply(column).dataType().simpleString());
        }
        return key;
    }

    private static MilvusField scalar(String output, int place, StructField column, int bytes) {
        if (!MilvusName.isName(column.name())) {
            throw MilvusErrors.isNoFieldName(output, column.name());
        }
        if (MilvusName.isReserved(column.name())) {
            throw MilvusErrors.isReserved(output, column.name());
        }
        return MilvusField.scalar(place, column, bytes)
                .orElseThrow(() -> MilvusErrors.hasNoType(
                        output, column.name(), column.dataType().simpleString()));
    }

    private static MilvusField vector(String output, int place, StructField column, EmbeddingMetadata vectors) {
        if (!MilvusName.isName(column.name())) {
            throw MilvusErrors.isNoEmbeddingName(output, column.name());
        }
        if (MilvusName.isReserved(column.name())) {
            throw MilvusErrors.isReserved(output, column.name());
        }
        if (vectors.encoding() != Encoding.FLOAT32) {
            throw MilvusErrors.encodingIsUnknown(output, column.name(), Option.write(vectors.encoding()));
        }
        int dimension = (int) vectors.dimension();
        if (dimension < MilvusField.LEAST_DIMENSION || dimension > MilvusField.MOST_DIMENSION) {
            throw MilvusErrors.dimensionIsOutOfRange(
                    output, column.name(), dimension, MilvusField.LEAST_DIMENSION, MilvusField.MOST_DIMENSION);
        }
        return MilvusField.vector(place, column, dimension);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.job.sink.store.StoreTable;
import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.CreateCollectionReq.FieldSchema;
import io.milvus.v2.service.collection.response.DescribeCollectionResp;
import io.milvus.v2.service.index.response.DescribeIndexResp.IndexDesc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds what is to be written against the collection that is there.
 *
 * @param output the collection as errors call it
 */
record MilvusCheck(String output, MilvusCollection collection, MilvusOptions options) {
    /**
     * What turns rows into those of the collection.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if it does not take them, or would lose what
     *     it has
     */
    MilvusRows of(MilvusFields fields, StoreTable table) {
        DescribeCollectionResp there = collection.describe();
        List<FieldSchema> schema = there.getCollectionSchema().getFieldSchemaList();
        requireKey(schema, fields.key());

        Map<Integer, MilvusField> byColumn = new TreeMap<>();
        Set<String> filled = new HashSet<>();
        for (MilvusField field : fields.all()) {
            MilvusField placed = placed(schema, field);
            requireAsked(placed);
            byColumn.put(placed.column(), placed);
            filled.add(placed.name());
        }
        requireNothingIsEmptied(there, filled);

        List<MilvusField> vectors = new ArrayList<>();
        for (String vector : table.vectors()) {
            MilvusField field = byColumn.remove(table.schema().fieldIndex(vector));
            MilvusLabel.requireSame(output, there.getProperties(), field.name(), table.metadata(vector));
            vectors.add(field);
        }
        MilvusField key = byColumn.remove(fields.key().column());
        return new MilvusRows(output, key, vectors, List.copyOf(byColumn.values()));
    }

    /**
     * What turns changes of rows into those of the collection.
     *
     * @param fields those of the key and those that change
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if it has no such fields
     */
    MilvusRows ofChanges(MilvusFields fields) {
        List<FieldSchema> schema = collection.describe().getCollectionSchema().getFieldSchemaList();
        requireKey(schema, fields.key());
        List<MilvusField> changed = fields.all().stream()
                .filter(field -> !field.equals(fields.key()))
                .map(field -> placed(schema, field))
                .toList();
        return new MilvusRows(output, placed(schema, fields.key()), List.of(), changed);
    }

    private MilvusField placed(List<FieldSchema> schema, MilvusField field) {
        FieldSchema target = find(schema, field.name());
        if (!field.fits(target) || field.dimension() != dimension(target)) {
            throw MilvusErrors.otherType(output, target.getName(), MilvusField.shown(target), field.shown());
        }
        return field.in(target);
    }

    private void requireKey(List<FieldSchema> schema, MilvusField key) {
        FieldSchema primary = schema.stream()
                .filter(field -> Boolean.TRUE.equals(field.getIsPrimaryKey()))
                .findFirst()
                .orElseThrow();
        if (Boolean.TRUE.equals(primary.getAutoID())) {
            throw MilvusErrors.makesItsKeys(output, primary.getName());
        }
        if (!primary.getName().equalsIgnoreCase(key.name())) {
            throw MilvusErrors.otherKey(output, primary.getName(), key.name());
        }
    }

    /** A field by its very name, or else as Spark would find it. */
    private FieldSchema find(List<FieldSchema> schema, String name) {
        Optional<FieldSchema> same =
                schema.stream().filter(field -> field.getName().equals(name)).findFirst();
        return same.or(() -> schema.stream()
                        .filter(field -> field.getName().equalsIgnoreCase(name))
                        .findFirst())
                .orElseThrow(() -> MilvusErrors.hasNoField(
                        output, name, schema.stream().map(FieldSchema::getName).toList()));
    }

    private static int dimension(FieldSchema field) {
        return field.getDimension() == null ? 0 : field.getDimension();
    }

    /** What was asked for of a new collection must not be another in one that is there. */
    private void requireAsked(MilvusField there) {
        options.maxLength()
                .filter(asked -> there.type() == DataType.VarChar && asked != there.bytes())
                .filter(asked -> there.column() != MilvusField.JOINED)
                .ifPresent(asked -> {
                    throw MilvusErrors.hasAnotherLength(output, there.name(), there.bytes(), asked);
                });
        if (there.isVector()) {
            collection.index(there.name()).ifPresent(index -> requireAsked(there.name(), index));
        }
    }

    private void requireAsked(String field, IndexDesc there) {
        options.index().metric().filter(asked -> asked != there.getMetricType()).ifPresent(asked -> {
            throw MilvusErrors.hasAnotherIndex(
                    output, field, "metric", String.valueOf(there.getMetricType()), asked.name());
        });
        options.index().type().filter(asked -> asked != there.getIndexType()).ifPresent(asked -> {
            throw MilvusErrors.hasAnotherIndex(
                    output, field, "type", String.valueOf(there.getIndexType()), asked.name());
        });
        options.index().parameters().forEach((name, asked) -> {
            String value = there.getExtraParams().get(name);
            if (!asked.equals(value)) {
                throw MilvusErrors.hasAnotherIndex(output, field, name, String.valueOf(value), asked);
            }
        });
    }

    /** An upsert puts a whole row in the place of the old one, with nothing in the fields that it does not fill. */
    private void requireNothingIsEmptied(DescribeCollectionResp there, Set<String> filled) {
        if (Boolean.TRUE.equals(there.getEnableDynamicField())) {
            throw MilvusErrors.wouldLoseDynamicFields(output);
        }
        Set<String> made = new HashSet<>();
        there.getCollectionSchema().getFunctionList().forEach(function -> made.addAll(function.getOutputFieldNames()));
        there.getCollectionSchema().getFieldSchemaList().stream()
                .map(FieldSchema::getName)
                .filter(name -> !filled.contains(name) && !made.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw MilvusErrors.wouldBeEmptied(output, name);
                });
    }
}

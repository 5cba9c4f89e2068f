/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import com.google.gson.JsonObject;
import io.embark.job.sink.store.StoreRow;
import io.embark.job.sink.store.StoreSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A task's connection to a collection. */
final class MilvusSession implements StoreSession {
    private final MilvusCollection collection;
    private final MilvusRows rows;
    private final MilvusTurns turns;

    MilvusSession(MilvusCollection collection, MilvusRows rows, MilvusTurns turns) {
        this.collection = collection;
        this.rows = rows;
        this.turns = turns;
    }

    @Override
    public void upsert(List<StoreRow> batch) throws InterruptedException {
        List<JsonObject> objects = new ArrayList<>(batch.size());
        for (StoreRow row : batch) {
            objects.add(rows.of(row));
        }
        long taken = turns.take(() -> collection.upsert(objects));
        if (taken != objects.size()) {
            throw MilvusErrors.tookFewer(rows.output(), objects.size(), taken);
        }
    }

    /** Milvus would make a row of one that is not there, if it had a vector. */
    @Override
    public void update(List<StoreRow> batch) throws InterruptedException {
        String key = rows.key().name();
        Set<Object> there = turns.take(() -> collection.read(withKeys(batch), List.of(key))).stream()
                .map(entity -> entity.get(key))
                .collect(Collectors.toSet());
        List<JsonObject> objects = batch.stream()
                .filter(row -> there.contains(rows.key(row)))
                .map(rows::of)
                .toList();
        if (!objects.isEmpty()) {
            turns.take(() -> {
                collection.update(objects);
                return null;
            });
        }
    }

    @Override
    public void delete(List<StoreRow> batch) throws InterruptedException {
        turns.take(() -> {
            collection.delete(withKeys(batch));
            return null;
        });
    }

    @Override
    public List<double[][]> read(List<StoreRow> written) throws InterruptedException {
        List<String> fields = new ArrayList<>();
        fields.add(rows.key().name());
        rows.vectors().forEach(field -> fields.add(field.name()));
        Map<Object, Map<String, Object>> found = new HashMap<>();
        for (Map<String, Object> entity : turns.take(() -> collection.read(withKeys(written), fields))) {
            found.put(entity.get(rows.key().name()), entity);
        }

        List<double[][]> read = new ArrayList<>();
        for (StoreRow row : written) {
            Map<String, Object> entity = found.get(rows.key(row));
            read.add(entity == null ? null : vectors(entity));
        }
        return read;
    }

    private String withKeys(List<StoreRow> written) {
        return written.stream()
                .map(rows::key)
                .map(MilvusName::literal)
                .collect(Collectors.joining(", ", rows.key().name() + " in [", "]"));
    }

    private double[][] vectors(Map<String, Object> entity) {
        double[][] vectors = new double[rows.vectors().size()][];
        for (int i = 0; i < vectors.length; i++) {
            if (entity.get(rows.vectors().get(i).name()) instanceof List<?> components) {
                vectors[i] = components.stream()
                        .mapToDouble(component -> ((Number) component).doubleValue())
                        .toArray();
            }
        }
        return vectors;
    }

    @Override
    public void close() {
        collection.close();
    }
}

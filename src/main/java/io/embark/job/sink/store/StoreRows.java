/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.Half;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Takes a store's rows out of those of Spark: looks their keys up, and rounds their vectors to what the store keeps. */
final class StoreRows {
    /** What objects take beside what is in them, roughly. */
    private static final int OVERHEAD = 24;

    private final String description;
    private final List<String> keys;
    private final int[] keyIndexes;
    private final int[] vectorIndexes;
    private final boolean[] halves;

    StoreRows(StoreTable table, StoreConnector connector) {
        this.description = connector.description();
        this.keys = table.keys();
        this.keyIndexes =
                table.keys().stream().mapToInt(table.schema()::fieldIndex).toArray();
        this.vectorIndexes =
                table.vectors().stream().mapToInt(table.schema()::fieldIndex).toArray();
        this.halves = new boolean[vectorIndexes.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = connector.vectorTypes().get(i).isHalf();
        }
    }

    StoreRow of(Row row) {
        List<Object> key = new ArrayList<>();
        for (int i = 0; i < keyIndexes.length; i++) {
            if (row.isNullAt(keyIndexes[i])) {
                throw StoreErrors.keyIsNull(keys.get(i), 1);
            }
            key.add(row.get(keyIndexes[i]));
        }

        long bytes = OVERHEAD;
        for (int i = 0; i < row.size(); i++) {
            bytes += bytes(row.get(i));
        }
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < vectorIndexes.length; i++) {
            float[] vector = row.isNullAt(vectorIndexes[i]) ? null : vector(row.getList(vectorIndexes[i]));
            if (halves[i] && vector != null) {
                round(vector, key);
            }
            vectors.add(vector);
        }
        return new StoreRow(row, key, vectors, bytes);
    }

    private static float[] vector(List<Number> numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i).floatValue();
        }
        return vector;
    }

    private void round(float[] vector, List<Object> key) {
        for (int i = 0; i < vector.length; i++) {
            float rounded = Half.rounded(vector[i]);
            if (Float.isInfinite(rounded)) {
                throw StoreErrors.isTooGreatForAHalf(description, keys, key, i, vector[i]);
            }
            vector[i] = rounded;
        }
    }

    private static long bytes(Object value) {
        if (value instanceof String text) {
            return OVERHEAD + (long) text.length() * Character.BYTES;
        }
        if (value instanceof byte[] bytes) {
            return (long) OVERHEAD + bytes.length;
        }
        if (value instanceof scala.collection.Seq<?> sequence) {
            return OVERHEAD + elements(sequence);
        }
        return value instanceof Row row ? row.toString().getBytes(StandardCharsets.UTF_8).length : OVERHEAD;
    }

    private static long elements(scala.collection.Seq<?> sequence) {
        boolean numbers = sequence.isEmpty() || sequence.head() instanceof Number;
        if (numbers) {
            // Boxes in a row of Spark, and as many bytes again as what is sent.
            return (long) sequence.length() * OVERHEAD;
        }
        long bytes = 0;
        scala.collection.Iterator<?> elements = sequence.iterator();
        while (elements.hasNext()) {
            bytes += bytes(elements.next());
        }
        return bytes;
    }
}

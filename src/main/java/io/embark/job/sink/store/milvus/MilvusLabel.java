/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.Option;
import io.embark.Precision;
import io.embark.job.sink.store.StoreTable;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Map;
import java.util.TreeMap;

/** What a collection says of the vectors in its fields: properties such as {@code embark.embedding.fingerprint}. */
final class MilvusLabel {
    private static final String MODEL = "model";
    private static final String FINGERPRINT = "fingerprint";
    private static final String DIMENSION = "dimension";
    private static final String PRECISION = "precision";

    private MilvusLabel() {}

    /** The properties of a new collection. */
    static Map<String, String> properties(StoreTable table) {
        Map<String, String> properties = new TreeMap<>();
        for (String vector : table.vectors()) {
            EmbeddingMetadata metadata = table.metadata(vector);
            properties.put(key(vector, MODEL), metadata.shown());
            properties.put(key(vector, FINGERPRINT), metadata.fingerprint());
            properties.put(key(vector, DIMENSION), String.valueOf(metadata.dimension()));
            properties.put(key(vector, PRECISION), Option.write(metadata.precision()));
        }
        return properties;
    }

    private static String key(String field, String what) {
        return "embark.%s.%s".formatted(field, what);
    }

    /**
     * Holds vectors against what a collection says; one that says nothing was made by somebody else.
     *
     * @throws io.embark.EmbarkException if they come from another model, or were computed in another precision
     */
    static void requireSame(String output, Map<String, String> properties, String field, EmbeddingMetadata added) {
        String fingerprint = properties.get(key(field, FINGERPRINT));
        if (fingerprint != null && !fingerprint.equals(added.fingerprint())) {
            throw MilvusErrors.otherModel(
                    output,
                    field,
                    shown(properties.get(key(field, MODEL)), fingerprint),
                    shown(added.shown(), added.fingerprint()));
        }
        Precision there = EmbeddingMetadata.precision(properties.get(key(field, PRECISION)));
        if (fingerprint != null && !EmbeddingMetadata.areAlike(there, added.precision())) {
            throw MilvusErrors.otherPrecision(output, field, Option.write(there), Option.write(added.precision()));
        }
    }

    private static String shown(String model, String fingerprint) {
        return "%s (fingerprint %.12s)".formatted(model, fingerprint);
    }
}

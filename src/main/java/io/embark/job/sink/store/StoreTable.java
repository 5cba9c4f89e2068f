/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a run writes into a store.
 *
 * @param schema the columns, in order; those of vectors carry their {@link EmbeddingMetadata}
 * @param keys the columns that name a row, at least one
 * @param vectors the columns of vectors
 * @param vectorType the type that was asked for; empty for what is there, or the store's own choice
 * @param mode what becomes of a table that is there already
 * @hidden Public for Embark's other rooms only.
 */
public record StoreTable(
        StructType schema, List<String> keys, List<String> vectors, Optional<VectorType> vectorType, WriteMode mode) {
    /** Takes its own copies. */
    public StoreTable {
        keys = List.copyOf(keys);
        vectors = List.copyOf(vectors);
    }

    /** What a column of vectors says of them. */
    public EmbeddingMetadata metadata(String vector) {
        return EmbeddingMetadata.of(schema.apply(vector)).orElseThrow();
    }

    /** Numbers in each vector of a column. */
    public int length(String vector) {
        EmbeddingMetadata metadata = metadata(vector);
        return metadata.encoding().length((int) metadata.dimension());
    }

    /** The columns that are neither key nor vectors, in order. */
    public List<StructField> others() {
        return Arrays.stream(schema.fields())
                .filter(field -> !keys.contains(field.name()) && !vectors.contains(field.name()))
                .toList();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a run writes into a store: its columns, which of them name a row and which are vectors, the type that was asked for and what
 * becomes of a table that is there. Travels to executors.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StoreTable implements Serializable {
    private static final long serialVersionUID = 1L;

    private final StructType schema;
    private final List<String> keys;
    private final List<String> vectors;

    /** Null for none; what is optional does not travel. */
    private final VectorType vectorType;

    private final WriteMode mode;

    /**
     * Takes its own copies.
     *
     * @param schema the columns, in order; those of vectors carry their {@link EmbeddingMetadata}
     * @param keys the columns that name a row, at least one
     * @param vectors the columns of vectors
     * @param vectorType the type that was asked for; empty for what is there, or the store's own choice
     * @param mode what becomes of a table that is there already
     */
    public StoreTable(
            StructType schema,
            List<String> keys,
            List<String> vectors,
            Optional<VectorType> vectorType,
            WriteMode mode) {
        this.schema = schema;
        this.keys = List.copyOf(keys);
        this.vectors = List.copyOf(vectors);
        this.vectorType = vectorType.orElse(null);
        this.mode = mode;
    }

    /** The columns, in order. */
    public StructType schema() {
        return schema;
    }

    /** The columns that name a row. */
    public List<String> keys() {
        return keys;
    }

    /** The columns of vectors, in the order of the schema. */
    public List<String> vectors() {
        return vectors;
    }

    /** The type that was asked for; empty for what is there, or the store's own choice. */
    public Optional<VectorType> vectorType() {
        return Optional.ofNullable(vectorType);
    }

    /** What becomes of a table that is there already. */
    public WriteMode mode() {
        return mode;
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

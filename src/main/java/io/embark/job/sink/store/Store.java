/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.Capability;
import io.embark.job.sink.PlaceHold;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * One table or collection of a server that keeps rows by key, on the driver. {@link StoreSink} does with it what all of them
 * have in common: it cuts batches, tries again what failed for a while, compares a sample, counts.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface Store {
    /** The place and its format, for people, without secrets: {@code articles at localhost:5432/postgres (postgresql)}. */
    String description();

    /** What the store can do; {@link Capability#READS_BACK} if {@link #read} can be asked. */
    Set<Capability> capabilities();

    /**
     * Checks all that can be known before a row is computed: the server, the rights, the table's columns, types, key and
     * dimension, and what {@link StoreTable#mode} asks for. Changes nothing.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if rows of this kind cannot be written
     */
    void check(StoreTable table);

    /**
     * The names of the columns that are there, in small letters; none where there is no table. Reads no rows.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the store cannot be asked
     */
    Set<String> columns();

    /**
     * Checks that what is replaced is not read in part, whose rest would be lost.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it is
     */
    default void requireWhole(Dataset<Row> source) {}

    /** The most bytes of UTF-8 that the strings of a column may have, by its name; others may have any number. */
    default Map<String, Integer> mostBytes(StoreTable table) {
        return Map.of();
    }

    /**
     * For columns of the key whose type in the store takes values for equal that differ here, what is the same for all of those:
     * letters of a UUID are small or capital, blanks at the end count for nothing. Asked after {@link #check}; changes nothing.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the store cannot be asked
     */
    default Map<String, UnaryOperator<Column>> sameKeys(StoreTable table) {
        return Map.of();
    }

    /**
     * Begins to write, right before the first row is computed: makes the table if it is missing.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it cannot be made
     */
    StoreWrite begin(StoreTable table);

    /** The rows as Spark reads them, with the columns of a schema. Asked only under {@link Capability#READS_BACK}. */
    default Dataset<Row> read(SparkSession spark, StructType schema) {
        throw new UnsupportedOperationException(description());
    }

    /**
     * The rows that are there with every column that a run fills, read lazily; of its columns only those that are asked for leave
     * the server. Empty if there is no table.
     *
     * @param keys the columns that name a row
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the store cannot be asked
     */
    Optional<Dataset<Row>> there(SparkSession spark, List<String> keys);

    /** Whether a column can hold bytes. */
    boolean keepsBytes();

    /** For columns of the key, what the store makes of their values where {@link #there} shows others than were written. */
    default Map<String, UnaryOperator<Column>> shownKeys() {
        return Map.of();
    }

    /**
     * Keeps other refreshes of this table away, see {@link io.embark.job.sink.Refreshing#hold}: what {@link #begin} and {@link
     * #changing} give until it is closed sends rows only while this run holds the table.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if another refresh holds it, tasks of an earlier one do not come to
     *     an end, or the store cannot be asked
     */
    default PlaceHold hold() {
        return PlaceHold.NONE;
    }

    /**
     * Begins to change rows that are there.
     *
     * @param table the columns of the key and those that change; none of vectors
     * @return what tasks change them through, by {@link StoreSession#update} and {@link StoreSession#delete} alone
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the table has no such columns
     */
    StoreConnector changing(StoreTable table);

    /** The words by which {@code embark search} finds the rows; empty if it cannot. */
    default List<String> searchWords() {
        return List.of();
    }

    /** How people find the rows where {@code embark search} cannot; empty if there is nothing to say. */
    default Optional<String> searchAdvice() {
        return Optional.empty();
    }
}

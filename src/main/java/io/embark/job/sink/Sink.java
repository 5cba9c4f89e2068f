/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.source.Source;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The place that the embedded table is written to. Whatever fails on the way, an output that was there stays as it was, where it
 * {@linkplain Capability#ALL_OR_NOTHING can} keep the rows of a run together.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface Sink {
    /**
     * Checks, before anything is computed, that a table of this schema can be written.
     *
     * @param source what is read, which may be the place that is written
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it cannot
     */
    void check(StructType schema, Source source);

    /** Tells, between check and write, which rows of the source are embedded, where a limit has chosen them. */
    default void chosen(Dataset<Row> rows) {}

    /**
     * Writes the rows.
     *
     * @param beforeTheyAreSeen what is done right before the output is put in its place, when all rows are written; right after
     *     where a table commits by itself, before the first row where others commit in their own way. Never if the run fails before
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the place cannot be written to
     */
    void write(Dataset<Row> rows, Runnable beforeTheyAreSeen);

    /** Writes the rows. */
    default void write(Dataset<Row> rows) {
        write(rows, () -> {});
    }

    /** Reads the output back, its columns as they were written. */
    Dataset<Row> read(StructType schema);

    /**
     * The rows of this run while nobody else sees them, asked right before they are put in their place; empty where they cannot
     * be told from others.
     */
    default Optional<Dataset<Row>> unseen(StructType schema) {
        return Optional.empty();
    }

    /**
     * Whether the output, once it is written, holds the rows of this run and no others; else nobody can ask it for them. Asked
     * after the check.
     */
    boolean holdsThisRunAlone();

    /** The ranges of the codes that rows are appended to, as {@code --encoding-ranges} reads them; empty if there are none. */
    Optional<String> recordedRanges();

    /** The folder that the output is, in which a file holds the ranges of codes; empty if it is none that one can look into. */
    Optional<String> folder();

    /** The file that holds the ranges of the codes, if the vectors that were written have any. */
    default Optional<String> rangesFile() {
        return folder().map(folder -> "%s/%s".formatted(folder.replaceFirst("/+$", ""), RangesRecord.FILE));
    }

    /** What {@code embark search --table} takes to find the output later. */
    String reference();

    /** The words by which {@code embark search} finds the output later; empty if it cannot. */
    default List<String> searchWords() {
        return List.of("--table", reference());
    }

    /** How people find rows of the output where {@code embark search} cannot; empty if there is nothing to say. */
    default Optional<String> searchAdvice() {
        return Optional.empty();
    }

    /** Whether the place itself turns vectors in float32 into the type that was asked for; else they come in it. */
    default boolean makesVectorTypes() {
        return false;
    }

    /** How the place can be brought up to date; empty if it cannot. Asked before the check. */
    default Optional<Refreshing> refreshing() {
        return Optional.empty();
    }

    /**
     * Whether the rows of a run may be seen before {@code beforeTheyAreSeen} is done, since the place commits by itself. Whoever
     * has to know the rows first has to keep them elsewhere until then. Asked after the check.
     */
    default boolean commitsByItself() {
        return false;
    }

    /** What the place can do. */
    Set<Capability> capabilities();

    default boolean can(Capability capability) {
        return capabilities().contains(capability);
    }

    /** What people should know before the output is written, if anything. */
    default Optional<String> note() {
        return Optional.empty();
    }

    /** The place and its format, for people. */
    String description();
}

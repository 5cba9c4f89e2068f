/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.job.table.Answer;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a place does beside {@link Sink} so that it can be brought up to date: it shows what is there, and takes changes row by
 * row. Used by one thread.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface Refreshing {
    /**
     * The rows that are there, with all their columns, read lazily; two reads in one run see the same rows wherever the place
     * keeps versions. Empty where there is nothing yet.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if what is there cannot be read
     */
    Optional<Dataset<Row>> there();

    /**
     * Whether whole rows go in as they are embedded, by {@link Sink#write} and batch by batch, each for good: then {@link #apply}
     * gets the other changes alone. Else all changes come at once, when every row is embedded.
     */
    boolean takesRowsAsTheyCome();

    /** Whether a column can hold bytes; else they are written as hexadecimal digits. */
    default boolean keepsBytes() {
        return true;
    }

    /**
     * What the place makes of a value of a column of the key, so that it can be held against what {@link #there} shows: a wider
     * number, a UUID in small letters, a text without the blanks at its end. Values that are one there become the same.
     *
     * @param key the column, of a type that {@link Sink#check} has let through
     */
    default Column keyAsThere(String key, Column value) {
        return value;
    }

    /** Whether what {@link #there} showed is still what is there, as far as the place can tell before it commits. */
    default boolean isAsCompared() {
        return true;
    }

    /** Whether the place keeps versions, so that another look with {@link #there} after a commit shows which one it made. */
    default boolean keepsVersions() {
        return false;
    }

    /** The version that {@link #there} showed, as people call it; empty where the place keeps none. */
    default Optional<String> version() {
        return Optional.empty();
    }

    /**
     * Which files any change writes anew beside the rows that differ, for people: {@code all 12, about 157 MB,}. Empty where it is
     * few, or the place's own affair.
     */
    default Optional<String> rewritten() {
        return Optional.empty();
    }

    /**
     * Keeps other refreshes of this place away, on whatever host they run, and waits for what tasks of a dead one still send. Rows
     * of this run go in only while it holds the place. Begins before {@link #there} is compared with; a place that cannot do this
     * keeps nobody away.
     *
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if another refresh holds it, tasks of an
     *     earlier one do not come to an end, or the place cannot be asked
     */
    default PlaceHold hold() {
        return PlaceHold.NONE;
    }

    /**
     * Says what the next commit of this run is to carry, for {@link #remembered}. A place whose commits carry nothing forgets it.
     *
     * @param json an object of JSON; empty if the commit is to carry nothing
     */
    default void remember(Optional<String> json) {}

    /**
     * What the commit carried that made the rows which {@link #there} showed, whoever made it; none if others have changed rows
     * since, or nobody can tell.
     */
    default Answer<String> remembered() {
        return Answer.none("");
    }

    /**
     * Brings changes in: in one step where the place can do that, else so that the same call made again ends with the same rows.
     *
     * @param beforeTheyAreSeen as for {@link Sink#write}
     * @return false if another writer was quicker and nothing was changed: what is there is to be compared again
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#OUTPUT_INVALID} if the place cannot be written to
     */
    boolean apply(Changes changes, Runnable beforeTheyAreSeen);
}

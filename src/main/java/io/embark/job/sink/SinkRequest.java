/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a table is to be written, and how.
 *
 * @param path the folder to write
 * @param table the table to write
 * @param format what is written, by the name that Spark or a store has for it; empty to go by what is there
 * @param mode what becomes of an output that is there already
 * @param options the options of Spark's writer or of the store, by name
 * @param partitionBy the columns whose values become folders or partitions, in this order
 * @param keys the columns that name a row
 * @param vectorType the type that vectors are written as; empty for that of the place
 * @param addsColumns whether an output that is there gets the columns that it lacks
 * @hidden Public for Embark's other rooms only.
 */
public record SinkRequest(
        Optional<String> path,
        Optional<String> table,
        Optional<String> format,
        WriteMode mode,
        Map<String, String> options,
        List<String> partitionBy,
        List<String> keys,
        Optional<String> vectorType,
        boolean addsColumns) {
    /** Takes its own copies. */
    public SinkRequest {
        options = Map.copyOf(options);
        partitionBy = List.copyOf(partitionBy);
        keys = List.copyOf(keys);
    }

    /** A folder, with nothing else asked for. */
    public static SinkRequest folder(String path, WriteMode mode) {
        return of(Optional.of(path), Optional.empty(), mode);
    }

    /** A table, with nothing else asked for. */
    public static SinkRequest table(String name, WriteMode mode) {
        return of(Optional.empty(), Optional.of(name), mode);
    }

    private static SinkRequest of(Optional<String> path, Optional<String> table, WriteMode mode) {
        return new SinkRequest(
                path, table, Optional.empty(), mode, Map.of(), List.of(), List.of(), Optional.empty(), false);
    }

    /** The same in a format. */
    public SinkRequest as(String other) {
        return new SinkRequest(
                path, table, Optional.of(other), mode, options, partitionBy, keys, vectorType, addsColumns);
    }

    /** The same with other options. */
    public SinkRequest with(Map<String, String> others) {
        return new SinkRequest(path, table, format, mode, others, partitionBy, keys, vectorType, addsColumns);
    }

    /** The same with a folder or partition for each value of some columns. */
    public SinkRequest by(List<String> columns) {
        return new SinkRequest(path, table, format, mode, options, columns, keys, vectorType, addsColumns);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a table is to be read, whatever kind of place it lies in.
 *
 * @param format the data source to read it with, by the name that Spark has for it; empty to go by what is there
 * @param options the options of Spark's reader, by name
 * @param where the condition that rows have to meet, in SQL
 * @param limit how many rows to read; empty for all of them
 * @param id the column that names a row, by which a database can be read in parts
 * @hidden Public for Embark's other rooms only.
 */
public record SourceRequest(
        Optional<String> format,
        Map<String, String> options,
        Optional<String> where,
        OptionalInt limit,
        Optional<String> id) {
    /** All rows, as what they seem to be. */
    public static final SourceRequest ALL =
            new SourceRequest(Optional.empty(), Map.of(), Optional.empty(), OptionalInt.empty(), Optional.empty());

    /** Takes its own copy of the options. */
    public SourceRequest {
        options = Map.copyOf(options);
    }

    /** The same with a data source. */
    public SourceRequest as(String other) {
        return new SourceRequest(Optional.of(other), options, where, limit, id);
    }

    /** The same with other options. */
    public SourceRequest with(Map<String, String> others) {
        return new SourceRequest(format, others, where, limit, id);
    }

    /** The same with a condition. */
    public SourceRequest where(String condition) {
        return new SourceRequest(format, options, Optional.of(condition), limit, id);
    }

    /** The same with a limit. */
    public SourceRequest limit(int rows) {
        return new SourceRequest(format, options, where, OptionalInt.of(rows), id);
    }

    /** The same with a column that names a row. */
    public SourceRequest by(String column) {
        return new SourceRequest(format, options, where, limit, Optional.of(column));
    }
}

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
 * @param format what its files are; empty to go by their names
 * @param options the options of Spark's reader for files, by name
 * @param where the condition that rows have to meet, in SQL
 * @param limit how many rows to read; empty for all of them
 * @hidden Public for Embark's other rooms only.
 */
public record SourceRequest(
        Optional<SourceFormat> format, Map<String, String> options, Optional<String> where, OptionalInt limit) {
    /** Takes its own copy of the options. */
    public SourceRequest {
        options = Map.copyOf(options);
    }
}

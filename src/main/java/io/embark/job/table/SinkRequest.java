/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Map;

/**
 * How a table is to be written, whatever kind of place it goes to.
 *
 * @param format the kind of its files
 * @param mode what becomes of an output that is there already
 * @param options the options of Spark's writer, by name
 * @hidden Public for Embark's other rooms only.
 */
public record SinkRequest(SinkFormat format, WriteMode mode, Map<String, String> options) {
    /** Takes its own copy of the options. */
    public SinkRequest {
        options = Map.copyOf(options);
    }
}

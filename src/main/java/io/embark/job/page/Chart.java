/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.page;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values over categories, which a page draws and also prints as a table.
 *
 * @param title what it shows
 * @param kind how it is drawn
 * @param across what the categories are, with their unit
 * @param categories one for each value of a series
 * @param up what the values are, with their unit
 * @param series by name, in order; a value that is not known is null
 * @hidden Public for Embark's other rooms only.
 */
public record Chart(
        String title, Kind kind, String across, List<String> categories, String up, Map<String, List<Double>> series) {
    /** How values are drawn. */
    public enum Kind {
        /** Points with a line through them, where categories have an order. */
        LINE,
        /** A bar for each. */
        BARS
    }

    /** Takes its own copies. */
    public Chart {
        categories = List.copyOf(categories);
        series = Collections.unmodifiableMap(new LinkedHashMap<>(series));
        for (List<Double> values : series.values()) {
            if (values.size() != categories.size()) {
                throw new IllegalArgumentException(
                        "%s values for %s categories".formatted(values.size(), categories.size()));
            }
        }
    }
}

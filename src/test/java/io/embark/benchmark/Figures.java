/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import java.util.List;
import java.util.Locale;

/** How the benchmarks say what they found. */
final class Figures {
    private Figures() {}

    /** Prints a line at once, with a decimal point whatever the locale. */
    static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Median, least and most. */
    static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "median %.3f (%.3f to %.3f)",
                median(values),
                sorted.get(0),
                sorted.get(sorted.size() - 1));
    }
}

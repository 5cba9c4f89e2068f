/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Values of one setting in their order, tried from one of them upward and downward as long as that gains something. */
final class Ladder {
    /** What is less better than this is taken for no better. */
    static final double GAIN = 1.01;

    /** Steps without a gain behind which nobody looks. */
    private static final int STEPS = 2;

    private Ladder() {}

    /**
     * Climbs.
     *
     * @param values in their order
     * @param start the place of the one that the others are held against
     * @param score how good a value is, more is better; NaN for one that there was no time for, behind which it ends
     * @return the places of those that were tried, in the order in which they were
     */
    static List<Integer> climb(List<?> values, int start, ToDoubleFunction<Integer> score) {
        List<Integer> tried = new ArrayList<>();
        double first = score.applyAsDouble(start);
        if (Double.isNaN(first)) {
            return tried;
        }
        tried.add(start);
        double best = first;
        for (int direction : List.of(1, -1)) {
            int without = 0;
            for (int i = start + direction; i >= 0 && i < values.size() && without < STEPS; i += direction) {
                double reached = score.applyAsDouble(i);
                if (Double.isNaN(reached)) {
                    break;
                }
                tried.add(i);
                without = reached > best * GAIN ? 0 : without + 1;
                best = Math.max(best, reached);
            }
        }
        return tried;
    }
}

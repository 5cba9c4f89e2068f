/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.EnumMap;
import java.util.Map;

/** Counts while they grow. Used by one thread. */
final class Tally {
    private final Map<Count, Long> values = new EnumMap<>(Count.class);

    void add(Count count, long value) {
        values.merge(count, value, count::join);
    }

    long get(Count count) {
        return values.getOrDefault(count, 0L);
    }

    EmbedCounts counts() {
        return EmbedCounts.of(values);
    }
}

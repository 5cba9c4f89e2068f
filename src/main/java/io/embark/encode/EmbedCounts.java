/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.EnumMap;
import java.util.Map;

/**
 * What embedding some texts took. The counts of a run are those of its windows, joined. Immutable.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedCounts {
    /** The counts of nothing. */
    static final EmbedCounts NONE = of(Map.of());

    /** One for each count. */
    private final EnumMap<Count, Long> values;

    private EmbedCounts(EnumMap<Count, Long> values) {
        this.values = values;
    }

    /** Counts of these values; what is not named is 0. */
    public static EmbedCounts of(Map<Count, Long> values) {
        EnumMap<Count, Long> all = new EnumMap<>(Count.class);
        for (Count count : Count.values()) {
            all.put(count, values.getOrDefault(count, 0L));
        }
        return new EmbedCounts(all);
    }

    /** One of the values. */
    public long get(Count count) {
        return values.get(count);
    }

    /** Both together: the sum of each count, and the larger peak. */
    public EmbedCounts plus(EmbedCounts other) {
        EnumMap<Count, Long> joined = values.clone();
        other.values.forEach((count, value) -> joined.merge(count, value, count::join));
        return new EmbedCounts(joined);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbedCounts counts && values.equals(counts.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbedCountsTest {
    @Test
    void whatIsNotNamedIsNone() {
        EmbedCounts counts = EmbedCounts.of(Map.of(Count.TOKENS, 7L));

        assertThat(counts.get(Count.TOKENS)).isEqualTo(7);
        assertThat(counts.get(Count.TEXTS)).isZero();
        assertThat(EmbedCounts.of(Map.of(Count.TEXTS, 0L))).isEqualTo(EmbedCounts.NONE);
    }

    @Test
    void numbersAndTimesAddUpAndTheLargerPeakStays() {
        EmbedCounts first = EmbedCounts.of(Map.of(Count.TOKENS, 7L, Count.FORWARD, 100L, Count.PEAK, 5L));
        EmbedCounts second = EmbedCounts.of(Map.of(Count.TOKENS, 4L, Count.FORWARD, 30L, Count.PEAK, 4L));

        assertThat(first.plus(second))
                .isEqualTo(second.plus(first))
                .isEqualTo(EmbedCounts.of(Map.of(Count.TOKENS, 11L, Count.FORWARD, 130L, Count.PEAK, 5L)));
    }

    @Test
    void aTallyGrowsAsCountsAdd() {
        Tally tally = new Tally();
        tally.add(Count.FAILED, 1);
        tally.add(Count.FAILED, 2);
        tally.add(Count.PEAK, 9);
        tally.add(Count.PEAK, 8);

        assertThat(tally.counts()).isEqualTo(EmbedCounts.of(Map.of(Count.FAILED, 3L, Count.PEAK, 9L)));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LadderTest {
    @Test
    void climbsUpwardAndDownwardUntilTwoStepsGainNothing() {
        List<Double> scores = List.of(0.5, 0.6, 0.7, 1.0, 1.2, 1.5, 1.5, 1.49, 9.0);

        assertThat(Ladder.climb(scores, 3, scores::get)).containsExactly(3, 4, 5, 6, 7, 2, 1);
    }

    /** Noise is no gain. */
    @Test
    void whatIsHardlyBetterIsNoStepUpward() {
        List<Double> scores = List.of(1.0, 1.005, 1.009, 2.0);

        assertThat(Ladder.climb(scores, 0, scores::get)).containsExactly(0, 1, 2);
    }

    @Test
    void endsWhereTheTimeEnds() {
        List<Double> scores = List.of(3.0, Double.NaN, 1.0, 1.2, Double.NaN, 5.0);

        assertThat(Ladder.climb(scores, 2, scores::get)).containsExactly(2, 3);
        assertThat(Ladder.climb(scores, 1, scores::get)).isEmpty();
    }

    /** One hill is what settings of this kind have: the search finds its top from anywhere. */
    @ParameterizedTest
    @CsvSource({"0", "2", "4", "6"})
    void findsTheTopOfAHillFromAnywhere(int start) {
        List<Double> hill = List.of(1.0, 1.1, 1.3, 1.6, 1.5, 1.2, 1.1);

        assertThat(Ladder.climb(hill, start, hill::get)).contains(3);
    }
}

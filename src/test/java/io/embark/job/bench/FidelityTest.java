/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FidelityTest {
    /** On a circle, each as far from its neighbours as the next: the ten nearest are the five on either side. */
    private static final int TEXTS = 36;

    private static float[] at(double degrees) {
        return new float[] {(float) Math.cos(Math.toRadians(degrees)), (float) Math.sin(Math.toRadians(degrees))};
    }

    private static float[][] circle() {
        return IntStream.range(0, TEXTS)
                .mapToObj(i -> at(10 * i + 0.01 * i * i))
                .toArray(float[][]::new);
    }

    @Test
    void theSameVectorsOfAnyLengthLoseNothing() {
        float[][] longer = Arrays.stream(circle())
                .map(vector -> new float[] {3 * vector[0], 3 * vector[1]})
                .toArray(float[][]::new);
        Fidelity fidelity = Fidelity.of(circle(), longer);

        assertThat(fidelity.texts()).isEqualTo(TEXTS);
        assertThat(fidelity.meanCosine()).isCloseTo(1, within(1e-6));
        assertThat(fidelity.worstCosine()).isCloseTo(1, within(1e-6));
        assertThat(fidelity.overlap()).isEqualTo(1);
        assertThat(fidelity.spearman()).isCloseTo(1, within(1e-3));
    }

    @Test
    void aVectorThatTurnedIsTheWorstAndHasOtherNeighbours() {
        float[][] turned = circle();
        turned[0] = at(180);
        Fidelity fidelity = Fidelity.of(circle(), turned);

        assertThat(fidelity.worstCosine()).isCloseTo(-1, within(1e-6));
        assertThat(fidelity.meanCosine()).isCloseTo((TEXTS - 2.0) / TEXTS, within(1e-6));
        // All ten of its own are others; each of these ten lost it, and each of the ten where it is now lost one for
        // it.
        assertThat(fidelity.overlap()).isCloseTo((TEXTS * 10 - 10 - 10 - 10) / (TEXTS * 10.0), within(0.006));
        assertThat(fidelity.spearman()).isBetween(0.7, 0.99);
    }

    @Test
    void isInWords() {
        assertThat(new Fidelity(1_000, 0.9989, 0.995, 0.96, 0.998).inWords())
                .isEqualTo("cosine 0.99890 mean, 0.99500 worst; 0.960 of the 10 nearest; rank correlation 0.99800");
    }

    @Test
    void fewTextsHaveNoTenNearest() {
        assertThatThrownBy(() -> Fidelity.of(new float[10][2], new float[10][2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("10 and 10 vectors cannot be compared");
    }
}

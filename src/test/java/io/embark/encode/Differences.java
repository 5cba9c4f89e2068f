/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static org.assertj.core.api.Assertions.assertThat;

/** How far vectors are apart. */
final class Differences {
    private static final double MIN_COSINE = 0.999999;
    private static final double MAX_DIFFERENCE = 1e-5;

    private Differences() {}

    /** That vectors are the same within what float32 computes. */
    static void assertSame(float[][] vectors, float[][] expected) {
        assertThat(vectors.length).isEqualTo(expected.length);
        for (int i = 0; i < vectors.length; i++) {
            assertThat(cosine(vectors[i], expected[i])).as("text %d", i).isGreaterThanOrEqualTo(MIN_COSINE);
            assertThat(largest(vectors[i], expected[i])).as("text %d", i).isLessThanOrEqualTo(MAX_DIFFERENCE);
        }
    }

    /** That vectors point the same way within what a format of 16 bits computes. */
    static void assertNear(float[][] vectors, float[][] expected, double minCosine) {
        assertThat(vectors.length).isEqualTo(expected.length);
        for (int i = 0; i < vectors.length; i++) {
            assertThat(cosine(vectors[i], expected[i])).as("text %d", i).isGreaterThanOrEqualTo(minCosine);
        }
    }

    /** The largest difference of two components in the same place. */
    static double largest(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(a.length + " and " + b.length + " components");
        }
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    /**
     * The same as a share of the golden vector's largest component, unless that vector is normalised: what float32 can tell grows
     * with the components.
     */
    static double apart(float[] vector, float[] golden) {
        double squares = 0;
        double size = 0;
        for (float value : golden) {
            squares += (double) value * value;
            size = Math.max(size, Math.abs(value));
        }
        boolean isNormalised = Math.abs(Math.sqrt(squares) - 1) < 1e-3;
        return largest(vector, golden) / (isNormalised || size == 0 ? 1 : size);
    }

    static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }
}

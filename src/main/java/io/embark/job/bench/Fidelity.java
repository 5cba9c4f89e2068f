/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How near vectors are to exact ones of the same texts, and how much of what people look for in them stays: which texts are
 * nearest to each, and in which order.
 *
 * @param texts how many there were
 * @param meanCosine the mean of the cosines between each text's two vectors
 * @param worstCosine the smallest of them
 * @param overlap which part of the {@value #NEAREST} nearest texts of each text are still among them, from 0 to 1
 * @param spearman the rank correlation of the similarities of pairs of texts (Spearman, "The Proof and Measurement of Association
 *     between Two Things", 1904), from -1 to 1
 * @hidden Public for Embark's other rooms only.
 */
public record Fidelity(int texts, double meanCosine, double worstCosine, double overlap, double spearman) {
    private static final int NEAREST = 10;

    /** Texts without which there is nothing to be near to. */
    static final int FEWEST = NEAREST + 1;

    /** With how many of the texts behind it each is compared for the rank correlation. */
    private static final int PAIRED = 200;

    /**
     * Compares vectors, of which none is zero.
     *
     * @param exact {@code [texts][dimension]}, more texts than are counted as nearest
     * @param others the same shape
     */
    public static Fidelity of(float[][] exact, float[][] others) {
        if (exact.length != others.length || exact.length < FEWEST) {
            throw new IllegalArgumentException(
                    "%s and %s vectors cannot be compared".formatted(exact.length, others.length));
        }
        float[][] one = Arrays.stream(exact).map(Fidelity::normalized).toArray(float[][]::new);
        float[][] other = Arrays.stream(others).map(Fidelity::normalized).toArray(float[][]::new);
        double[] cosines = IntStream.range(0, one.length)
                .mapToDouble(i -> dot(one[i], other[i]))
                .toArray();
        double overlap = IntStream.range(0, one.length)
                .parallel()
                .mapToDouble(i -> shared(nearest(one, i), nearest(other, i)))
                .average()
                .orElseThrow();
        return new Fidelity(
                one.length,
                Arrays.stream(cosines).average().orElseThrow(),
                Arrays.stream(cosines).min().orElseThrow(),
                overlap,
                spearman(similarities(one), similarities(other)));
    }

    /** For people. */
    public String inWords() {
        return String.format(
                Locale.ROOT,
                "cosine %.5f mean, %.5f worst; %.3f of the %s nearest; rank correlation %.5f",
                meanCosine,
                worstCosine,
                overlap,
                NEAREST,
                spearman);
    }

    /** For programs. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("texts", texts);
        facts.put("meanCosine", meanCosine);
        facts.put("worstCosine", worstCosine);
        facts.put("top10Overlap", overlap);
        facts.put("spearman", spearman);
        return facts;
    }

    private static float[] normalized(float[] vector) {
        float[] normalized = vector.clone();
        double length = Math.sqrt(dot(vector, vector));
        for (int i = 0; i < normalized.length; i++) {
            normalized[i] /= (float) length;
        }
        return normalized;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static int[] nearest(float[][] vectors, int text) {
        double[] similarities = Arrays.stream(vectors)
                .mapToDouble(other -> dot(vectors[text], other))
                .toArray();
        return IntStream.range(0, vectors.length)
                .filter(i -> i != text)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -similarities[i]))
                .mapToInt(i -> i)
                .limit(NEAREST)
                .toArray();
    }

    private static double shared(int[] some, int[] others) {
        return Arrays.stream(some)
                        .filter(i -> Arrays.stream(others).anyMatch(j -> j == i))
                        .count()
                / (double) NEAREST;
    }

    private static double[] similarities(float[][] vectors) {
        int paired = Math.min(PAIRED, vectors.length - 1);
        return IntStream.range(0, vectors.length * paired)
                .mapToDouble(pair -> {
                    int text = pair / paired;
                    return dot(vectors[text], vectors[(text + 1 + pair % paired) % vectors.length]);
                })
                .toArray();
    }

    private static double spearman(double[] some, double[] others) {
        double[] a = ranks(some);
        double[] b = ranks(others);
        double middle = (a.length - 1) / 2.0;
        double product = 0;
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            product += (a[i] - middle) * (b[i] - middle);
            squares += (a[i] - middle) * (a[i] - middle);
        }
        return product / squares;
    }

    /** The place of each number in their order; equal ones are as good as never met among sums of doubles. */
    private static double[] ranks(double[] numbers) {
        int[] order = IntStream.range(0, numbers.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> numbers[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] ranks = new double[numbers.length];
        for (int place = 0; place < order.length; place++) {
            ranks[order[place]] = place;
        }
        return ranks;
    }
}

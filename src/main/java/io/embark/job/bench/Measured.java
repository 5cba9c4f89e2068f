/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** What settings gave with some texts, run by run. Used by one thread. */
final class Measured {
    private final Setup setup;
    private final TextSample sample;
    private final List<Double> tokens = new ArrayList<>();
    private final List<Double> texts = new ArrayList<>();
    private double tokenizing;
    private long resident;
    private long outsideHeap;
    private boolean onGpu;

    Measured(Setup setup, TextSample sample) {
        this.setup = setup;
        this.sample = sample;
    }

    /**
     * Adds a run. Tasks of one executor share its compute threads, on which the windows of one come before those of the next, so the
     * time of all of them together counts.
     */
    void add(List<Reading> readings) {
        tokens.add(rate(readings, one -> one.tokens));
        texts.add(rate(readings, one -> one.texts));
        double spent = readings.stream().mapToDouble(Reading::seconds).sum();
        tokenizing = readings.stream().mapToDouble(one -> one.tokenizing).sum() / spent;
        for (Reading one : readings) {
            resident = Math.max(resident, one.resident);
            outsideHeap = Math.max(outsideHeap, one.resident - one.heap);
            onGpu |= one.onGpu;
        }
    }

    /** The sum of what executors do in a second, each by its own clock. */
    private static double rate(List<Reading> readings, ToLongFunction<Reading> count) {
        return readings.stream().collect(Collectors.groupingBy(one -> one.executor)).values().stream()
                .mapToDouble(ofOne -> {
                    long start =
                            ofOne.stream().mapToLong(one -> one.start).min().orElseThrow();
                    long end = ofOne.stream().mapToLong(one -> one.end).max().orElseThrow();
                    return ofOne.stream().mapToLong(count).sum() / ((end - start) / 1e9);
                })
                .sum();
    }

    Setup setup() {
        return setup;
    }

    TextSample sample() {
        return sample;
    }

    /** Tokens in a second, the median of the runs. */
    double tokensPerSecond() {
        return median(tokens);
    }

    /** Texts in a second, equal ones of a window included; the median of the runs. */
    double textsPerSecond() {
        return median(texts);
    }

    /** How far runs are from their median at most, as a share of it. */
    double spread() {
        double median = tokensPerSecond();
        return tokens.stream()
                .mapToDouble(run -> Math.abs(run - median) / median)
                .max()
                .orElse(0);
    }

    /** Memory of the largest process in bytes; 0 where the system does not tell. */
    long resident() {
        return resident;
    }

    /** The part of it that is no heap. */
    long outsideHeap() {
        return outsideHeap;
    }

    boolean onGpu() {
        return onGpu;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[half]
                : DoubleStream.of(sorted[half - 1], sorted[half]).average().orElseThrow();
    }

    /** For programs. */
    Map<String, Object> facts(OptionalDouble peakShare) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("texts", sample.name());
        facts.putAll(setup.facts());
        facts.put("tokensPerSecond", tokensPerSecond());
        facts.put("rowsPerSecond", textsPerSecond());
        facts.put("spread", spread());
        facts.put("runs", tokens);
        peakShare.ifPresent(share -> facts.put("peakShare", share));
        facts.put("tokenizeShare", tokenizing);
        facts.put("residentBytes", resident);
        return facts;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that was measured, in the order in which settings were tried first. Used by one thread. */
final class Timings {
    /** What is in force is changed for no less: that much and more is noise on machines that others use too. */
    private static final double WORTH_A_CHANGE = 1.03;

    private final Map<Setup, Map<TextSample, Measured>> bySetup = new LinkedHashMap<>();
    private final List<TextSample> samples;

    /** @param samples the texts that every setup is tried with */
    Timings(List<TextSample> samples) {
        this.samples = List.copyOf(samples);
    }

    void add(Setup setup, TextSample sample, List<Reading> readings) {
        bySetup.computeIfAbsent(setup, key -> new LinkedHashMap<>())
                .computeIfAbsent(sample, key -> new Measured(setup, sample))
                .add(readings);
    }

    Optional<Measured> of(Setup setup, TextSample sample) {
        return Optional.ofNullable(bySetup.getOrDefault(setup, Map.of()).get(sample));
    }

    /** All that was measured with it. */
    List<Measured> of(Setup setup) {
        return List.copyOf(bySetup.getOrDefault(setup, Map.of()).values());
    }

    List<Measured> all() {
        List<Measured> all = new ArrayList<>();
        bySetup.values().forEach(some -> all.addAll(some.values()));
        return all;
    }

    /** Whether each of the texts was embedded with it. */
    boolean isWhole(Setup setup) {
        return samples.stream().allMatch(sample -> of(setup, sample).isPresent());
    }

    /**
     * How many times as fast as another one it is: the geometric mean over the texts (Fleming and Wallace, "How Not to Lie with
     * Statistics", 1986).
     */
    double timesAsFast(Setup setup, Setup other) {
        double logs = samples.stream()
                .mapToDouble(sample -> Math.log(of(setup, sample).orElseThrow().tokensPerSecond()
                        / of(other, sample).orElseThrow().tokensPerSecond()))
                .average()
                .orElseThrow();
        return Math.exp(logs);
    }

    /** The fastest of some, where the one that is in force stays unless another is worth a change. */
    Setup best(Setup inForce, List<Setup> others) {
        Setup best = inForce;
        for (Setup other : others) {
            if (isWhole(other) && timesAsFast(other, best) > WORTH_A_CHANGE) {
                best = other;
            }
        }
        return best;
    }
}

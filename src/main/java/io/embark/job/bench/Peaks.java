/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import io.embark.job.print.Figures;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What products of large matrices reach on this machine, in operations of a second: the highest of what was measured, since
 * everything else that runs can only make it less. Used by one thread.
 */
final class Peaks {
    private static final double SECONDS = 0.6;

    private final int cores;
    private final EmbedOptions options;

    /** In float32, by how many threads multiplied at the same time. */
    private final TreeMap<Integer, Double> byThreads = new TreeMap<>();

    /** On as many threads as were measured most. */
    private final Map<Precision, Double> byPrecision = new EnumMap<>(Precision.class);

    /** @param options by which native libraries are found */
    Peaks(int cores, EmbedOptions options) {
        this.cores = cores;
        this.options = options;
    }

    void measure(Crew crew, Precision precision, int tasks) {
        int threads = Math.min(tasks, cores);
        double peak = crew.peak(threads, options, precision, SECONDS);
        if (precision == Precision.FLOAT32) {
            byThreads.merge(threads, peak, Math::max);
        }
        byPrecision.merge(precision, peak, Math::max);
    }

    /** Measures float32 on so many threads unless it is known. */
    void require(Crew crew, int tasks) {
        if (!byThreads.containsKey(Math.min(tasks, cores))) {
            measure(crew, Precision.FLOAT32, tasks);
        }
    }

    /** That of as many threads as settings have, by the nearest number below it; empty where none is known. */
    OptionalDouble of(Setup setup) {
        int threads = Math.min(setup.computeThreads(), cores);
        if (setup.precision() != Precision.FLOAT32) {
            return threads == cores && byPrecision.containsKey(setup.precision())
                    ? OptionalDouble.of(byPrecision.get(setup.precision()))
                    : OptionalDouble.empty();
        }
        return IntStream.iterate(threads, count -> count > 0, count -> count - 1)
                .filter(byThreads::containsKey)
                .limit(1)
                .mapToDouble(count -> byThreads.get(count) * threads / count)
                .findFirst();
    }

    /** For people. */
    String inWords() {
        List<String> words = new ArrayList<>();
        byThreads.forEach((threads, peak) ->
                words.add("%s in float32 on %s".formatted(giga(peak), Figures.count(threads, "thread", "threads"))));
        byPrecision.forEach((precision, peak) -> {
            if (precision != Precision.FLOAT32) {
                words.add("%s in %s".formatted(giga(peak), Option.write(precision)));
            }
        });
        return "products of matrices reach " + String.join(", ", words);
    }

    private static String giga(double operations) {
        return "%s GFLOP/s".formatted(Figures.count(Math.round(operations / 1e9)));
    }

    /** For programs. */
    void addTo(Map<String, Object> facts) {
        Map<String, Object> peaks = new LinkedHashMap<>();
        byPrecision.forEach((precision, peak) -> peaks.put(Option.write(precision), peak / 1e9));
        facts.put("peakGflops", peaks);
        Map<String, Object> threads = new LinkedHashMap<>();
        byThreads.forEach((count, peak) -> threads.put(String.valueOf(count), peak / 1e9));
        facts.put("float32PeakGflopsByThreads", threads);
    }
}

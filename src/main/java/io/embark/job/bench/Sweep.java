/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.job.embed.Stop;
import io.embark.job.print.Figures;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Tries settings in stages, not in a grid: each stage changes one setting of the best that is known, and takes its values in
 * turns, so that what else the machine does meets all of them alike. Used by one thread.
 */
final class Sweep {
    /** Turns of what may be the best, in a short time and in a longer one. */
    private static final int FEW_ROUNDS = 2;

    private static final int ROUNDS = 3;
    private static final long LONG = 240;

    /** Settings that the time of a measurement is planned for. */
    private static final int PLANNED = 14;

    /** Which part of the budget goes into measurements; the rest is for starting, loading and comparing. */
    private static final double MEASURING = 0.28;

    private static final double SHORTEST = 0.3;
    private static final double LONGEST = 5;
    private static final int SMALLEST_WINDOW = 32;

    /** What is slower by more than the noise of a first turn gets no other. */
    private static final double WORTH_ANOTHER_TURN = 0.8;

    private static final int MOST_COMPARED = 1_000;
    private static final double COMPARING_SECONDS = 2;

    private final List<TextSample> samples;
    private final Budget budget;
    private final Consumer<String> listener;
    private final Timings timings;
    private final Peaks peaks;
    private final int cores;
    private final Map<Precision, Fidelity> fidelity = new EnumMap<>(Precision.class);
    private final Map<Swept, List<Setup>> stages = new EnumMap<>(Swept.class);

    /** Texts in a second of a task, by what was seen last. */
    private final Map<TextSample, Double> paces = new LinkedHashMap<>();

    private final Notes notes = new Notes();
    private final int rounds;
    private final double slice;
    private final Setup first;
    private Setup best;

    /** Seconds until a crew has begun. */
    private double starting;

    /** Crews that time is kept for. */
    private int crewsAhead;

    /**
     * @param start the settings that are in force
     * @param cores of this machine that tasks may have
     * @param listener hears of what was measured
     */
    Sweep(Setup start, int cores, List<TextSample> samples, Budget budget, Consumer<String> listener) {
        this.cores = cores;
        this.peaks = new Peaks(cores, start.options());
        this.first = start;
        this.best = start;
        this.samples = List.copyOf(samples);
        this.budget = budget;
        this.listener = listener;
        this.timings = new Timings(samples);
        this.rounds = budget.seconds() < LONG ? FEW_ROUNDS : ROUNDS;
        double each = budget.seconds() * MEASURING / (PLANNED * rounds * samples.size());
        this.slice = Math.min(LONGEST, Math.max(SHORTEST, each));
    }

    /**
     * The settings that are in force: the peak, the comparisons, and what all others are held against.
     *
     * @param began when the crew was asked for, by {@link Budget#spent}
     */
    void start(Crew crew, double began) {
        for (TextSample sample : samples) {
            // Loads the model, and says how much a window may hold.
            embed(crew, best, sample, SHORTEST);
        }
        starting = budget.spent() - began;
        peaks.measure(crew, Precision.FLOAT32, best.allTasks());
        peaks.require(crew, 1);
        if (best.precision() != Precision.FLOAT32 && CpuFeatures.have(best.precision())) {
            peaks.measure(crew, best.precision(), best.allTasks());
        }
        compare(crew, best);
        warm(crew, best);
        // However little time there is, something is known then.
        measure(crew, best);
        tell(best);
    }

    /** Values of a setting in their order, of which one is in force. */
    <T extends Comparable<T>> void climb(Crew crew, Swept swept, Option<T> option, List<T> values) {
        T inForce = best.options().get(option);
        List<T> all = Stream.concat(values.stream(), Stream.of(inForce))
                .distinct()
                .sorted()
                .toList();
        Setup from = best;
        List<Setup> setups = all.stream().map(value -> from.with(option, value)).toList();
        List<Integer> tried = Ladder.climb(setups, all.indexOf(inForce), i -> once(crew, swept, setups.get(i)));
        settle(crew, swept, tried.stream().sorted().map(setups::get).toList());
    }

    /** Windows that there is time to fill, and texts enough; larger ones would be measured as these are. */
    void windows(Crew crew, List<Integer> values) {
        int largest = samples.stream()
                .mapToInt(sample -> Math.min(windowRows(Integer.MAX_VALUE, sample, slice), sample.mostOfAWindow()))
                .max()
                .orElseThrow();
        if (values.get(values.size() - 1) > largest || best.window() > largest) {
            notes.add(
                    "windows of more than %s were not filled: there is neither time nor text enough; --budget and --sample give more"
                            .formatted(Figures.count(largest, "row", "rows")));
        }
        climb(
                crew,
                Swept.WINDOW,
                EmbedOptions.WINDOW,
                values.stream().filter(value -> value <= largest).toList());
    }

    /** Tasks of one executor: one, and twice as many each time, up to twice as many as there are cores. */
    void threads(Crew crew) {
        Set<Integer> counts = new LinkedHashSet<>();
        for (int count = 1; count < cores; count *= 2) {
            counts.add(count);
        }
        counts.add(cores);
        counts.add(Math.min(2 * cores, crew.slots()));
        Setup from = best;
        List<Setup> tried = new ArrayList<>();
        for (int count : counts) {
            peaks.require(crew, count);
            Setup setup = from.with(1, count).with(EmbedOptions.THREADS, Math.min(count, cores));
            if (!Double.isNaN(once(crew, Swept.THREADS, setup))) {
                // Another number of threads is another model in memory: its turns follow each other.
                again(crew, List.of(setup));
                tell(setup);
                tried.add(setup);
            }
        }
        stages.put(Swept.THREADS, tried);
        best = timings.best(best, tried);
        warm(crew, best);
    }

    /** The precisions that this machine's CPUs have, beside the one in force, which stays: vectors of another one are others. */
    void precisions(Crew crew) {
        if (timings.all().stream().anyMatch(Measured::onGpu)) {
            notes.add("precisions are tried on CPUs only");
            return;
        }
        List<Setup> tried = new ArrayList<>();
        for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8)) {
            Setup setup = best.with(EmbedOptions.PRECISION, precision);
            if (precision == best.precision()) {
                continue;
            }
            if (!CpuFeatures.have(precision)) {
                notes.add("%s was not tried: this CPU lacks %s"
                        .formatted(Option.write(precision), CpuFeatures.wanted(precision)));
                continue;
            }
            if (!hasTime((rounds + 2) * slice * samples.size() + COMPARING_SECONDS)) {
                notes.leftOut(Swept.PRECISION, setup);
                continue;
            }
            peaks.measure(crew, precision, best.allTasks());
            compare(crew, setup);
            warm(crew, setup);
            if (!Double.isNaN(once(crew, Swept.PRECISION, setup))) {
                // A model of its own as well.
                again(crew, List.of(setup));
                tell(setup);
                tried.add(setup);
            }
        }
        warm(crew, best);
        // What else the machine did when this was measured first is made good for.
        peaks.measure(crew, Precision.FLOAT32, best.allTasks());
        again(crew, List.of(best));
        tell(best);
        List<Setup> all = new ArrayList<>(List.of(best));
        all.addAll(tried);
        stages.put(Swept.PRECISION, all);
    }

    /** Another crew with the best settings so far, each of its executors with as many tasks as it has room for. */
    void executors(Crew crew) {
        int inForce = first.options().get(EmbedOptions.THREADS);
        int threads = Math.min(crew.slots(), inForce < first.tasks() ? inForce : cores);
        Setup setup = best.with(crew.executors(), crew.slots()).with(EmbedOptions.THREADS, threads);
        warm(crew, setup);
        if (!Double.isNaN(once(crew, Swept.EXECUTORS, setup))) {
            again(crew, List.of(setup));
            tell(setup);
            stages.computeIfAbsent(Swept.EXECUTORS, key -> new ArrayList<>(List.of(best)))
                    .add(setup);
            best = timings.best(best, List.of(setup));
        }
    }

    /** Measures again, in turns, what may be the best of what was tried, and keeps that. */
    private void settle(Crew crew, Swept swept, List<Setup> tried) {
        stages.put(swept, tried);
        double highest = tried.stream().mapToDouble(this::score).max().orElse(0);
        again(
                crew,
                tried.stream()
                        .filter(setup -> setup.equals(best) || score(setup) > highest * WORTH_ANOTHER_TURN)
                        .toList());
        tried.forEach(this::tell);
        best = timings.best(best, tried);
    }

    private void warm(Crew crew, Setup setup) {
        for (TextSample sample : samples) {
            embed(crew, setup, sample, slice / 2);
        }
    }

    private double score(Setup setup) {
        return timings.timesAsFast(setup, first);
    }

    /** Measures it once; NaN if there is no time for it. */
    private double once(Crew crew, Swept swept, Setup setup) {
        if (!hasTime((rounds + 1) * slice * samples.size())) {
            notes.leftOut(swept, setup);
            return Double.NaN;
        }
        if (!timings.isWhole(setup)) {
            warm(crew, setup);
        }
        measure(crew, setup);
        return score(setup);
    }

    private void measure(Crew crew, Setup setup) {
        samples.forEach(sample -> timings.add(setup, sample, embed(crew, setup, sample, slice)));
    }

    private void again(Crew crew, List<Setup> setups) {
        for (int i = 1; i < rounds; i++) {
            for (Setup setup : setups) {
                if (hasTime(slice * samples.size())) {
                    measure(crew, setup);
                }
            }
        }
    }

    private List<Reading> embed(Crew crew, Setup setup, TextSample sample, double seconds) {
        if (Stop.isTold()) {
            throw new CancellationException("told to end");
        }
        List<Reading> readings = crew.embed(setup, sample, windowRows(setup.window(), sample, seconds), seconds);
        paces.put(
                sample,
                readings.stream()
                        .mapToDouble(one -> one.texts / one.seconds())
                        .average()
                        .orElseThrow());
        return readings;
    }

    /** As many rows of a window as are embedded in the time: else one window of a slow model would take all of it. */
    private int windowRows(int window, TextSample sample, double seconds) {
        double most = Math.max(SMALLEST_WINDOW, paces.getOrDefault(sample, 0.0) * seconds);
        return (int) Math.min(window, most);
    }

    private void compare(Crew crew, Setup setup) {
        TextSample sample = samples.get(0);
        int most =
                (int) Math.max(2 * Fidelity.FEWEST, Math.min(MOST_COMPARED, paces.get(sample) * COMPARING_SECONDS / 2));
        Optional<Fidelity> found = crew.check(setup, sample, most);
        found.ifPresent(near -> {
            fidelity.put(setup.precision(), near);
            listener.accept("%s: %s".formatted(Option.write(setup.precision()), near.inWords()));
        });
    }

    private void tell(Setup setup) {
        if (!timings.isWhole(setup)) {
            return;
        }
        String rates = samples.stream()
                .map(sample -> Figures.count(
                        Math.round(timings.of(setup, sample).orElseThrow().tokensPerSecond())))
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        listener.accept(String.format(
                Locale.ROOT,
                "%s x %s tasks, %s, batch-tokens %s, window %s: %s tokens/s",
                setup.executors(),
                setup.tasks(),
                Option.write(setup.precision()),
                setup.batchTokens(),
                setup.window(),
                rates));
    }

    /** Keeps time for other crews, that stages before them would take otherwise. */
    void keepTimeFor(int crews) {
        crewsAhead = crews;
    }

    private boolean hasTime(double seconds) {
        return budget.allows(seconds + crewsAhead * secondsOfACrew());
    }

    private double secondsOfACrew() {
        return starting + (rounds + 1) * slice * samples.size();
    }

    /** Whether so many executors have room beside each other, each as large as one was so far. */
    boolean hasMemoryFor(int executors) {
        long each = timings.all().stream().mapToLong(Measured::resident).max().orElse(0);
        boolean has = executors * each < Machine.freeBytes();
        if (!has) {
            notes.add("%s were not tried: each takes %s"
                    .formatted(Figures.count(executors, "executor", "executors"), Figures.bytes(each)));
        }
        return has;
    }

    /** Whether another crew is worth a start. */
    boolean hasTimeToStart(int executors, int tasks) {
        crewsAhead = 0;
        boolean has = hasTime(secondsOfACrew());
        if (!has) {
            notes.leftOut(Swept.EXECUTORS, best.with(executors, tasks));
        }
        return has;
    }

    Setup best() {
        return best;
    }

    Timings timings() {
        return timings;
    }

    /** What was tried of each setting. */
    Map<Swept, List<Setup>> stages() {
        return stages;
    }

    Notes notes() {
        return notes;
    }

    Map<Precision, Fidelity> fidelity() {
        return fidelity;
    }

    Peaks peaks() {
        return peaks;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.Option;
import io.embark.Precision;
import io.embark.job.page.Chart;
import io.embark.job.page.Page;
import io.embark.job.print.Figures;
import io.embark.job.settings.Settings;
import io.embark.model.ModelFolder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What a sweep found, for people at a terminal, for programs, and as a page: the same figures on each.
 *
 * @param machine what it ran on
 * @param cores how many of its cores
 * @param model the model
 * @param samples the texts
 * @param sweep what was tried
 * @param advice what to run with
 * @param outlooks for each of the texts, where the number of rows is known
 * @param seconds that all of it took
 * @param budget seconds that it might take
 * @param whole whether it came to its end
 */
record BenchReport(
        String machine,
        int cores,
        ModelFolder model,
        List<TextSample> samples,
        Sweep sweep,
        Advice advice,
        List<Outlook> outlooks,
        double seconds,
        long budget,
        boolean whole) {
    static final String JSON = "bench.json";
    static final String PAGE = "bench.html";

    /** Lengths of texts are counted in so many parts. */
    private static final int PARTS = 24;

    private static final List<String> HEADER = List.of("texts", "tokens/s", "+-", "of peak", "texts/s", "resident");

    /** For people at a terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        samples.forEach(sample -> lines.addAll(sample.inWords()));
        lines.add(machineInWords());
        sweep.fidelity()
                .forEach((precision, near) ->
                        lines.add("%s against float32: %s".formatted(Option.write(precision), near.inWords())));
        return lines;
    }

    /** The names of the columns of {@link #rows}. */
    List<String> header() {
        List<String> header = new ArrayList<>(Setup.HEADER);
        header.addAll(HEADER);
        return header;
    }

    /** Each setup with each of the texts. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Measured measured : sweep.timings().all()) {
            List<String> cells = new ArrayList<>(measured.setup().cells());
            OptionalDouble share = share(measured);
            cells.add(measured.sample().name());
            cells.add(Figures.count(Math.round(measured.tokensPerSecond())));
            cells.add(String.format(Locale.ROOT, "%.1f %%", 100 * measured.spread()));
            cells.add(share.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", share.getAsDouble()));
            cells.add(Figures.count(Math.round(measured.textsPerSecond())));
            cells.add(measured.resident() == 0 ? "" : Figures.bytes(measured.resident()));
            rows.add(cells);
        }
        return rows;
    }

    private String machineInWords() {
        return "%s, %s; %s"
                .formatted(
                        machine,
                        Figures.count(cores, "core", "cores"),
                        sweep.peaks().inWords());
    }

    private OptionalDouble share(Measured measured) {
        OptionalDouble peak = sweep.peaks().of(measured.setup());
        Optional<Work> work = Work.of(measured.sample(), model);
        return measured.onGpu() || peak.isEmpty() || work.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(measured.tokensPerSecond() * work.get().operationsPerToken() / peak.getAsDouble());
    }

    /** Words to copy. */
    String submit() {
        return "spark-submit " + advice.submit();
    }

    /** What to do, line by line, beside {@link #submit}. */
    List<String> conclusions() {
        List<String> lines = new ArrayList<>();
        lines.add("Fastest here: %s of %s, with %s"
                .formatted(
                        Figures.count(advice.setup().executors(), "executor", "executors"),
                        Figures.count(advice.setup().tasks(), "task", "tasks"),
                        advice.words()));
        lowerPrecisions()
                .forEach((precision, times) -> lines.add(String.format(
                        Locale.ROOT,
                        "--precision %s would be %.2f times as fast; its vectors are others%s",
                        Option.write(precision),
                        times,
                        sweep.fidelity().containsKey(precision) ? ", as told above" : "")));
        outlooks.forEach(outlook -> lines.add(outlook.inWords()));
        return lines;
    }

    private Map<Precision, Double> lowerPrecisions() {
        Map<Precision, Double> times = new LinkedHashMap<>();
        List<Setup> tried = sweep.stages().getOrDefault(Swept.PRECISION, List.of());
        for (Setup setup : tried.subList(Math.min(1, tried.size()), tried.size())) {
            if (sweep.timings().isWhole(setup) && sweep.timings().isWhole(tried.get(0))) {
                times.put(setup.precision(), sweep.timings().timesAsFast(setup, tried.get(0)));
            }
        }
        return times;
    }

    /** For programs. */
    Map<String, Object> facts(Settings settings) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", 1);
        facts.put("complete", whole);
        facts.put("seconds", seconds);
        facts.put("budgetSeconds", budget);
        facts.put("machine", machine);
        facts.put("cores", cores);
        facts.put("model", Map.of("name", model.name(), "fingerprint", model.fingerprint()));
        facts.put("samples", samples.stream().map(TextSample::facts).toList());
        sweep.peaks().addTo(facts);
        Map<String, Object> near = new LinkedHashMap<>();
        sweep.fidelity().forEach((precision, found) -> near.put(Option.write(precision), found.facts()));
        facts.put("fidelity", near);
        facts.put(
                "results",
                sweep.timings().all().stream()
                        .map(measured -> measured.facts(share(measured)))
                        .toList());
        facts.put("recommended", advice.facts());
        facts.put("forecast", outlooks.stream().map(Outlook::facts).toList());
        facts.put("notes", sweep.notes().lines());
        Map<String, Object> inForce = new LinkedHashMap<>();
        settings.effective().stream()
                .filter(Settings.Effective::isSet)
                .forEach(setting -> inForce.put(setting.key(), setting.value()));
        facts.put("settings", inForce);
        return facts;
    }

    /** A page with curves. */
    String page() {
        Page page = new Page("How fast %s embeds here".formatted(model.name()));
        page.list(conclusions());
        page.sentence("For each machine like this one:").code(submit());
        if (!whole) {
            page.sentence("This run was stopped before it was done; what it had measured is here.");
        }
        page.heading("Settings, one by one");
        chart(
                page,
                Swept.BATCH_TOKENS,
                "Tokens that go through the model together",
                Chart.Kind.LINE,
                setup -> String.valueOf(setup.batchTokens()));
        List<Setup> crews = new ArrayList<>(sweep.stages().getOrDefault(Swept.THREADS, List.of()));
        crews.addAll(sweep.stages().getOrDefault(Swept.EXECUTORS, List.of()));
        chart(page, crews, "Executors, and tasks of each", Chart.Kind.BARS, "executors x tasks", setup -> "%s x %s"
                .formatted(setup.executors(), setup.tasks()));
        chart(page, Swept.PRECISION, "Precision", Chart.Kind.BARS, setup -> Option.write(setup.precision()));
        chart(
                page,
                Swept.WINDOW,
                "Rows that a task collects and sorts",
                Chart.Kind.LINE,
                setup -> String.valueOf(setup.window()));
        page.heading("The texts");
        samples.forEach(sample -> page.sentence(String.join(". ", sample.inWords()) + "."));
        samples.forEach(sample -> page.chart(lengths(sample)));
        page.heading("The machine");
        page.sentence(machineInWords() + ".");
        sweep.fidelity()
                .forEach((precision, near) ->
                        page.sentence("%s against float32: %s.".formatted(Option.write(precision), near.inWords())));
        page.heading("Every measurement");
        page.sentence("Medians of runs in turns; behind them how far runs are from it at most, as a share.");
        page.table(header(), rows());
        if (!sweep.notes().lines().isEmpty()) {
            page.heading("Notes");
            page.list(sweep.notes().lines());
        }
        return page.html();
    }

    private void chart(Page page, Swept swept, String title, Chart.Kind kind, Function<Setup, String> category) {
        chart(page, sweep.stages().getOrDefault(swept, List.of()), title, kind, swept.word(), category);
    }

    private void chart(
            Page page,
            Collection<Setup> setups,
            String title,
            Chart.Kind kind,
            String across,
            Function<Setup, String> category) {
        List<Setup> measured =
                setups.stream().filter(sweep.timings()::isWhole).distinct().toList();
        if (measured.size() < 2) {
            return;
        }
        Map<String, List<Double>> series = new LinkedHashMap<>();
        for (TextSample sample : samples) {
            series.put(
                    sample.name(),
                    measured.stream()
                            .map(setup -> sweep.timings()
                                    .of(setup, sample)
                                    .orElseThrow()
                                    .tokensPerSecond())
                            .toList());
        }
        page.chart(
                new Chart(title, kind, across, measured.stream().map(category).toList(), "tokens in a second", series));
    }

    private static Chart lengths(TextSample sample) {
        int longest = sample.percentile(100);
        int width = Math.max(1, (int) Math.ceil((longest + 1) / (double) PARTS));
        int parts = longest / width + 1;
        double[] counts = new double[parts];
        for (int length : sample.lengths()) {
            counts[length / width]++;
        }
        List<String> categories = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            categories.add(width == 1 ? String.valueOf(i) : "%s to %s".formatted(i * width, (i + 1) * width - 1));
            values.add(counts[i]);
        }
        return new Chart(
                "Lengths of %s".formatted(sample.name()),
                Chart.Kind.BARS,
                "tokens",
                categories,
                "texts",
                Map.of("texts", values));
    }
}

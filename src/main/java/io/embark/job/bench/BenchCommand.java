/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.Stop;
import io.embark.job.print.Console;
import io.embark.job.print.CopyLine;
import io.embark.job.print.Terminal;
import io.embark.job.print.TextTable;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.model.ModelFolder;
import io.embark.spark.models.DriverModels;
import io.embark.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * {@code embark bench}: which settings are fastest for some texts on this machine, how near that is to its limit, and how long a
 * table of such texts takes. Where it starts Spark by itself, on this machine, executors are processes as on a cluster, of which
 * it tries several numbers; else the session's own executors embed.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class BenchCommand {
    private static final List<Integer> BATCHES = List.of(128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384);
    private static final List<Integer> WINDOWS = List.of(256, 1_024, 4_096, 16_384, 65_536);

    /** Characters of about 100 and 400 tokens. */
    private static final int PASSAGE = 400;

    private static final int LONG_PASSAGE = 1_600;

    private final Settings settings;
    private final Console console;
    private final BenchRequest request;
    private final Budget budget;

    /** What is known once the texts are read. */
    private record Subject(
            ModelFolder model,
            EmbedOptions options,
            List<TextSample> samples,
            OptionalLong rows,
            double textsPerRow,
            int cores) {
        boolean multiplies() {
            return Work.of(samples.get(0), model).isPresent();
        }
    }

    public BenchCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
        this.request = BenchRequest.of(settings);
        this.budget = new Budget(request.budget());
    }

    public void run() {
        boolean mine = ExecutorPlace.isOurs(settings.sparkConf());
        if (!mine) {
            ExecutorPlace.requireFixed(settings.sparkConf());
        }
        JobSession session = JobSession.open(settings.session());
        try {
            Optional<Report> report = settings.find(JobSettings.BENCH_REPORT)
                    .map(folder -> Report.in(session.spark(), folder, List.of(BenchReport.JSON, BenchReport.PAGE)));
            Subject subject = read(session.spark(), report);
            String heap = session.spark().sparkContext().conf().get("spark.executor.memory", "1g");
            Optional<Crew> there = mine ? Optional.empty() : Optional.of(Crew.of(session));
            int machines = there.map(Crew::machines).orElse(1);
            Setup start = start(
                    subject,
                    there.map(Crew::executors).orElse(1),
                    there.map(Crew::slots).orElse(subject.cores()));
            Sweep sweep = new Sweep(start, subject.cores(), subject.samples(), budget, this::note);
            boolean whole = false;
            try {
                if (there.isPresent()) {
                    sweepThere(sweep, subject, there.get());
                } else {
                    session.close();
                    sweepHere(sweep, subject);
                }
                whole = true;
            } finally {
                tell(sweep, subject, machines, heap, report, whole);
            }
        } finally {
            session.close();
        }
    }

    private Subject read(SparkSession spark, Optional<Report> report) {
        EmbedOptions options = EmbedCall.withAbsoluteModel(settings.embedOptions());
        List<String> names = new ArrayList<>();
        List<List<String>> texts = new ArrayList<>();
        OptionalLong rows = request.rows();
        double textsPerRow = 1;
        if (RequestedTables.namesSource(settings)) {
            Source source = RequestedTables.source(spark, settings);
            report.ifPresent(folder -> folder.check(source, Optional.empty()));
            List<String> columns = Columns.text(source.rows().schema(), settings.find(JobSettings.TEXT_COLUMN));
            note("reading up to %s texts of %s".formatted(request.sample(), source.name()));
            SampledTexts sampled = SampledTexts.of(
                    source.rows(),
                    columns,
                    request.sample(),
                    options.get(EmbedOptions.MAX_TEXT_CHARACTERS),
                    options.get(EmbedOptions.BLANK) == BlankText.EMBED);
            if (sampled.texts().isEmpty()) {
                throw BenchErrors.noTexts(source.name());
            }
            names.add("texts");
            texts.add(sampled.texts());
            textsPerRow = sampled.texts().size() / (double) sampled.rows();
            if (rows.isEmpty() && source.cheap()) {
                rows = OptionalLong.of(source.rows().count());
            }
        } else {
            report.ifPresent(folder -> folder.check(spark));
            names.addAll(List.of("glosses", "passages", "long passages"));
            texts.addAll(List.of(
                    SampleTexts.glosses(SampleTexts.ALL),
                    SampleTexts.passages(PASSAGE),
                    SampleTexts.passages(LONG_PASSAGE)));
        }
        ModelFolder model =
                DriverModels.open(Trial.computable(options), CopyLine.on(console, settings.isOn(JobSettings.QUIET)));
        TorchRuntime.start(options);
        List<TextSample> samples = IntStream.range(0, texts.size())
                .mapToObj(i -> TextSample.of(names.get(i), texts.get(i), model, options))
                .toList();
        samples.forEach(sample -> sample.inWords().forEach(this::note));
        return new Subject(model, options, samples, rows, textsPerRow, ExecutorPlace.cores(spark));
    }

    /** What others are held against: one process with all cores, or the executors that are there, and the settings in force. */
    private static Setup start(Subject subject, int executors, int tasks) {
        int chosen = subject.options().get(EmbedOptions.THREADS);
        return new Setup(
                executors,
                tasks,
                subject.options().with(EmbedOptions.THREADS, chosen == 0 ? Integer.valueOf(tasks) : chosen));
    }

    private void sweepHere(Sweep sweep, Subject subject) {
        int cores = subject.cores();
        boolean threads = wants(Swept.THREADS) && subject.options().get(EmbedOptions.THREADS) == 0;
        double began = budget.spent();
        if (wants(Swept.EXECUTORS)) {
            // The half of the cores each, and all of them each.
            sweep.keepTimeFor(2);
        }
        try (Crew crew = Crew.start(settings.session(), 1, threads ? 2 * cores : cores)) {
            sweep.start(crew, began);
            sweepOptions(sweep, crew, subject.multiplies(), () -> {
                if (threads) {
                    sweep.threads(crew);
                } else if (wants(Swept.THREADS)) {
                    sweep.notes().add("threads were not tried: --threads says how many");
                }
            });
        }
        if (wants(Swept.EXECUTORS)) {
            sweepExecutors(sweep, cores);
        }
    }

    /** More and smaller executors as long as that gains something; and twice as many tasks as cores, which shows what that does. */
    private void sweepExecutors(Sweep sweep, int cores) {
        List<Integer> numbers = IntStream.rangeClosed(2, cores)
                .filter(number -> cores % number == 0)
                .boxed()
                .toList();
        int without = 0;
        for (int number : numbers) {
            if (without == 2) {
                break;
            }
            Setup before = sweep.best();
            executors(sweep, number, cores / number);
            without = sweep.best().equals(before) ? without + 1 : 0;
        }
        executors(sweep, 2, cores);
    }

    private void executors(Sweep sweep, int number, int tasks) {
        if (!sweep.hasMemoryFor(number) || !sweep.hasTimeToStart(number, tasks)) {
            return;
        }
        try (Crew crew = Crew.start(settings.session(), number, tasks)) {
            sweep.executors(crew);
        }
    }

    private void sweepThere(Sweep sweep, Subject subject, Crew crew) {
        sweep.start(crew, budget.spent());
        sweepOptions(sweep, crew, subject.multiplies(), () -> {});
        sweep.notes().add("threads and executors were not tried: the session's own executors embed");
    }

    private void sweepOptions(Sweep sweep, Crew crew, boolean multiplies, Runnable threads) {
        if (wants(Swept.BATCH_TOKENS)) {
            sweep.climb(crew, Swept.BATCH_TOKENS, EmbedOptions.BATCH_TOKENS, BATCHES);
        }
        threads.run();
        if (wants(Swept.PRECISION) && multiplies) {
            sweep.precisions(crew);
        } else if (wants(Swept.PRECISION)) {
            sweep.notes()
                    .add(
                            "precisions were not tried: this model has no matrices that could be multiplied in another one");
        }
        if (wants(Swept.WINDOW)) {
            sweep.windows(crew, WINDOWS);
        }
    }

    private boolean wants(Swept swept) {
        return request.swept().contains(swept);
    }

    private void note(String text) {
        if (!settings.isOn(JobSettings.QUIET)) {
            console.note(text);
        }
    }

    private void tell(Sweep sweep, Subject subject, int machines, String heap, Optional<Report> report, boolean whole) {
        List<Measured> ofBest = sweep.timings().of(sweep.best());
        if (ofBest.isEmpty()) {
            return;
        }
        BenchReport found = new BenchReport(
                Machine.inWords(),
                subject.cores(),
                subject.model(),
                subject.samples(),
                sweep,
                Advice.of(sweep.best(), ofBest, heap, machines),
                subject.rows().isPresent()
                        ? ofBest.stream()
                                .map(measured -> Outlook.of(
                                        measured,
                                        subject.rows().getAsLong(),
                                        subject.textsPerRow() * machines,
                                        request))
                                .toList()
                        : List.of(),
                budget.spent(),
                budget.seconds(),
                whole && !Stop.isTold());
        if (settings.isOn(JobSettings.JSON)) {
            console.out().println(Report.json(found.facts(settings)));
        } else {
            print(found);
        }
        report.ifPresent(folder -> {
            folder.write(BenchReport.JSON, Report.json(found.facts(settings)) + "\n");
            folder.write(BenchReport.PAGE, found.page());
        });
    }

    private void print(BenchReport found) {
        found.lines().forEach(console::say);
        console.out().println();
        new TextTable(found.header(), found.rows()).lines(Terminal.width()).forEach(console.out()::println);
        console.out().println();
        found.conclusions().forEach(console::say);
        console.say("For each machine like this one: " + found.submit());
        found.sweep().notes().lines().forEach(console::say);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.SettingErrors;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.source.Repartitioning;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.exec.EmbedProgress;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code embark embed}: a table in, the same table with vectors out. All checks come before the first row.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedCommand {
    private final Settings settings;
    private final Console console;

    /** Whether the output is in its place. */
    private boolean written;

    /** Whether vectors that were written were compared. */
    private boolean compared;

    public EmbedCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    public void run() {
        boolean preview = settings.isOn(JobSettings.EXPLAIN) || settings.isOn(JobSettings.DRY_RUN);
        requireNoRefresh(settings);
        Optional<FailureLimit> limit = FailureLimit.of(settings);
        try (JobSession session = JobSession.open(settings.session())) {
            List<String> settled = RequestedTables.recover(session.spark(), settings, !preview);
            if (!settings.isOn(JobSettings.QUIET)) {
                settled.forEach(console::note);
            }
            EmbedCall call = EmbedCall.open(
                    session.spark(),
                    settings,
                    console,
                    RequestedTables.source(session.spark(), settings),
                    () -> preview && !RequestedTables.namesSink(session.spark(), settings)
                            ? Optional.empty()
                            : Optional.of(RequestedTables.sink(session.spark(), settings)));
            Optional<Report> report =
                    settings.find(JobSettings.REPORT).map(folder -> Report.in(session.spark(), folder));
            Source source = call.source();
            Dataset<Row> embedded = call.columns()
                    .embed(source.rows(), call.options(), call.metadata().toMetadata());
            call.sink().ifPresent(place -> place.check(call.columns().addedTo(call.schema(), call.metadata()), source));
            report.ifPresent(folder -> folder.check(source, call.sink()));

            if (settings.isOn(JobSettings.EXPLAIN)) {
                new Explanation(settings, console).print(source.rows(), embedded);
            } else if (settings.isOn(JobSettings.DRY_RUN)) {
                new DryRun(settings, console).run(call);
            } else {
                boolean isWhole = call.sink().orElseThrow().can(Capability.ALL_OR_NOTHING);
                try {
                    embed(call, limit, report);
                } catch (Throwable e) {
                    // Spark throws checked exceptions without declaring them.
                    told(e, written, isWhole).ifPresent(ours -> {
                        throw ours;
                    });
                    throw e;
                }
            }
        }
    }

    /** Refuses settings that only a refresh heeds; a stage is for whoever puts work aside. */
    public static void requireNoRefresh(Settings settings) {
        boolean stages = settings.isChosen(JobSettings.COMMIT_EVERY);
        JobSettings.OF_REFRESH.stream()
                .filter(setting -> !(stages && JobSettings.OF_STAGE.contains(setting)))
                .filter(settings::isChosen)
                .findFirst()
                .ifPresent(setting -> {
                    throw SettingErrors.isForARefresh(setting);
                });
    }

    /**
     * What a failure means for whoever would run it again, which depends on what became of the rows; empty if it says so itself.
     *
     * @param written whether all rows are in their place
     * @param isWhole whether nobody sees a part of the rows before
     */
    public static Optional<EmbarkException> told(Throwable thrown, boolean written, boolean isWhole) {
        if (Stop.isTold()) {
            return written
                    ? Optional.of(RunErrors.stoppedWithOutput(thrown))
                    : Optional.of(thrown).filter(any -> !isWhole).map(RunErrors::stoppedHalfWay);
        }
        ErrorReport report = ErrorReport.of(thrown);
        return written && report.exitCode() == ErrorReport.REQUEST_WRONG
                ? Optional.of(RunErrors.failedWithOutput(report.problem(), report.reason(), thrown))
                : Optional.empty();
    }

    private void embed(EmbedCall run, Optional<FailureLimit> limit, Optional<Report> report) {
        Sink sink = run.sink().orElseThrow();
        long started = System.nanoTime();
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.note("reading %s".formatted(run.source().name()));
            run.source().notes().forEach(console::note);
            sink.note().ifPresent(console::note);
        }
        boolean limited = settings.isChosen(JobSettings.LIMIT);
        Repartitioning repartitioning = Repartitioning.of(
                run.source(), run.columns().byText().keySet(), limited, settings.get(JobSettings.DEDUPLICATE));
        if (limited) {
            sink.chosen(repartitioning.rows());
        }
        EmbedOptions options = withRanges(run, repartitioning.rows());
        EmbeddingMetadata metadata = run.metadata(options);
        Dataset<Row> embedded =
                run.columns().embed(WatchedRun.counted(repartitioning.rows()), options, metadata.toMetadata());

        ReadBack readBack = new ReadBack(run.columns(), run.ids(), options, metadata.toMetadata());
        WatchedRun watched = new WatchedRun(run.spark(), console, repartitioning.total(), quiet);
        try (watched) {
            Optional<FailureCheck> check = limit.map(most -> new FailureCheck(most, settings, run.with(options), () -> {
                WatchedRun.awaitListeners(run.spark());
                return watched.counts();
            }));
            write(run, embedded, check, () -> {
                sink.unseen(embedded.schema()).ifPresent(rows -> {
                    watched.stopCounting();
                    readBack.require(sink.description(), rows);
                    compared = true;
                });
                report.ifPresent(Report::forget);
            });
            written = true;
        }
        if (!compared && ReadBack.canTellRowsOf(sink)) {
            readBack.require(sink.description(), sink.read(embedded.schema()));
        }

        EmbedCounts counts = watched.counts();
        double seconds = Figures.seconds(System.nanoTime() - started);
        RunSummary summary =
                new RunSummary(rows(watched.progress(), run.columns()), counts, seconds, run.model(), metadata);
        boolean areNamed = counts.get(Count.FAILED) > 0
                && !run.ids().isEmpty()
                && sink.holdsThisRunAlone()
                && sink.can(Capability.READS_BACK);
        FailedRows failed = areNamed
                ? FailedRows.find(settings, run.columns(), options, sink.read(embedded.schema()))
                : FailedRows.NONE;
        if (!quiet) {
            summary.print(
                    console,
                    sink,
                    embedded.schema(),
                    List.copyOf(run.columns().byText().values()),
                    settings);
            failed.print(console.out());
        }
        // Last, so that what it would say is told if it cannot be written.
        report.ifPresent(folder -> {
            folder.write(Report.SUMMARY, summary.toJson(settings.effective()));
            failed.toJson()
                    .ifPresentOrElse(json -> folder.write(Report.FAILED, json), () -> folder.remove(Report.FAILED));
        });
    }

    /** The rows that were written; where the place does not count them, those that it was given. */
    private static long rows(EmbedProgress progress, VectorColumns columns) {
        EmbedCounts counts = progress.counts();
        long given = columns.chunked()
                ? counts.get(Count.CHUNKS) + counts.get(Count.NULLS) + counts.get(Count.FAILED)
                : counts.get(Count.TEXTS) / columns.byText().size();
        return progress.rowsWritten() > 0 ? progress.rowsWritten() : given;
    }

    private static void write(
            EmbedCall run, Dataset<Row> embedded, Optional<FailureCheck> check, Runnable beforeTheyAreSeen) {
        Sink sink = run.sink().orElseThrow();
        try {
            if (check.isPresent() && sink.commitsByItself()) {
                check.get().write(embedded, kept -> sink.write(kept, beforeTheyAreSeen));
            } else {
                sink.write(embedded, () -> {
                    check.ifPresent(limit -> limit.require(sink, embedded));
                    beforeTheyAreSeen.run();
                });
            }
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (!FullDisk.isToldBy(e)) {
                throw e;
            }
            throw RunErrors.diskIsFull(
                    FullDisk.disks(run.spark(), run.sink().flatMap(Sink::folder).map(Path::new), e), e);
        }
    }

    /** The options with ranges from a sample, if they are needed and none are known. */
    private EmbedOptions withRanges(EmbedCall run, Dataset<Row> rows) {
        if (!Calibration.isNeeded(run.options())) {
            return run.options();
        }
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.note("embedding up to %s texts, to learn the ranges of their components"
                    .formatted(Figures.count(Calibration.TEXTS)));
        }
        Calibration calibration = Calibration.of(rows, run.columns().byText().keySet(), run.options());
        if (!quiet) {
            console.note(calibration.note());
        }
        // What the sample took is not to be counted among what the run takes.
        WatchedRun.awaitListeners(run.spark());
        return calibration.in(run.options());
    }
}

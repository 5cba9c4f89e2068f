/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.embed.Calibration;
import io.embark.job.embed.DryRun;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.Explanation;
import io.embark.job.embed.FailedRows;
import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.RunSummary;
import io.embark.job.embed.VectorColumns;
import io.embark.job.embed.WatchedRun;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.Duplicates;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Changes;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.SparkCall;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/** One refresh, from the comparison to the commit. */
final class RefreshRun {
    /** How often a run that lost against another one compares again. */
    private static final int MOST_ATTEMPTS = 5;

    private final Settings settings;
    private final Console console;
    private final Sink sink;
    private final Refreshing place;
    private final Optional<Report> report;
    private final boolean quiet;
    private final long started = System.nanoTime();
    private EmbedCall call;
    private FailedRows failed = FailedRows.NONE;
    private EmbedCounts counts = EmbedCounts.of(Map.of());

    RefreshRun(
            Settings settings, Console console, EmbedCall call, Sink sink, Refreshing place, Optional<Report> report) {
        this.settings = settings;
        this.console = console;
        this.call = call;
        this.sink = sink;
        this.place = place;
        this.report = report;
        this.quiet = settings.isOn(JobSettings.QUIET);
    }

    void run() {
        List<String> texts = List.copyOf(call.columns().byText().keySet());
        ComparedTarget.requireKeys(call.schema(), call.ids(), texts);
        if (settings.isOn(JobSettings.EXPLAIN)) {
            Dataset<Row> rows = call.source().rows();
            Dataset<Row> embedded =
                    call.columns().embed(rows, call.options(), call.metadata().toMetadata());
            new Explanation(settings, console).print(rows, embedded);
            return;
        }
        Source source = read();
        call = call.with(withRanges(source.rows()));
        StateColumns state = withFlagsOfTheTarget(state());
        requireNamesAreFree(state);
        StructType written = call.columns().addedTo(call.schema(), call.metadata());
        sink.check(state.addedTo(written), source);
        tell(source);
        if (settings.isOn(JobSettings.REBUILD)) {
            rebuild(source, state, written);
            return;
        }
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            ComparedTarget target = ComparedTarget.of(
                    place, sink.description(), state, written, call.ids(), settings.isOn(JobSettings.ADOPT));
            if (refresh(source, target)) {
                return;
            }
            note("another run was quicker; comparing again");
        }
        throw RefreshErrors.lostTooOften(sink.description(), MOST_ATTEMPTS);
    }

    /** A target whose rows were flagged once keeps the column. */
    private StateColumns withFlagsOfTheTarget(StateColumns state) {
        boolean flagged = !settings.isOn(JobSettings.REBUILD)
                && place.there()
                        .filter(rows -> Columns.byName(rows.schema()).containsKey(Columns.lower(state.deletedAt())))
                        .isPresent();
        return flagged ? state.withFlags() : state;
    }

    private void requireNamesAreFree(StateColumns state) {
        Set<String> taken = Columns.byName(call.schema()).keySet();
        Stream.concat(state.names().stream(), Stream.of(Changes.ACTION))
                .filter(name -> taken.contains(Columns.lower(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw RefreshErrors.nameIsTaken(name);
                });
    }

    private void tell(Source source) {
        if (!quiet) {
            console.note("reading %s".formatted(source.name()));
            source.notes().forEach(console::note);
            sink.note().ifPresent(console::note);
        }
    }

    private void note(String text) {
        if (!quiet) {
            console.note(text);
        }
    }

    private Source read() {
        Source source = call.source().pinned();
        Dataset<Row> all = source.rows();
        Dataset<Row> since = settings.find(JobSettings.SINCE)
                .map(condition -> SparkCall.translate(
                        () -> all.where(condition), e -> RefreshErrors.sinceCannotBeRead(condition, e)))
                .orElse(all);
        // Which rows a limit lets through depends on who comes first; once kept, each scan sees the same ones.
        Dataset<Row> rows = settings.isChosen(JobSettings.LIMIT) ? since.localCheckpoint() : since;
        return new Source(rows, source.name(), source.path(), source.cheap(), source.notes(), source.version());
    }

    private StateColumns state() {
        Set<String> keysAndTexts = new HashSet<>(call.ids());
        keysAndTexts.addAll(call.columns().byText().keySet());
        OtherColumns others = OtherColumns.of(call.schema(), keysAndTexts);
        if (!others.leftOut().isEmpty()) {
            note("changes of %s alone are not seen: maps have no order".formatted(String.join(", ", others.leftOut())));
        }
        return new StateColumns(
                call.columns(),
                others,
                Shape.of(call.model(), call.options(), call.spark()),
                place.keepsBytes(),
                settings.get(JobSettings.DELETED) == Deleted.FLAG,
                call.options().get(EmbedOptions.BLANK) == BlankText.NULL);
    }

    /** The options with the ranges of the codes that are there, or of a sample. */
    private EmbedOptions withRanges(Dataset<Row> rows) {
        EmbedOptions options = call.options();
        if (!Calibration.isNeeded(options)) {
            return options;
        }
        Optional<EncodingRanges> there = settings.isOn(JobSettings.REBUILD)
                ? Optional.empty()
                : place.there().flatMap(found -> ranges(found)
                        .or(() -> RequestedTables.sink(call.spark(), settings, WriteMode.APPEND)
                                .recordedRanges()
                                .map(EncodingRanges::ofJson)));
        if (there.isPresent()) {
            return options.with(EmbedOptions.ENCODING_RANGES, there.get());
        }
        Calibration calibration = Calibration.of(rows, call.columns().byText().keySet(), options);
        note(calibration.note());
        WatchedRun.awaitListeners(call.spark());
        return calibration.in(options);
    }

    private Optional<EncodingRanges> ranges(Dataset<Row> there) {
        return EmbeddingMetadata.columns(there.schema()).stream()
                .filter(field -> call.columns().byText().containsValue(field.name()))
                .flatMap(field -> EmbeddingMetadata.of(field).stream())
                .flatMap(label -> label.ranges().stream())
                .findFirst()
                .map(EncodingRanges::ofJson);
    }

    private Comparison comparison(StateColumns state) {
        return new Comparison(state, call.ids(), place::keyAsThere);
    }

    private boolean takesFirst() {
        return settings.get(JobSettings.DUPLICATES) == Duplicates.FIRST;
    }

    /** Keys and hashes of the source. */
    private Dataset<Row> keyed(Comparison comparison, Dataset<Row> rows) {
        if (!takesFirst()) {
            return comparison.keyed(rows);
        }
        Optional<String> order = settings.find(JobSettings.ORDER_BY);
        return SparkCall.translate(
                () -> comparison.first(rows, order), e -> RefreshErrors.orderCannotBeRead(order.orElse(""), e));
    }

    /** Whether the target is as it should be now; false if another run was quicker. */
    private boolean refresh(Source source, ComparedTarget target) {
        Comparison comparison = comparison(target.state());
        boolean narrowed = settings.isChosen(JobSettings.LIMIT) || settings.isChosen(JobSettings.SINCE);
        Comparison.Missing missing =
                target.missing(settings.get(JobSettings.DELETED), narrowed, settings.find(JobSettings.WHERE));
        Dataset<Row> keyed = keyed(comparison, source.rows());
        Dataset<Row> classes = comparison.compare(keyed, target.rows(), missing);
        ClassCounts found = ClassCounts.of(comparison.counted(classes).collectAsList());
        new ComparisonCheck(sink.description(), settings).require(found, missing, target);
        if (settings.isOn(JobSettings.DRY_RUN)) {
            new DryRun(settings, console).run(call);
            console.say("Refresh " + found.shown(target.state().vectors().chunked()));
            return true;
        }
        boolean adopts = target.isAdopted();
        if (found.differing() == 0 && target.rows().isPresent() && !adopts) {
            report(found, 0);
            return true;
        }

        boolean isNew = target.rows().isEmpty();
        Dataset<Row> plan = isNew
                ? classes
                : classes.where(Columns.named(Comparison.CLASS)
                                .isin(
                                        RowClass.NEW.key(),
                                        RowClass.CHANGED.key(),
                                        RowClass.UPDATED.key(),
                                        RowClass.GONE.key()))
                        .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            ChangedRows changed =
                    new ChangedRows(comparison, target.schema(), settings.get(JobSettings.DELETED), takesFirst());
            RefreshWrite write = new RefreshWrite(settings, console, call, sink, place, target, changed, comparison);
            boolean done = write.run(source, plan, found, adopts, () -> report.ifPresent(Report::forget));
            counts = write.counts().get(Count.TEXTS) > 0 ? write.counts() : counts;
            failed = write.failed();
            if (done) {
                report(found, write.rowsWritten());
            }
            return done;
        } finally {
            if (!isNew) {
                plan.unpersist();
            }
        }
    }

    /** Everything anew, in one step. */
    private void rebuild(Source source, StateColumns state, StructType written) {
        Comparison comparison = comparison(state);
        ComparedTarget none = new ComparedTarget(state, state.addedTo(written), Optional.empty(), false);
        Dataset<Row> keyed = keyed(comparison, source.rows());
        Comparison.Missing missing = none.missing(Deleted.KEEP, true, Optional.empty());
        Dataset<Row> classes = comparison.compare(keyed, Optional.empty(), missing);
        ClassCounts found = ClassCounts.of(comparison.counted(classes).collectAsList());
        ComparisonCheck check = new ComparisonCheck(sink.description(), settings);
        check.require(found, missing, none);
        place.there().ifPresent(rows -> check.requireNoneIsLost(rows, keyed, call.ids(), found));
        if (settings.isOn(JobSettings.DRY_RUN)) {
            new DryRun(settings, console).run(call);
            console.say("Rebuild " + found.shown(state.vectors().chunked()));
            return;
        }
        ChangedRows changed = new ChangedRows(comparison, none.schema(), Deleted.KEEP, takesFirst());
        RefreshWrite write = new RefreshWrite(settings, console, call, sink, place, none, changed, comparison);
        write.run(source, classes, found, false, () -> report.ifPresent(Report::forget));
        counts = write.counts();
        failed = write.failed();
        report(found, write.rowsWritten());
    }

    private void report(ClassCounts found, long rows) {
        double seconds = Figures.seconds(System.nanoTime() - started);
        RunSummary summary = new RunSummary(rows, counts, seconds, call.model(), call.metadata());
        if (!quiet) {
            VectorColumns columns = call.columns();
            console.say("Refreshed %s: %s".formatted(sink.description(), found.shown(columns.chunked())));
            if (counts.get(Count.TEXTS) > 0) {
                summary.print(
                        console,
                        sink,
                        columns.addedTo(call.schema(), call.metadata()),
                        List.copyOf(columns.byText().values()),
                        settings);
                failed.print(console.out());
            } else {
                console.say("Nothing was embedded, in %s".formatted(Figures.duration(seconds)));
            }
        }
        report.ifPresent(folder -> {
            folder.write(
                    Report.SUMMARY,
                    summary.toJson(
                            settings.effective(), found.toJson(settings.get(JobSettings.DELETED) == Deleted.FLAG)));
            failed.toJson()
                    .ifPresentOrElse(json -> folder.write(Report.FAILED, json), () -> folder.remove(Report.FAILED));
        });
    }
}

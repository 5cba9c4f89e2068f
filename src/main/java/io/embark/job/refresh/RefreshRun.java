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
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Changes;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import io.embark.job.table.SparkCall;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One refresh, from the comparison to the commit. */
final class RefreshRun {
    /** How often a run that lost against another one compares again. */
    private static final int MOST_ATTEMPTS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(RefreshRun.class);

    private final Settings settings;
    private final Optional<Report> report;
    private final long started = System.nanoTime();
    private final Map<String, String> versions = new LinkedHashMap<>();
    private RefreshCall refresh;
    private Map<String, String> changesRead = Map.of();
    private FailedRows failed = FailedRows.NONE;
    private EmbedCounts counts = EmbedCounts.of(Map.of());

    RefreshRun(RefreshCall refresh, Optional<Report> report) {
        this.settings = refresh.settings();
        this.refresh = refresh;
        this.report = report;
    }

    RefreshOutcome run() {
        EmbedCall asked = refresh.embed();
        List<String> texts = List.copyOf(asked.columns().byText().keySet());
        ComparedTarget.requireKeys(asked.schema(), asked.ids(), texts);
        if (settings.isOn(JobSettings.EXPLAIN)) {
            Dataset<Row> rows = asked.source().rows();
            Dataset<Row> embedded = asked.columns()
                    .embed(rows, asked.options(), asked.metadata().toMetadata());
            new Explanation(settings, refresh.console()).print(rows, embedded);
            return outcome(ClassCounts.NONE, 0);
        }
        Source source = read();
        source.version().ifPresent(version -> versions.put("source", version));
        Optional<Dataset<Row>> there = there("before");
        Optional<Dataset<Row>> kept = there.filter(rows -> !refresh.rebuilds());
        refresh = refresh.with(asked.with(withRanges(source.rows(), kept)));
        StateColumns state = withFlagsOfTheTarget(state(), kept);
        requireNamesAreFree(state);
        StructType written =
                asked.columns().addedTo(asked.schema(), refresh.embed().metadata());
        if (kept.isPresent() && !refresh.place().takesRowsAsTheyCome()) {
            ComparedTarget.requireColumns(refresh, kept.get(), state, state.addedTo(written));
        }
        refresh.sink().check(refresh.keepsState() ? state.addedTo(written) : written, source);
        StateColumns checked = state;
        refresh.apart().ifPresent(apart -> apart.check(checked, written, source));
        if (!refresh.place().takesRowsAsTheyCome() && !refresh.rebuilds()) {
            // Names of folders have no types: now the place knows those of the rows.
            there = there("before");
        }
        tell(source);
        if (refresh.rebuilds()) {
            return rebuild(source, there, state, written);
        }
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            ComparedTarget target = ComparedTarget.of(refresh, there, state, written);
            Optional<RefreshOutcome> outcome = refresh(source, target);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            refresh.note("another run was quicker; comparing again");
            there = there("before");
        }
        throw RefreshErrors.lostTooOften(refresh.sink().description(), MOST_ATTEMPTS);
    }

    /** What is in the place, whose version is kept for the summary. */
    private Optional<Dataset<Row>> there(String when) {
        Optional<Dataset<Row>> rows = refresh.place().there();
        refresh.place().version().ifPresent(version -> versions.put(when, version));
        return rows;
    }

    /** A target whose rows were flagged once keeps the column. */
    private static StateColumns withFlagsOfTheTarget(StateColumns state, Optional<Dataset<Row>> there) {
        return there.filter(rows -> Columns.byName(rows.schema()).containsKey(Columns.lower(state.deletedAt())))
                .map(rows -> state.withFlags())
                .orElse(state);
    }

    private void requireNamesAreFree(StateColumns state) {
        Set<String> taken = Columns.byName(refresh.embed().schema()).keySet();
        Stream.concat(state.names().stream(), Stream.of(Changes.ACTION))
                .filter(name -> taken.contains(Columns.lower(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw RefreshErrors.nameIsTaken(name);
                });
    }

    private void tell(Source source) {
        refresh.note("reading %s".formatted(source.name()));
        source.notes().forEach(refresh::note);
        refresh.sink().note().ifPresent(refresh::note);
        refresh.apart().flatMap(StateApart::note).ifPresent(refresh::note);
    }

    private Source read() {
        Source source = refresh.embed().source().pinned();
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
        EmbedCall call = refresh.embed();
        Set<String> keysAndTexts = new HashSet<>(call.ids());
        keysAndTexts.addAll(call.columns().byText().keySet());
        OtherColumns others = OtherColumns.of(call.schema(), keysAndTexts);
        if (!others.leftOut().isEmpty()) {
            refresh.note("changes of %s alone are not seen: maps have no order"
                    .formatted(String.join(", ", others.leftOut())));
        }
        return new StateColumns(
                call.columns(),
                others,
                Shape.of(call.model(), call.options(), call.spark()),
                refresh.place().keepsBytes(),
                refresh.deleted() == Deleted.FLAG,
                call.options().get(EmbedOptions.BLANK) == BlankText.NULL);
    }

    /** The options with the ranges of the codes that are there, or of a sample. */
    private EmbedOptions withRanges(Dataset<Row> rows, Optional<Dataset<Row>> there) {
        EmbedCall call = refresh.embed();
        EmbedOptions options = call.options();
        if (!Calibration.isNeeded(options)) {
            return options;
        }
        Optional<EncodingRanges> known = there.flatMap(
                found -> ranges(found).or(() -> RequestedTables.sink(call.spark(), settings, WriteMode.APPEND)
                        .recordedRanges()
                        .map(EncodingRanges::ofJson)));
        if (known.isPresent()) {
            return options.with(EmbedOptions.ENCODING_RANGES, known.get());
        }
        Calibration calibration = Calibration.of(rows, call.columns().byText().keySet(), options);
        refresh.note(calibration.note());
        WatchedRun.awaitListeners(call.spark());
        return calibration.in(options);
    }

    private Optional<EncodingRanges> ranges(Dataset<Row> there) {
        return EmbeddingMetadata.columns(there.schema()).stream()
                .filter(field -> refresh.embed().columns().byText().containsValue(field.name()))
                .flatMap(field -> EmbeddingMetadata.of(field).stream())
                .flatMap(label -> label.ranges().stream())
                .findFirst()
                .map(EncodingRanges::ofJson);
    }

    private Comparison comparison(StateColumns state) {
        return new Comparison(state, refresh.embed().ids(), refresh.place()::keyAsThere);
    }

    /** Keys and hashes of the source. */
    private Dataset<Row> keyed(Comparison comparison, Dataset<Row> rows) {
        if (!refresh.takesFirst()) {
            return comparison.keyed(rows);
        }
        Optional<String> order = settings.find(JobSettings.ORDER_BY);
        return SparkCall.translate(
                () -> comparison.first(rows, order), e -> RefreshErrors.orderCannotBeRead(order.orElse(""), e));
    }

    /** Brings the target up to date; empty if another run was quicker. */
    private Optional<RefreshOutcome> refresh(Source source, ComparedTarget target) {
        Comparison comparison = comparison(target.state());
        Missing missing = target.missing(refresh.deleted(), refresh.isNarrowed(), settings.find(JobSettings.WHERE));
        try (SourceChanges changes = new SourceChanges(refresh, source, target, comparison)) {
            Compared compared = changes.compare(missing).orElseGet(() -> compared(source, target, comparison, missing));
            changesRead = changes.told();
            new ComparisonCheck(refresh.sink().description(), settings).require(compared.found(), missing, target);
            return refresh(compared, target, comparison, changes.toRemember());
        }
    }

    /** Compares all of the source. */
    private Compared compared(Source source, ComparedTarget target, Comparison comparison, Missing missing) {
        Dataset<Row> classes = comparison.compare(keyed(comparison, source.rows()), target.rows(), missing);
        return new Compared(
                source, classes, ClassCounts.of(comparison.counted(classes).collectAsList()));
    }

    private Optional<RefreshOutcome> refresh(
            Compared compared, ComparedTarget target, Comparison comparison, Optional<String> toRemember) {
        ClassCounts found = compared.found();
        if (settings.isOn(JobSettings.DRY_RUN)) {
            return Optional.of(preview("Refresh", compared, comparison));
        }
        if (found.differing() == 0 && target.rows().isPresent() && !target.isAdopted()) {
            StagePlace.discardLeft(refresh);
            return Optional.of(report(found, 0));
        }

        boolean isNew = target.rows().isEmpty();
        Dataset<Row> plan = isNew
                ? compared.classes()
                : compared.classes()
                        .where(Columns.named(Comparison.CLASS)
                                .isin(
                                        RowClass.NEW.key(),
                                        RowClass.CHANGED.key(),
                                        RowClass.UPDATED.key(),
                                        RowClass.GONE.key()))
                        .persist(StorageLevel.MEMORY_AND_DISK());
        try {
            RefreshWrite write = new RefreshWrite(refresh, target, comparison, toRemember);
            return write(write, new Compared(compared.source(), plan, found));
        } finally {
            if (!isNew) {
                plan.unpersist();
            }
        }
    }

    /** Everything anew, in one step. */
    private RefreshOutcome rebuild(
            Source source, Optional<Dataset<Row>> there, StateColumns state, StructType written) {
        Comparison comparison = comparison(state);
        ComparedTarget none = new ComparedTarget(state, state.addedTo(written), Optional.empty(), false);
        Dataset<Row> keyed = keyed(comparison, source.rows());
        Missing missing = none.missing(Deleted.KEEP, true, Optional.empty());
        Dataset<Row> classes = comparison.compare(keyed, Optional.empty(), missing);
        ClassCounts found = ClassCounts.of(comparison.counted(classes).collectAsList());
        Compared compared = new Compared(source, classes, found);
        ComparisonCheck check = new ComparisonCheck(refresh.sink().description(), settings);
        check.require(found, missing, none);
        there.ifPresent(
                rows -> check.requireNoneIsLost(rows, keyed, refresh.embed().ids(), found));
        return settings.isOn(JobSettings.DRY_RUN)
                ? preview("Rebuild", compared, comparison)
                : write(new RefreshWrite(refresh, none, comparison, Optional.empty()), compared)
                        .orElseThrow();
    }

    private RefreshOutcome preview(String verb, Compared compared, Comparison comparison) {
        ClassCounts found = compared.found();
        Dataset<Row> wanted = Comparison.toEmbed(compared.classes()).persist(StorageLevel.MEMORY_AND_DISK());
        OptionalDouble pace = report.map(Report::pace).orElse(OptionalDouble.empty());
        try {
            Dataset<Row> rows = comparison.chosen(compared.source().rows(), wanted, refresh.takesFirst());
            new DryRun(settings, refresh.console()).run(refresh.embed(), new DryRun.Work(rows, found.toEmbed(), pace));
        } finally {
            wanted.unpersist();
        }
        if (found.differing() > 0) {
            refresh.place().rewritten().ifPresent(files -> refresh.console()
                    .say("Files   %s are written anew".formatted(files)));
        }
        refresh.console().say(verb + " " + found.shown(refresh.embed().columns().chunked()));
        return outcome(found, 0);
    }

    private Optional<RefreshOutcome> write(RefreshWrite write, Compared compared) {
        boolean done = write.run(
                compared.source(), compared.classes(), compared.found(), () -> report.ifPresent(Report::forget));
        // A run that compares again finds in the stage what the first try computed.
        counts = counts.plus(write.counts());
        failed = write.counts().get(Count.TEXTS) > 0 ? write.failed() : failed;
        if (!done) {
            return Optional.empty();
        }
        if (report.isPresent() && refresh.place().keepsVersions()) {
            nameTheVersionAfter();
        }
        return Optional.of(report(compared.found(), write.rowsWritten()));
    }

    /** The rows are in: what fails now is not worth the run. */
    private void nameTheVersionAfter() {
        try {
            there("after");
        } catch (RuntimeException e) {
            LOG.warn("The version that was written is not known: {}", Failures.rootLine(e));
        }
    }

    private RunSummary summary(long rows) {
        EmbedCall call = refresh.embed();
        return new RunSummary(
                rows, counts, Figures.seconds(System.nanoTime() - started), call.model(), call.metadata());
    }

    private RefreshOutcome outcome(ClassCounts found, long rows) {
        return outcome(found, summary(rows));
    }

    private RefreshOutcome outcome(ClassCounts found, RunSummary summary) {
        return new RefreshOutcome(
                found.named(refresh.deleted() == Deleted.FLAG),
                summary.embedded(),
                counts.get(Count.FAILED),
                summary.seconds());
    }

    private RefreshOutcome report(ClassCounts found, long rows) {
        Console console = refresh.console();
        RunSummary summary = summary(rows);
        if (!refresh.quiet()) {
            EmbedCall call = refresh.embed();
            VectorColumns columns = call.columns();
            console.say(
                    refresh.compares()
                            ? "Refreshed %s: %s".formatted(refresh.sink().description(), found.shown(columns.chunked()))
                            : "Wrote %s: %s"
                                    .formatted(refresh.sink().description(), Figures.count(rows, "row", "rows")));
            if (counts.get(Count.TEXTS) > 0) {
                summary.print(
                        console,
                        refresh.sink(),
                        columns.addedTo(call.schema(), call.metadata()),
                        List.copyOf(columns.byText().values()),
                        settings);
                failed.print(console.out());
            } else {
                console.say("Nothing was embedded, in %s".formatted(Figures.duration(summary.seconds())));
            }
        }
        RefreshOutcome outcome = outcome(found, summary);
        report.ifPresent(folder -> {
            folder.write(
                    Report.SUMMARY,
                    refresh.compares()
                            ? summary.toJson(settings.effective(), outcome.classes(), versions, changesRead)
                            : summary.toJson(settings.effective()));
            failed.toJson()
                    .ifPresentOrElse(json -> folder.write(Report.FAILED, json), () -> folder.remove(Report.FAILED));
        });
        return outcome;
    }
}

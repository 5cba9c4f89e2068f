/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.embed.DryRun;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.Explanation;
import io.embark.job.embed.FailedRows;
import io.embark.job.embed.Report;
import io.embark.job.embed.RunSummary;
import io.embark.job.embed.VectorColumns;
import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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
    private boolean hasCommitted;
    private boolean isDone;

    RefreshRun(RefreshCall refresh, Optional<Report> report) {
        this.settings = refresh.settings();
        this.refresh = refresh;
        this.report = report;
    }

    /** Whether a part of the rows is in the output. */
    boolean hasCommitted() {
        return hasCommitted;
    }

    /** Whether all of them are. */
    boolean isDone() {
        return isDone;
    }

    RefreshOutcome run() {
        EmbedCall asked = refresh.embed();
        if (settings.isOn(JobSettings.EXPLAIN)) {
            Dataset<Row> rows = asked.source().rows();
            Dataset<Row> embedded = asked.columns()
                    .embed(rows, asked.options(), asked.metadata().toMetadata());
            new Explanation(settings, refresh.console()).print(rows, embedded);
            return outcome(ClassCounts.NONE, 0);
        }
        Sides sides = Sides.toEmbed(refresh);
        refresh = sides.refresh();
        sides.source().version().ifPresent(version -> versions.put("source", version));
        keepVersion("before");
        tell(sides.source());
        try (KeptSource kept = KeptSource.of(sides)) {
            return run(sides.with(kept.source()));
        }
    }

    private RefreshOutcome run(Sides first) {
        if (refresh.rebuilds()) {
            return rebuild(first);
        }
        Sides sides = first;
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            Optional<RefreshOutcome> outcome = refresh(sides);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            refresh.note("another run was quicker; comparing again");
            sides = sides.again();
            keepVersion("before");
        }
        throw RefreshErrors.lostTooOften(refresh.sink().description(), MOST_ATTEMPTS, hasCommitted);
    }

    /** Keeps the version that the place showed last, for the summary. */
    private void keepVersion(String when) {
        refresh.place().version().ifPresent(version -> versions.put(when, version));
    }

    private void tell(Source source) {
        refresh.note("reading %s".formatted(source.name()));
        source.notes().forEach(refresh::note);
        refresh.sink().note().ifPresent(refresh::note);
        refresh.apart().flatMap(StateApart::note).ifPresent(refresh::note);
    }

    /** Brings the target up to date; empty if another run was quicker. */
    private Optional<RefreshOutcome> refresh(Sides sides) {
        ComparedTarget target = sides.target();
        Comparison comparison = sides.comparison(target.state());
        try (SourceChanges changes = new SourceChanges(refresh, sides.source(), target, comparison)) {
            Compared compared = sides.compare(target, comparison, changes);
            changesRead = changes.told();
            return refresh(compared, target, comparison, changes.toRemember());
        }
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
    private RefreshOutcome rebuild(Sides sides) {
        StateColumns state = sides.state();
        Comparison comparison = sides.comparison(state);
        ComparedTarget none = new ComparedTarget(state, state.addedTo(sides.written()), Optional.empty(), false);
        Missing missing = none.missing(Deleted.KEEP, true, Optional.empty());
        Compared compared = sides.compareAll(none, comparison, missing);
        ClassCounts found = compared.found();
        ComparisonCheck check = new ComparisonCheck(refresh);
        check.require(found, missing, none);
        sides.there()
                .ifPresent(rows -> check.requireNoneIsLost(
                        rows, sides.keyed(comparison), refresh.embed().ids(), found));
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
        boolean done;
        try {
            done = write.run(
                    compared.source(), compared.classes(), compared.found(), () -> report.ifPresent(Report::forget));
        } finally {
            hasCommitted |= write.hasCommitted();
        }
        isDone = done;
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
            refresh.place().there();
            keepVersion("after");
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

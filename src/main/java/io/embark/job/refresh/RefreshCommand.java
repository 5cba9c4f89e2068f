/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.Option;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.EmbedCommand;
import io.embark.job.embed.FailureLimit;
import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.Stop;
import io.embark.job.print.Console;
import io.embark.job.session.JobSession;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.Duplicates;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.stage.CommitEvery;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code embark embed --mode refresh}: what is new or changed in the source is embedded, and nothing else is. So are runs of the
 * other modes that put their work aside, {@code --commit-every}: they compare nothing, and write all rows in one step.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RefreshCommand {
    private final Settings settings;
    private final Console console;

    /** Of a run with these settings, which tells what it does. */
    public RefreshCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /** Runs it over the table that the settings name, in a session of its own where none runs yet. */
    public RefreshOutcome run() {
        try (JobSession session = JobSession.open(settings.session())) {
            return run(session.spark(), () -> RequestedTables.source(session.spark(), settings), false);
        }
    }

    /**
     * Runs it over rows of a session that runs already.
     *
     * @param isPart whether the rows are some of the source only: what they lack has not left it
     */
    public RefreshOutcome run(Dataset<Row> rows, boolean isPart) {
        try (JobSession session = JobSession.within(rows.sparkSession(), settings.session())) {
            return run(session.spark(), () -> RequestedTables.source(rows, settings), isPart);
        }
    }

    private RefreshOutcome run(SparkSession spark, Supplier<Source> source, boolean isPart) {
        requireOptionsGoTogether(isPart);
        boolean writes = !settings.isOn(JobSettings.DRY_RUN) && !settings.isOn(JobSettings.EXPLAIN);
        boolean quiet = settings.isOn(JobSettings.QUIET);
        RequestedTables.recover(spark, settings, writes).stream()
                .filter(line -> !quiet)
                .forEach(console::note);
        EmbedCall call = EmbedCall.open(spark, settings, console, source.get(), () -> Optional.of(sink(spark)));
        Sink sink = call.sink().orElseThrow();
        Optional<StateApart> apart = settings.find(JobSettings.STATE).map(name -> StateApart.of(call, settings, sink));
        Refreshing place = apart.<Refreshing>map(state -> state)
                .or(() -> isRefresh() ? sink.refreshing() : Optional.of(new WrittenOnce()))
                .orElseThrow(() ->
                        RefreshErrors.cannotBeRefreshed(sink.description(), sink.can(Capability.MAY_UPDATE_BY_KEY)));
        if (settings.isChosen(JobSettings.MERGE_EVERY) && place.takesRowsAsTheyCome()) {
            throw RefreshErrors.isNotMerged(sink.description());
        }
        Optional<Report> report = settings.find(JobSettings.REPORT).map(folder -> Report.in(spark, folder));
        report.ifPresent(folder -> folder.check(call.source(), call.sink()));
        PlaceHold hold = writes ? place.hold() : PlaceHold.NONE;
        try {
            return new RefreshRun(new RefreshCall(settings, console, call, sink, place, apart, isPart), report).run();
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (Stop.isTold()) {
                throw place.takesRowsAsTheyCome() ? RunErrors.stoppedHalfWay(e) : RunErrors.stoppedInARefresh(e);
            }
            throw e;
        } finally {
            hold.close();
        }
    }

    private boolean isRefresh() {
        return settings.get(JobSettings.MODE) == RunMode.REFRESH;
    }

    /** A place that takes rows as they come is asked to add them, unless all of them are made anew. */
    private Sink sink(SparkSession spark) {
        if (settings.isChosen(JobSettings.STATE)) {
            return RequestedTables.sink(spark, settings, WriteMode.APPEND);
        }
        Sink whole = RequestedTables.sink(spark, settings);
        if (!isRefresh()) {
            return whole;
        }
        boolean byKey =
                whole.refreshing().filter(Refreshing::takesRowsAsTheyCome).isPresent()
                        && !settings.isOn(JobSettings.REBUILD);
        return byKey ? RequestedTables.sink(spark, settings, WriteMode.APPEND) : whole;
    }

    private void requireOptionsGoTogether(boolean isPart) {
        if (settings.names(JobSettings.ID_COLUMN).isEmpty()) {
            throw isRefresh() ? RefreshErrors.keyIsMissing() : RefreshErrors.keyOfTheStageIsMissing();
        }
        if (!isRefresh()) {
            EmbedCommand.requireNoRefresh(settings);
        }
        if (settings.isOn(JobSettings.REBUILD) && settings.isOn(JobSettings.ADOPT)) {
            throw RefreshErrors.togetherMakeNoSense(JobSettings.REBUILD.key(), JobSettings.ADOPT.key());
        }
        boolean deletes = settings.get(JobSettings.DELETED) != Deleted.KEEP;
        if (isPart && (deletes || settings.isOn(JobSettings.REBUILD))) {
            throw RefreshErrors.isNotForAPart(deletes ? JobSettings.DELETED.key() : JobSettings.REBUILD.key());
        }
        for (Option<?> narrowing : List.of(JobSettings.LIMIT, JobSettings.SINCE)) {
            if (deletes && settings.isChosen(narrowing)) {
                throw RefreshErrors.deletesNothing(narrowing.key());
            }
            if (settings.isOn(JobSettings.REBUILD) && settings.isChosen(narrowing)) {
                throw RefreshErrors.togetherMakeNoSense(JobSettings.REBUILD.key(), narrowing.key());
            }
        }
        if (settings.isChosen(JobSettings.ORDER_BY) && settings.get(JobSettings.DUPLICATES) == Duplicates.FAIL) {
            throw RefreshErrors.orderWithoutDuplicates();
        }
        if (settings.isChosen(JobSettings.STATE)) {
            StateApart.requireOptionsGoTogether(settings);
        }
        ComparisonCheck.mostDeleted(settings);
        settings.find(JobSettings.COMMIT_EVERY)
                .ifPresent(text -> CommitEvery.parse(JobSettings.COMMIT_EVERY.key(), text));
        if (Slices.interval(settings).isPresent() && settings.isOn(JobSettings.REBUILD)) {
            throw RefreshErrors.togetherMakeNoSense(JobSettings.REBUILD.key(), JobSettings.MERGE_EVERY.key());
        }
        FailureLimit.of(settings);
    }
}

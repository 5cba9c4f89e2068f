/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbarkException;
import io.embark.job.embed.EmbedCommand;
import io.embark.job.embed.Report;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.Stop;
import io.embark.job.print.Console;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.Refreshing;
import io.embark.job.source.Source;
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
        boolean compares = settings.get(JobSettings.MODE) == RunMode.REFRESH;
        if (!compares) {
            EmbedCommand.requireNoRefresh(settings);
            if (settings.names(JobSettings.ID_COLUMN).isEmpty()) {
                throw RefreshErrors.keyOfTheStageIsMissing();
            }
        }
        RequestedRefresh.requireOptionsGoTogether(settings, isPart);
        boolean writes = !settings.isOn(JobSettings.DRY_RUN) && !settings.isOn(JobSettings.EXPLAIN);
        boolean quiet = settings.isOn(JobSettings.QUIET);
        RequestedTables.recover(spark, settings, writes).stream()
                .filter(line -> !quiet)
                .forEach(console::note);
        RefreshCall call = compares
                ? RequestedRefresh.open(spark, settings, console, source.get(), isPart)
                : RequestedRefresh.once(spark, settings, console, source.get());
        Optional<Report> report = settings.find(JobSettings.REPORT).map(folder -> Report.in(spark, folder));
        report.ifPresent(
                folder -> folder.check(call.embed().source(), call.embed().sink()));
        Refreshing place = call.place();
        PlaceHold hold = writes ? place.hold() : PlaceHold.NONE;
        RefreshRun run = new RefreshRun(call, report);
        try {
            return run.run();
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            told(call, run, e).ifPresent(ours -> {
                throw ours;
            });
            throw e;
        } finally {
            hold.close();
        }
    }

    /** What a failure means for whoever would run it again; empty if it says so itself. */
    private static Optional<EmbarkException> told(RefreshCall call, RefreshRun run, Throwable thrown) {
        // A refresh that is run again finds what is there; whoever only adds rows would add them twice.
        boolean written = run.isDone() && !call.compares();
        boolean isSeen = run.hasCommitted()
                || call.place().takesRowsAsTheyCome()
                || !(call.keepsState() || call.sink().can(Capability.ALL_OR_NOTHING));
        return EmbedCommand.told(thrown, written, !isSeen)
                .or(() -> Stop.isTold() ? Optional.of(RunErrors.stoppedInARefresh(thrown)) : Optional.empty());
    }
}

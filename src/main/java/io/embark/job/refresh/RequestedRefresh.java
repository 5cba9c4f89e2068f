/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.Option;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.FailureLimit;
import io.embark.job.embed.RequestedTables;
import io.embark.job.print.Console;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.Duplicates;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.stage.CommitEvery;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Opens the refresh that the settings ask for. */
final class RequestedRefresh {
    private RequestedRefresh() {}

    /**
     * Opens what the settings name, and looks at nothing of its rows.
     *
     * @param source what is read
     */
    static RefreshCall open(SparkSession spark, Settings settings, Console console, Source source, boolean isPart) {
        EmbedCall call = EmbedCall.open(spark, settings, console, source, () -> Optional.of(sink(spark, settings)));
        Sink sink = call.sink().orElseThrow();
        Optional<StateApart> apart = settings.find(JobSettings.STATE).map(name -> StateApart.of(call, settings, sink));
        Refreshing place = apart.<Refreshing>map(state -> state).orElseGet(() -> refreshing(sink));
        if (settings.isChosen(JobSettings.MERGE_EVERY) && place.takesRowsAsTheyCome()) {
            throw RefreshErrors.isNotMerged(sink.description());
        }
        return checked(new RefreshCall(settings, console, call, sink, place, apart, isPart));
    }

    /** Opens what the settings of another mode name, to be written in one step. */
    static RefreshCall once(SparkSession spark, Settings settings, Console console, Source source) {
        EmbedCall call = EmbedCall.open(
                spark, settings, console, source, () -> Optional.of(RequestedTables.sink(spark, settings)));
        return checked(new RefreshCall(
                settings, console, call, call.sink().orElseThrow(), new WrittenOnce(), Optional.empty(), false));
    }

    private static RefreshCall checked(RefreshCall refresh) {
        EmbedCall call = refresh.embed();
        ComparedTarget.requireKeys(
                call.schema(), call.ids(), List.copyOf(call.columns().byText().keySet()));
        return refresh;
    }

    /** A place that takes rows as they come is asked to add them, unless all of them are made anew. */
    static Sink sink(SparkSession spark, Settings settings) {
        if (settings.isChosen(JobSettings.STATE)) {
            return RequestedTables.sink(spark, settings, WriteMode.APPEND);
        }
        Sink whole = RequestedTables.sink(spark, settings, RunMode.REFRESH.write());
        boolean byKey =
                whole.refreshing().filter(Refreshing::takesRowsAsTheyCome).isPresent()
                        && !settings.isOn(JobSettings.REBUILD);
        return byKey ? RequestedTables.sink(spark, settings, WriteMode.APPEND) : whole;
    }

    static Refreshing refreshing(Sink sink) {
        return sink.refreshing()
                .orElseThrow(() ->
                        RefreshErrors.cannotBeRefreshed(sink.description(), sink.can(Capability.MAY_UPDATE_BY_KEY)));
    }

    /** Refuses options that do not go together. */
    static void requireOptionsGoTogether(Settings settings, boolean isPart) {
        if (settings.names(JobSettings.ID_COLUMN).isEmpty()) {
            throw RefreshErrors.keyIsMissing();
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

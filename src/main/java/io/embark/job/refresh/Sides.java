/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.job.embed.Calibration;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.WatchedRun;
import io.embark.job.settings.Deleted;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Changes;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.SparkCall;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The two sides that a refresh compares, looked at and checked: nothing of them is changed, and their rows are not read yet.
 *
 * @param refresh the run, with the ranges of codes where it needs them
 * @param source what is compared of the source, at one version where that keeps them
 * @param there what is in the place; empty if there is nothing yet
 * @param state the columns of state
 * @param written the columns that a run writes beside those of state
 */
record Sides(RefreshCall refresh, Source source, Optional<Dataset<Row>> there, StateColumns state, StructType written) {
    /** Those of a run that embeds rows, for which ranges that nobody knows are found in a sample. */
    static Sides toEmbed(RefreshCall asked) {
        return of(asked, true);
    }

    /** Those of a look at them. */
    static Sides toCount(RefreshCall asked) {
        return of(asked, false);
    }

    private static Sides of(RefreshCall asked, boolean samples) {
        EmbedCall call = asked.embed();
        Source source = read(asked);
        Optional<Dataset<Row>> there = asked.place().there();
        Optional<Dataset<Row>> kept = there.filter(rows -> !asked.rebuilds());
        if (!asked.compares()) {
            // Before a sample tells the ranges of this run alone: the place may not keep them for the next one.
            asked.sink().check(call.columns().addedTo(call.schema(), call.metadata()), source);
        }
        RefreshCall refresh = asked.with(call.with(withRanges(asked, source.rows(), kept, samples)));
        StateColumns state = withFlagsOfTheTarget(state(refresh), kept);
        requireNamesAreFree(call.schema(), state);
        StructType written =
                call.columns().addedTo(call.schema(), refresh.embed().metadata());
        if (kept.isPresent() && !refresh.place().takesRowsAsTheyCome()) {
            ComparedTarget.requireColumns(refresh, kept.get(), state, state.addedTo(written));
        }
        refresh.sink().check(refresh.keepsState() ? state.addedTo(written) : written, source);
        refresh.apart().ifPresent(apart -> apart.check(state, written, source));
        if (!refresh.place().takesRowsAsTheyCome() && !refresh.rebuilds()) {
            // Names of folders have no types: now the place knows those of the rows.
            there = refresh.place().there();
        }
        return new Sides(refresh, source, there, state, written);
    }

    /** The same with another look at the place. */
    Sides again() {
        return new Sides(refresh, source, refresh.place().there(), state, written);
    }

    /** The same with the rows of the source read from elsewhere. */
    Sides with(Source other) {
        return new Sides(refresh, other, there, state, written);
    }

    /** What is in the place, checked. */
    ComparedTarget target() {
        return ComparedTarget.of(refresh, there, state, written);
    }

    /** How rows of both are told to be equal. */
    Comparison comparison(StateColumns of) {
        return new Comparison(of, refresh.embed().ids(), refresh.place()::keyAsThere);
    }

    /** Keys and hashes of the source. */
    Dataset<Row> keyed(Comparison comparison) {
        if (!refresh.takesFirst()) {
            return comparison.keyed(source.rows());
        }
        Optional<String> order = refresh.settings().find(JobSettings.ORDER_BY);
        return SparkCall.translate(
                () -> comparison.first(source.rows(), order),
                e -> RefreshErrors.orderCannotBeRead(order.orElse(""), e));
    }

    /**
     * Compares what changed in the source, where that is known, else all of it.
     *
     * @throws io.embark.EmbarkException if what was found is no reason to change the place
     */
    Compared compare(ComparedTarget target, Comparison comparison, SourceChanges changes) {
        Settings settings = refresh.settings();
        Missing missing = target.missing(refresh.deleted(), refresh.isNarrowed(), settings.find(JobSettings.WHERE));
        Compared compared = changes.compare(missing).orElseGet(() -> compareAll(target, comparison, missing));
        new ComparisonCheck(refresh).require(compared.found(), missing, target);
        return compared;
    }

    /** Compares all of the source. */
    Compared compareAll(ComparedTarget target, Comparison comparison, Missing missing) {
        Dataset<Row> classes = comparison.compare(keyed(comparison), target.rows(), missing);
        return new Compared(
                source, classes, ClassCounts.of(comparison.counted(classes).collectAsList()));
    }

    /** A target whose rows were flagged once keeps the column. */
    private static StateColumns withFlagsOfTheTarget(StateColumns state, Optional<Dataset<Row>> there) {
        return there.filter(rows -> Columns.byName(rows.schema()).containsKey(Columns.lower(state.deletedAt())))
                .map(rows -> state.withFlags())
                .orElse(state);
    }

    private static void requireNamesAreFree(StructType schema, StateColumns state) {
        Set<String> taken = Columns.byName(schema).keySet();
        Stream.concat(state.names().stream(), Stream.of(Changes.ACTION))
                .filter(name -> taken.contains(Columns.lower(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw RefreshErrors.nameIsTaken(name);
                });
    }

    private static Source read(RefreshCall refresh) {
        Settings settings = refresh.settings();
        Source source = refresh.embed().source().pinned();
        Dataset<Row> all = source.rows();
        Dataset<Row> since = settings.find(JobSettings.SINCE)
                .map(condition -> SparkCall.translate(
                        () -> all.where(condition), e -> RefreshErrors.sinceCannotBeRead(condition, e)))
                .orElse(all);
        // Which rows a limit lets through depends on who comes first; once kept, each scan sees the same ones.
        return source.with(settings.isChosen(JobSettings.LIMIT) ? since.localCheckpoint() : since);
    }

    private static StateColumns state(RefreshCall refresh) {
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
    private static EmbedOptions withRanges(
            RefreshCall refresh, Dataset<Row> rows, Optional<Dataset<Row>> there, boolean samples) {
        EmbedCall call = refresh.embed();
        EmbedOptions options = call.options();
        if (!Calibration.isNeeded(options)) {
            return options;
        }
        Optional<EncodingRanges> known = there.flatMap(found -> ranges(call, found)
                .or(() -> RequestedTables.sink(call.spark(), refresh.settings(), WriteMode.APPEND)
                        .recordedRanges()
                        .map(EncodingRanges::ofJson)));
        if (known.isPresent() || !samples) {
            return known.map(ranges -> options.with(EmbedOptions.ENCODING_RANGES, ranges))
                    .orElse(options);
        }
        Calibration calibration = Calibration.of(rows, call.columns().byText().keySet(), options);
        refresh.note(calibration.note());
        WatchedRun.awaitListeners(call.spark());
        return calibration.in(options);
    }

    private static Optional<EncodingRanges> ranges(EmbedCall call, Dataset<Row> there) {
        return EmbeddingMetadata.columns(there.schema()).stream()
                .filter(field -> call.columns().byText().containsValue(field.name()))
                .flatMap(field -> EmbeddingMetadata.of(field).stream())
                .flatMap(label -> label.ranges().stream())
                .findFirst()
                .map(EncodingRanges::ofJson);
    }
}

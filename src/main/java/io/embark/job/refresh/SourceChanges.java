/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbarkException;
import io.embark.job.embed.Stop;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.ReadChanges;
import io.embark.job.settings.Settings;
import io.embark.job.source.Source;
import io.embark.job.table.Answer;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import io.embark.job.table.TableFeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * Compares what changed in the source since the last refresh, and no other row of it, where both tables tell and nothing speaks
 * against it. A row that is overlooked keeps a vector that is wrong, so whatever is not certain is a reason to read the source as a
 * whole; and which rows are embedded is decided by the hashes all the same.
 */
final class SourceChanges implements AutoCloseable {
    /** Keys of so many changes are sent to every executor, so that their rows are not shuffled. */
    private static final long MOST_BROADCAST = 500_000;

    private final RefreshCall refresh;
    private final Settings settings;
    private final Source source;
    private final ComparedTarget target;
    private final Comparison comparison;
    private final Answer<TableFeed> feed;
    private Map<String, String> told = Map.of();

    /** Keys that changed; null unless some are kept. */
    private Dataset<Row> changed;

    /** @param source all of its rows, at one version where it keeps them */
    SourceChanges(RefreshCall refresh, Source source, ComparedTarget target, Comparison comparison) {
        this.refresh = refresh;
        this.settings = refresh.settings();
        this.source = source;
        this.target = target;
        this.comparison = comparison;
        this.feed = isWhole() && source.version().isPresent() ? TableFeed.of(source.rows()) : Answer.none("");
    }

    /** Whether the target will hold what the settings say of the source that they name. */
    private boolean isWhole() {
        boolean isNamed =
                Stream.of(JobSettings.INPUT, JobSettings.TABLE, JobSettings.SQL).anyMatch(settings::isChosen);
        return isNamed
                && refresh.place().keepsVersions()
                && !refresh.isNarrowed()
                && !refresh.takesFirst()
                && !refresh.rebuilds()
                && !settings.isOn(JobSettings.ADOPT);
    }

    /** What the commit of this run is to carry for the next one; empty if that cannot go on from it. */
    Optional<String> toRemember() {
        return feed.value().map(this::now).map(LastSource::toJson);
    }

    private LastSource now(TableFeed of) {
        return LastSource.of(of.version(), refresh.embed(), comparison.state(), settings);
    }

    /** What was read of the source, under the names of {@code summary.json}; nothing where nobody would ask. */
    Map<String, String> told() {
        return told;
    }

    /** Compares the changes, and says so, or why not; empty if all of the source is to be compared. */
    Optional<Compared> compare(Missing missing) {
        if (settings.get(JobSettings.CHANGES) == ReadChanges.SCAN
                || target.rows().isEmpty()) {
            return Optional.empty();
        }
        Answer<Compared> compared =
                feed.then(of -> refresh.place().remembered().then(text -> since(of, text, missing)));
        if (!compared.why().isBlank()) {
            told = Map.of("whole", compared.why());
            refresh.note("reading the whole source: %s".formatted(compared.why()));
        }
        return compared.value();
    }

    private Answer<Compared> since(TableFeed of, String remembered, Missing missing) {
        Optional<LastSource> last = LastSource.of(remembered);
        if (last.isEmpty()) {
            return Answer.none("the last refresh was of another version of Embark");
        }
        if (!last.get().asked().equals(now(of).asked())) {
            return Answer.none("the last refresh had other settings or columns");
        }
        try {
            Answer<Compared> compared = of.since(last.get().source()).then(changes -> compare(changes, missing));
            if (compared.value().isPresent()) {
                told = new TreeMap<>(Map.of(
                        "from", last.get().source().shown(), "to", of.version().shown()));
                refresh.note("reading what changed in the source since %s"
                        .formatted(last.get().source().shown()));
            }
            return compared;
        } catch (EmbarkException e) {
            throw e;
        } catch (Exception e) {
            // Spark throws checked exceptions without declaring them.
            if (Stop.isTold()) {
                throw e;
            }
            return Answer.none("its changes cannot be read: %s".formatted(Failures.rootLine(e)));
        }
    }

    private Answer<Compared> compare(Dataset<Row> changes, Missing missing) {
        close();
        changed = keys(changes).persist(StorageLevel.MEMORY_AND_DISK());
        Column before = Columns.named(ClassRule.BEFORE);
        Row all = changed.agg(
                        functions.count(functions.lit(1)),
                        functions.max(ClassRule.anyNull(comparison.keys())),
                        functions.max(functions.not(before.between(0, 1))))
                .head();
        if (all.getLong(0) > 0 && (all.getBoolean(1) || all.getBoolean(2))) {
            return Answer.none("a key may be null in it, or stand twice");
        }
        Source now = source.with(now(changes, all.getLong(0)));
        Dataset<Row> keyed =
                comparison.ofChanges(comparison.keyed(now.rows()), changed.drop(TableFeed.CAME, TableFeed.COMMIT));
        Dataset<Row> classes = comparison.compare(keyed, target.rows(), missing.told());
        ClassCounts found = ClassCounts.of(comparison.counted(classes).collectAsList());
        for (RowClass doubt : List.of(RowClass.IN_DOUBT, RowClass.DOUBLED, RowClass.NULL_KEY)) {
            if (found.has(doubt)) {
                return Answer.none(
                        "what changed does not fit to the output, at key %s".formatted(found.example(doubt)));
            }
        }
        return Answer.of(new Compared(now, classes, found));
    }

    /**
     * The keys that changed, as the target has them: when last, whether a row of theirs came then, and how many rows had them before. The
     * rows that came, less those that went, are what there are more of now; and there is one now if one came last.
     */
    private Dataset<Row> keys(Dataset<Row> changes) {
        String last = "embark_last";
        String more = "embark_more";
        Column came = Columns.named(TableFeed.CAME);
        List<Column> selected = new ArrayList<>(comparison.keysAsThere());
        selected.add(came);
        selected.add(Columns.named(TableFeed.COMMIT));
        List<Column> result = new ArrayList<>(comparison.keys());
        result.add(functions.col(last).getField(TableFeed.COMMIT).as(TableFeed.COMMIT));
        result.add(functions.col(last).getField(TableFeed.CAME).as(TableFeed.CAME));
        result.add(functions
                .when(functions.col(last).getField(TableFeed.CAME), 1L)
                .otherwise(0L)
                .minus(Columns.named(more))
                .as(ClassRule.BEFORE));
        return changes.select(selected.toArray(new Column[0]))
                .groupBy(comparison.keys().toArray(new Column[0]))
                .agg(
                        functions
                                .max(functions.struct(Columns.named(TableFeed.COMMIT), came))
                                .as(last),
                        functions.sum(functions.when(came, 1L).otherwise(-1L)).as(more))
                .select(result.toArray(new Column[0]));
    }

    /** The rows that came last, of keys that are there. */
    private Dataset<Row> now(Dataset<Row> changes, long keys) {
        Dataset<Row> wanted = changed.where(Columns.named(TableFeed.CAME)).drop(TableFeed.CAME, ClassRule.BEFORE);
        Column same = comparison
                .sameKeys()
                .and(ClassRule.of("l", TableFeed.COMMIT).equalTo(ClassRule.of("r", TableFeed.COMMIT)));
        return changes.where(Columns.named(TableFeed.CAME))
                .as("l")
                .join((keys <= MOST_BROADCAST ? functions.broadcast(wanted) : wanted).as("r"), same, "left_semi")
                .select(Arrays.stream(source.rows().columns())
                        .map(Columns::named)
                        .toArray(Column[]::new));
    }

    /** Lets go of the keys: what was compared cannot be read any more. */
    @Override
    public void close() {
        if (changed != null) {
            changed.unpersist();
            changed = null;
        }
    }
}

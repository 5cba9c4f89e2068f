/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbarkException;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.FailedRows;
import io.embark.job.embed.FailureLimit;
import io.embark.job.embed.FullDisk;
import io.embark.job.embed.ReadBack;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.VectorColumns;
import io.embark.job.embed.WatchedRun;
import io.embark.job.print.Figures;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Changes;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.source.Repartitioning;
import io.embark.job.source.Source;
import io.embark.job.stage.CommitEvery;
import io.embark.job.stage.StageFolder;
import io.embark.job.stage.StageWriter;
import io.embark.job.stage.StagedFile;
import io.embark.job.stage.StagedRows;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Embeds what is new or changed, and brings all changes into the target. */
final class RefreshWrite {
    /** Keys of so many rows are sent to every executor, so that the source is not shuffled for their sake. */
    private static final long MOST_BROADCAST = 500_000;

    private static final Logger LOG = LoggerFactory.getLogger(RefreshWrite.class);

    private final RefreshCall refresh;
    private final Settings settings;
    private final EmbedCall call;
    private final Sink sink;
    private final Refreshing place;
    private final ComparedTarget target;
    private final ChangedRows changed;
    private final Comparison comparison;
    private EmbedCounts counts = EmbedCounts.of(Map.of());
    private FailedRows failed = FailedRows.NONE;
    private long rowsWritten;

    RefreshWrite(RefreshCall refresh, ComparedTarget target, Comparison comparison) {
        this.refresh = refresh;
        this.settings = refresh.settings();
        this.call = refresh.embed();
        this.sink = refresh.sink();
        this.place = refresh.place();
        this.target = target;
        this.comparison = comparison;
        this.changed = new ChangedRows(comparison, target.schema(), refresh.deleted(), refresh.takesFirst());
    }

    /** What embedding took. */
    EmbedCounts counts() {
        return counts;
    }

    /** The rows that have a text and got no vector. */
    FailedRows failed() {
        return failed;
    }

    /** Rows that were put, updated, flagged and deleted. */
    long rowsWritten() {
        return rowsWritten;
    }

    /**
     * Embeds and writes.
     *
     * @param plan keys, hashes and classes of the rows that differ
     * @return false if another run was quicker
     */
    boolean run(Source source, Dataset<Row> plan, ClassCounts found, Runnable before) {
        rowsWritten = found.get(RowClass.UPDATED) + found.get(RowClass.GONE);
        try {
            boolean comes = place.takesRowsAsTheyCome() && !refresh.rebuilds();
            return comes ? addAlone(source, plan, found, before) : stage(source, plan, found, before);
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(sink.description(), e);
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (FullDisk.isToldBy(e)) {
                throw RunErrors.diskIsFull(
                        FullDisk.disks(call.spark(), sink.folder().map(Path::new), e), e);
            }
            throw e;
        }
    }

    /** Nothing is put aside; the stage tells another refresh of this place that this one works. */
    private boolean addAlone(Source source, Dataset<Row> plan, ClassCounts found, Runnable before) throws IOException {
        StagePlace at = StagePlace.of(call.spark(), sink, settings.find(JobSettings.STAGE));
        try (StageFolder alone = StageFolder.open(at.files(), at.target(), sink.description())) {
            boolean done = add(source, plan, found, before);
            alone.discard();
            return done;
        }
    }

    /** Rows go in as they are embedded; what is in stays in, and the next run finds it there. */
    private boolean add(Source source, Dataset<Row> plan, ClassCounts found, Runnable before) {
        if (found.toEmbed() > 0) {
            Dataset<Row> chosen = chosen(
                    source,
                    Comparison.toEmbed(plan),
                    found.toEmbed(),
                    target.rows().isEmpty());
            sink.chosen(chosen);
            try (WatchedRun watched = watched(found.toEmbed(), found)) {
                Dataset<Row> embedded = embedded(source, chosen, known(Comparison.toEmbed(plan), found.toEmbed()));
                unlessManyFail(watched, found, this::failedThere, false, () -> {
                    sink.write(embedded, before);
                    return null;
                });
                watched.stopCounting();
                counts = watched.counts();
                rowsWritten += watched.progress().rowsWritten();
                requireAllCame(watched.progress().rowsWritten(), found.toEmbed());
            }
            requireFewFailed(this::failedThere, found, false);
        }
        if (target.rows().isEmpty()) {
            return true;
        }
        Changes others =
                changed.of(source.rows(), plan, Optional.empty(), target.rows().get(), found);
        Changes all = target.state().vectors().chunked() ? withSurplus(others, plan) : others;
        return place.apply(all, found.toEmbed() > 0 ? () -> {} : before);
    }

    /** Rows are found again by their hashes where a key may stand twice; those that differ at each read are not. */
    private void requireAllCame(long came, long wanted) {
        if (refresh.takesFirst() && came < wanted) {
            throw RefreshErrors.sourceDiffersAtEachRead(wanted - came);
        }
    }

    private Dataset<Row> failedThere() {
        Column hasNoHash = call.columns().byText().values().stream()
                .map(vector -> Columns.named(StateColumns.textHash(vector)).isNull())
                .reduce(Column::or)
                .orElseThrow();
        return place.there().orElseThrow().where(hasNoHash);
    }

    /** Names the rows that failed, and refuses more of them than are allowed. */
    private void requireFewFailed(Supplier<Dataset<Row>> rows, ClassCounts found, boolean isWhole) {
        if (counts.get(Count.FAILED) == 0) {
            return;
        }
        failed = FailedRows.find(settings, call.columns(), call.options(), rows.get());
        FailureLimit.of(settings)
                .ifPresent(limit -> limit.require(counts, texts(found), () -> failed, sink.description(), isWhole));
    }

    /** Texts that failed are tried each night: they are held against all of the source, not against those of this night. */
    private long texts(ClassCounts found) {
        return Math.max(
                counts.get(Count.TEXTS),
                found.inTheSource() * call.columns().byText().size());
    }

    /** Embeds rows, and says how many failed if that is why it came to no end. */
    private <T> T unlessManyFail(
            WatchedRun watched, ClassCounts found, Supplier<Dataset<Row>> rows, boolean isWhole, Supplier<T> work) {
        try {
            return work.get();
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (watched.endedByFailures().isEmpty()) {
                throw e;
            }
            watched.stopCounting();
            EmbarkException many = FailureLimit.of(settings)
                    .orElseThrow()
                    .areTooMany(
                            watched.endedByFailures().getAsLong(),
                            texts(found),
                            () -> named(rows),
                            sink.description(),
                            isWhole);
            many.addSuppressed(e);
            throw many;
        }
    }

    /** Some of the rows that failed; the run has failed anyway, whether they can be named or not. */
    private FailedRows named(Supplier<Dataset<Row>> rows) {
        try {
            return FailedRows.find(settings, call.columns(), call.options(), rows.get());
        } catch (RuntimeException e) {
            LOG.warn("Rows that failed cannot be named: {}", Failures.rootLine(e));
            return FailedRows.NONE;
        }
    }

    /** What this run has put aside so far. */
    private Dataset<Row> kept(StageFolder stage) {
        try {
            return stage.kept(call.spark(), target.schema()).stream()
                    .reduce(Dataset::union)
                    .orElseGet(() -> call.spark().createDataFrame(List.<Row>of(), target.schema()));
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(sink.description(), e);
        }
    }

    /** What is known of rows to embed; of a place that is made anew, finding out would read the whole source. */
    private Repartitioning.Known known(Dataset<Row> wanted, long count) {
        return target.rows().isEmpty() ? Repartitioning.Known.rows(count) : comparison.known(wanted);
    }

    /** Chunks of documents that have fewer of them now that the new ones are in. */
    private Changes withSurplus(Changes changes, Dataset<Row> plan) {
        String chunks =
                StateColumns.chunks(call.columns().byText().values().iterator().next());
        Dataset<Row> now = ChangedRows.matching(
                place.there().orElseThrow(), changed.ofClass(plan, RowClass.CHANGED), call.ids(), "left_semi");
        Column chunk = Columns.named(VectorColumns.CHUNK);
        List<Column> ids = call.ids().stream().map(Columns::named).toList();
        Dataset<Row> first = now.where(chunk.equalTo(0))
                .select(Stream.concat(
                                ids.stream(), Stream.of(Columns.named(chunks).as("embark_first")))
                        .toArray(Column[]::new));
        Dataset<Row> surplus = now.select(
                        changed.keys().stream().map(Columns::named).toArray(Column[]::new))
                .join(first, call.ids().toArray(String[]::new), "inner")
                .where(chunk.geq(Columns.named("embark_first")))
                .drop("embark_first");
        return new Changes(
                changes.rows().unionByName(changed.filled(surplus, Changes.DELETE)),
                changes.keys(),
                changes.kept(),
                changes.mark());
    }

    private boolean stage(Source source, Dataset<Row> plan, ClassCounts found, Runnable before) throws IOException {
        StagePlace at = StagePlace.of(call.spark(), sink, settings.find(JobSettings.STAGE));
        try (StageFolder stage = StageFolder.open(at.files(), at.target(), sink.description())) {
            Optional<Dataset<Row>> puts = found.toEmbed() == 0 ? Optional.empty() : puts(source, plan, found, stage);
            boolean done = commit(source, plan, puts, found, before);
            if (done) {
                stage.discard();
            }
            return done;
        }
    }

    private Optional<Dataset<Row>> puts(Source source, Dataset<Row> plan, ClassCounts found, StageFolder stage)
            throws IOException {
        Dataset<Row> wanted = Comparison.toEmbed(plan);
        Optional<Dataset<Row>> kept =
                new StagedPuts(comparison, target.state(), call.ids(), target.schema()).of(stage, wanted);
        long reused = 0;
        Dataset<Row> todo = wanted;
        if (kept.isPresent()) {
            Column[] keys = call.ids().stream().map(Columns::named).toArray(Column[]::new);
            Dataset<Row> done = kept.get().select(keys).distinct();
            reused = done.count();
            todo = ChangedRows.matching(wanted, done, call.ids(), "left_anti");
            refresh.note("%s embedded by a run that did not come to its end; taken from there"
                    .formatted(Figures.count(reused, "row was", "rows were")));
            rowsWritten += kept.get().count();
        }
        long left = found.toEmbed() - reused;
        if (left <= 0) {
            return kept;
        }
        boolean isWhole = target.rows().isEmpty() && kept.isEmpty();
        Dataset<Row> chosen = chosen(source, todo, left, isWhole);
        CommitEvery every =
                CommitEvery.parse(settings.find(JobSettings.COMMIT_EVERY).orElse("10m"));
        try (WatchedRun watched = watched(left, found)) {
            Dataset<Row> embedded = embedded(source, chosen, known(todo, left));
            List<StagedFile> files = unlessManyFail(
                    watched, found, () -> kept(stage), true, () -> StageWriter.write(embedded, stage, every));
            watched.stopCounting();
            counts = watched.counts();
            long staged = files.stream().mapToLong(StagedFile::rows).sum();
            rowsWritten += staged;
            requireAllCame(staged, left);
            Optional<Dataset<Row>> made = StagedRows.read(call.spark(), files, target.schema());
            made.ifPresent(rows -> requireFewFailed(() -> rows, found, true));
            return kept.isPresent() && made.isPresent()
                    ? Optional.of(kept.get().union(made.get()))
                    : made.or(() -> kept);
        }
    }

    private boolean commit(
            Source source, Dataset<Row> plan, Optional<Dataset<Row>> puts, ClassCounts found, Runnable before) {
        Runnable compared = () -> {
            if (!place.isAsCompared()) {
                throw OutputErrors.changedMeanwhile(sink.description());
            }
            sink.unseen(target.schema()).ifPresent(rows -> new ReadBack(
                            call.columns(),
                            call.ids(),
                            call.options(),
                            call.metadata().toMetadata())
                    .require(sink.description(), rows));
            before.run();
        };
        if (target.rows().isEmpty()) {
            Dataset<Row> rows = puts.orElseGet(() -> call.spark().createDataFrame(List.<Row>of(), target.schema()));
            sink.chosen(rows);
            sink.write(labelled(rows), compared);
            return true;
        }
        Changes others = changed.of(source.rows(), plan, puts, target.rows().get(), found);
        if (target.isAdopted()) {
            sink.write(labelled(others.appliedTo(target.rows().get())), compared);
            return true;
        }
        return place.apply(others, before);
    }

    /** Files keep what is said of columns as text; here they get it back as it is written. */
    private Dataset<Row> labelled(Dataset<Row> rows) {
        return rows.select(Arrays.stream(target.schema().fields())
                .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                .toArray(Column[]::new));
    }

    private WatchedRun watched(long total, ClassCounts found) {
        Optional<FailureLimit> limit = FailureLimit.of(settings);
        long texts = texts(found);
        return new WatchedRun(
                call.spark(),
                refresh.console(),
                OptionalLong.of(total),
                refresh.quiet(),
                // Of documents in chunks, rows are written that nobody counted before.
                !call.columns().chunked(),
                limit.<LongPredicate>map(most -> failed -> most.isBeyond(failed, texts)));
    }

    /** The rows of the source whose keys are wanted. */
    private Dataset<Row> chosen(Source source, Dataset<Row> wanted, long count, boolean isWhole) {
        if (isWhole && !refresh.takesFirst()) {
            return source.rows();
        }
        Dataset<Row> keys = count <= MOST_BROADCAST ? functions.broadcast(wanted) : wanted;
        return comparison.chosen(source.rows(), keys, refresh.takesFirst());
    }

    /** The same rows with their vectors and state, spread over all cores. */
    private Dataset<Row> embedded(Source source, Dataset<Row> chosen, Repartitioning.Known known) {
        Set<String> texts = call.columns().byText().keySet();
        Dataset<Row> spread = chosen == source.rows() && source.cheap()
                ? Repartitioning.of(source, texts, false).rows()
                : Repartitioning.ofKnown(chosen, texts, known);
        String vector = call.columns().byText().values().iterator().next();
        Dataset<Row> embedded = call.columns()
                .embedCounted(
                        WatchedRun.counted(spread),
                        call.options(),
                        call.metadata().toMetadata(),
                        StateColumns.chunks(vector));
        return target.state().addTo(embedded, target.schema());
    }
}

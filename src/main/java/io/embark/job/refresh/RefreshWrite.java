/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.FailedRows;
import io.embark.job.embed.FullDisk;
import io.embark.job.embed.ReadBack;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.WatchedRun;
import io.embark.job.print.Figures;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Changes;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.source.Deduplicate;
import io.embark.job.source.Repartitioning;
import io.embark.job.source.Source;
import io.embark.job.stage.CommitEvery;
import io.embark.job.stage.StageFolder;
import io.embark.job.stage.StageWriter;
import io.embark.job.stage.StagedFile;
import io.embark.job.stage.StagedRows;
import io.embark.job.table.Columns;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/** Embeds what is new or changed, and brings all changes into the target. */
final class RefreshWrite {
    /** Keys of so many rows are sent to every executor, so that the source is not shuffled for their sake. */
    private static final long MOST_BROADCAST = 500_000;

    private final RefreshCall refresh;
    private final Settings settings;
    private final EmbedCall call;
    private final Sink sink;
    private final Refreshing place;
    private ComparedTarget target;
    private final ChangedRows changed;
    private final Comparison comparison;
    private final Optional<String> toRemember;
    private EmbedCounts counts = EmbedCounts.of(Map.of());
    private FailedTexts failed;
    private long rowsWritten;
    private boolean hasCommitted;

    /** @param toRemember what the commit is to carry, unless a text fails, which is to be tried again though it does not change */
    RefreshWrite(RefreshCall refresh, ComparedTarget target, Comparison comparison, Optional<String> toRemember) {
        this.toRemember = toRemember;
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
        return failed == null ? FailedRows.NONE : failed.rows();
    }

    /** Whether a part of the rows is in the output. */
    boolean hasCommitted() {
        return hasCommitted;
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
        failed = new FailedTexts(refresh, found);
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
        StagePlace at = StagePlace.of(refresh);
        try (StageFolder alone = StageFolder.open(at.files(), at.target(), sink.description())) {
            boolean done = add(source, plan, found, before);
            alone.discardThis();
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
            try (WatchedRun watched = watched(found.toEmbed())) {
                Dataset<Row> embedded = embedded(source, chosen, known(Comparison.toEmbed(plan), found.toEmbed()));
                failed.endedBy(watched, this::failedThere, false, () -> {
                    sink.write(embedded, before);
                    return null;
                });
                watched.stopCounting();
                counts = watched.counts();
                rowsWritten += watched.progress().rowsWritten();
                requireAllCame(watched.progress().rowsWritten(), found.toEmbed());
            }
            failed.requireFew(counts, this::failedThere, false);
        }
        if (target.rows().isEmpty()) {
            return true;
        }
        Changes others =
                changed.of(source.rows(), plan, Optional.empty(), target.rows().get(), found);
        Changes all = target.state().vectors().chunked()
                ? changed.withSurplus(others, plan, place.there().orElseThrow())
                : others;
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
        boolean isAsked = target.rows().isPresent() && settings.get(JobSettings.DEDUPLICATE) == Deduplicate.AUTO;
        return isAsked ? comparison.known(wanted) : Repartitioning.Known.rows(count);
    }

    private boolean stage(Source source, Dataset<Row> plan, ClassCounts found, Runnable before) throws IOException {
        StagePlace at = StagePlace.of(refresh);
        try (StageFolder stage = StageFolder.open(at.files(), at.target(), sink.description())) {
            Appended.requireNone(refresh, stage);
            Slices slices = Slices.of(settings, call.ids(), found.toEmbed());
            // What is there of a dead run is held against them again and again, and must be the same each time.
            boolean isKept = target.rows().isEmpty() && (stage.followsAnother() || !slices.areOne());
            Dataset<Row> known = isKept ? plan.persist(StorageLevel.MEMORY_AND_DISK()) : plan;
            try {
                boolean done = commit(source, known, found, slices, stage, before);
                if (done) {
                    stage.discardThis();
                    StagePlace.discardLeft(refresh);
                }
                return done;
            } finally {
                if (isKept) {
                    known.unpersist();
                }
            }
        }
    }

    private boolean commit(
            Source source, Dataset<Row> plan, ClassCounts all, Slices slices, StageFolder stage, Runnable before)
            throws IOException {
        long done = 0;
        while (true) {
            long began = System.nanoTime();
            long embedded = counts.get(Count.TEXTS);
            boolean isAll = slices.areOne();
            Dataset<Row> part = slices.next(plan);
            ClassCounts found =
                    isAll ? all : ClassCounts.of(comparison.counted(part).collectAsList());
            Optional<Dataset<Row>> puts =
                    found.toEmbed() == 0 ? Optional.empty() : puts(source, part, found, isAll, stage);
            if (found.differing() > 0 || target.isAdopted() || isAll) {
                place.remember(
                        slices.isLast() ? toRemember.filter(json -> counts.get(Count.FAILED) == 0) : Optional.empty());
                if (!Appended.marked(refresh, stage, () -> commit(source, part, puts, found, before))) {
                    return false;
                }
                hasCommitted = true;
            }
            if (slices.isLast()) {
                return true;
            }
            done += found.toEmbed();
            refresh.note("%s of %s rows to embed are in the output"
                    .formatted(Figures.count(done), Figures.count(all.toEmbed())));
            slices.took(
                    (counts.get(Count.TEXTS) - embedded)
                            / call.columns().byText().size(),
                    Figures.seconds(System.nanoTime() - began));
            if (hasCommitted) {
                target = target.after(place.there());
            }
        }
    }

    /** @param isAll whether all rows to embed are among those of the plan */
    private Optional<Dataset<Row>> puts(
            Source source, Dataset<Row> plan, ClassCounts found, boolean isAll, StageFolder stage) throws IOException {
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
        boolean isWhole = isAll && target.rows().isEmpty() && kept.isEmpty();
        Dataset<Row> chosen = chosen(source, todo, left, isWhole);
        CommitEvery every = CommitEvery.parse(
                JobSettings.COMMIT_EVERY.key(),
                settings.find(JobSettings.COMMIT_EVERY).orElse("10m"));
        try (WatchedRun watched = watched(left)) {
            Dataset<Row> embedded = embedded(source, chosen, known(todo, left));
            List<StagedFile> files = failed.endedBy(
                    watched, () -> kept(stage), !hasCommitted, () -> StageWriter.write(embedded, stage, every));
            watched.stopCounting();
            counts = counts.plus(watched.counts());
            long staged = files.stream().mapToLong(StagedFile::rows).sum();
            rowsWritten += staged;
            requireAllCame(staged, left);
            Optional<Dataset<Row>> made = StagedRows.read(call.spark(), files, target.schema());
            made.ifPresent(rows -> failed.requireFew(counts, () -> rows, !hasCommitted));
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
            sink.unseen(written()).ifPresent(rows -> new ReadBack(
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
            Dataset<Row> whole = labelled(rows);
            refresh.apart()
                    .ifPresentOrElse(
                            state -> state.replace(whole, compared),
                            () -> sink.write(
                                    refresh.compares() ? whole : target.state().without(whole), compared));
            return true;
        }
        Changes others = changed.of(source.rows(), plan, puts, target.rows().get(), found);
        if (target.isAdopted()) {
            sink.write(labelled(others.appliedTo(target.rows().get())), compared);
            return true;
        }
        return place.apply(others, before);
    }

    /** The columns of the place, as far as it is one that can be looked into before its rows are seen. */
    private StructType written() {
        StructType all = target.schema();
        return refresh.keepsState()
                ? all
                : new StructType(Arrays.stream(all.fields())
                        .filter(field -> !target.state().names().contains(field.name()))
                        .toArray(StructField[]::new));
    }

    /** Files keep what is said of columns as text; here they get it back as it is written. */
    private Dataset<Row> labelled(Dataset<Row> rows) {
        return rows.select(Arrays.stream(target.schema().fields())
                .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                .toArray(Column[]::new));
    }

    private WatchedRun watched(long total) {
        return new WatchedRun(
                call.spark(),
                refresh.console(),
                OptionalLong.of(total),
                refresh.quiet(),
                // Of documents in chunks, rows are written that nobody counted before.
                !call.columns().chunked(),
                failed.areTooMany());
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
        Deduplicate deduplicate = settings.get(JobSettings.DEDUPLICATE);
        Dataset<Row> spread = chosen == source.rows() && source.cheap()
                ? Repartitioning.of(source, texts, false, deduplicate).rows()
                : Repartitioning.ofKnown(chosen, texts, known, deduplicate);
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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.stage.CommitEvery;
import io.embark.job.table.Columns;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The commits of one refresh: one for all that differs, or several of the rows to embed, chosen by hashes of their keys. What is
 * updated or goes is in the first of them. Used by one thread.
 */
final class Slices {
    private static final long BUCKETS = 1 << 20;

    /** Rows of the first slice where a time is asked for, since nobody knows the pace yet. */
    private static final long FIRST = 20_000;

    private final Optional<CommitEvery> every;
    private final Column bucket;
    private final long total;
    private final boolean areOne;
    private double rowsPerSecond;

    /** Where the next slice begins. */
    private long to;

    private Slices(Optional<CommitEvery> every, List<String> ids, long total) {
        this.every = every;
        this.total = total;
        this.areOne = every.isEmpty() || rows() >= total;
        this.bucket = functions.pmod(
                functions.xxhash64(ids.stream().map(Columns::named).toArray(Column[]::new)), functions.lit(BUCKETS));
    }

    /**
     * Of the settings of a run.
     *
     * @param ids the columns that name a row
     * @param total how many rows are to be embedded
     */
    static Slices of(Settings settings, List<String> ids, long total) {
        return new Slices(interval(settings), ids, total);
    }

    /** What the settings ask for; empty if all is committed at once. */
    static Optional<CommitEvery> interval(Settings settings) {
        return settings.find(JobSettings.MERGE_EVERY)
                .map(text -> CommitEvery.parse(JobSettings.MERGE_EVERY.key(), text));
    }

    /** Whether there is one slice of all. */
    boolean areOne() {
        return areOne;
    }

    /**
     * The next slice of what differs.
     *
     * @param plan keys, hashes and classes
     */
    Dataset<Row> next(Dataset<Row> plan) {
        if (areOne) {
            to = BUCKETS;
            return plan;
        }
        long from = to;
        double share = (double) rows() / Math.max(1, total);
        to = (long) Math.min(BUCKETS, from + Math.max(1, Math.ceil(share * BUCKETS)));
        Column isEmbedded = Columns.named(Comparison.CLASS).isin(RowClass.NEW.key(), RowClass.CHANGED.key());
        Column isIn = bucket.geq(from).and(bucket.lt(to));
        return plan.where(from == 0 ? functions.not(isEmbedded).or(isIn) : isEmbedded.and(isIn));
    }

    boolean isLast() {
        return to == BUCKETS;
    }

    /**
     * Tells what a slice took, by which the next ones are cut.
     *
     * @param rows how many were embedded; of those that were taken from elsewhere no pace is known
     */
    void took(long rows, double seconds) {
        if (rows > 0) {
            rowsPerSecond = rows / Math.max(seconds, 1e-3);
        }
    }

    private long rows() {
        return every.map(interval -> interval.countsRows()
                        ? interval.rows()
                        : rowsPerSecond == 0 ? FIRST : Math.max(1, (long) (rowsPerSecond * interval.seconds())))
                .orElse(total);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.table.Columns;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Rows repartitioned so that every core has work until the end.
 *
 * <p>Spark cuts its input by bytes, but embedding costs by rows: a Parquet file of a few megabytes is one task and can keep
 * one core busy for an hour. So the rows of each partition are counted, and where partitions are too few, too big or too
 * uneven they are dealt out anew. Counting reads no column (Parquet and ORC answer from their footers). The result of a query
 * is not counted, since that would run it twice; it is dealt out by its estimated size.
 *
 * <p>Rows with equal texts are dealt to one partition and stand together there, so that each text is embedded once. Where that
 * would make a partition too big, since a text or null stands in a great part of the rows, rows are dealt out in turn: then
 * such a text is still embedded only once in each window. The result of a query is dealt out in turn as well.
 *
 * <p>That is {@link Deduplicate#AUTO}. With {@link Deduplicate#ALWAYS} rows are dealt out by their texts in each of these cases,
 * and where they lie well already. It costs a shuffle of all rows; and where a text stands in a great part of them, one task has
 * that part alone, in as little memory as any other, and embeds the text once in each of its windows. With {@link
 * Deduplicate#NEVER} rows are dealt out in turn or not at all, and nothing is asked of their texts before.
 *
 * <p>A task that is run again deals the same rows to the same partitions: by their texts, or in turn after Spark sorted them
 * ({@code spark.sql.execution.sortBeforeRepartition}).
 *
 * @param rows the rows, repartitioned
 * @param total how many there are, if they were counted
 * @hidden Public for Embark's other rooms only.
 */
public record Repartitioning(Dataset<Row> rows, OptionalLong total) {
    static final int TASKS_PER_CORE = 4;
    static final long ROWS_PER_PARTITION = 10_000;
    static final long MOST_ROWS_PER_PARTITION = 20_000;
    /** Below this a task costs more than its rows. */
    static final long FEWEST_ROWS_PER_PARTITION = 64;

    /** One repeated text in so many rows is worth dealing them out by their texts. */
    private static final long FEWEST_REPEATED = 50;

    /** How many times its share of the rows a partition may hold for the sake of equal texts. */
    private static final long MOST_SHARES_BY_TEXT = 2;

    private static final long BYTES_PER_PARTITION = 4L << 20;
    private static final long MOST_UNCOUNTED_PARTITIONS = 2_000;

    /**
     * Repartitions the rows of a source over all cores of the session.
     *
     * @param texts the columns to embed
     * @param limited whether the source is limited to some number of rows
     * @param deduplicate whether rows of equal texts come together
     */
    public static Repartitioning of(Source source, Collection<String> texts, boolean limited, Deduplicate deduplicate) {
        // Which rows a limit lets through depends on who comes first; once kept, a task that runs again sees the same
        // ones.
        Dataset<Row> rows = limited ? source.rows().localCheckpoint() : source.rows();
        int cores = rows.sparkSession().sparkContext().defaultParallelism();
        if (!source.cheap() && !limited) {
            int partitions = partitionsOfUncounted(rows, cores);
            return new Repartitioning(
                    deduplicate == Deduplicate.ALWAYS ? byText(rows, texts, partitions) : rows.repartition(partitions),
                    OptionalLong.empty());
        }

        List<Long> counts = rows.groupBy(functions.spark_partition_id()).count().collectAsList().stream()
                .map(row -> row.getLong(1))
                .toList();
        long total = counts.stream().mapToLong(Long::longValue).sum();
        boolean stays = deduplicate != Deduplicate.ALWAYS && isFine(counts, cores);
        int partitions = Math.toIntExact(partitions(total, cores));
        return new Repartitioning(
                stays ? rows : deal(rows, texts, total, partitions, deduplicate), OptionalLong.of(total));
    }

    /**
     * What is known of rows before they are read.
     *
     * @param total how many they are
     * @param texts how many different ones there are among their texts, of all columns together; the total if nobody knows
     * @param most how many rows have the text that most of them have
     */
    public record Known(long total, long texts, long most) {
        /** Of rows whose texts nobody knows. */
        public static Known rows(long total) {
            return new Known(total, total, 1);
        }

        private boolean repeats() {
            return texts <= total - total / FEWEST_REPEATED;
        }
    }

    /**
     * Deals rows out of which it is known how many they are, such as those that a comparison chose: they are scattered over the
     * partitions of their source, and finding out how would read it once more. By their texts if these repeat, else in turn.
     *
     * @param columns the columns to embed
     * @param known of their texts, only what {@link Deduplicate#AUTO} goes by
     */
    public static Dataset<Row> ofKnown(
            Dataset<Row> rows, Collection<String> columns, Known known, Deduplicate deduplicate) {
        int cores = rows.sparkSession().sparkContext().defaultParallelism();
        int partitions = Math.toIntExact(partitions(known.total(), cores));
        // A partition gets its share of the texts, and perhaps the one that stands in most rows.
        long share = ceilDiv(known.total(), partitions);
        boolean byText =
                switch (deduplicate) {
                    case AUTO -> known.repeats() && known.most() <= (MOST_SHARES_BY_TEXT - 1) * share;
                    case ALWAYS -> true;
                    case NEVER -> false;
                };
        return byText ? byText(rows, columns, partitions) : rows.repartition(partitions);
    }

    private static Dataset<Row> byText(Dataset<Row> rows, Collection<String> texts, int partitions) {
        Column[] columns = texts.stream().map(Columns::named).toArray(Column[]::new);
        return rows.repartition(partitions, columns).sortWithinPartitions(functions.xxhash64(columns));
    }

    private static Dataset<Row> deal(
            Dataset<Row> rows, Collection<String> texts, long total, int partitions, Deduplicate deduplicate) {
        return switch (deduplicate) {
            case AUTO -> dealIfEven(rows, texts, total, partitions);
            case ALWAYS -> byText(rows, texts, partitions);
            case NEVER -> rows.repartition(partitions);
        };
    }

    /** By their texts, unless that makes a partition too big. */
    private static Dataset<Row> dealIfEven(Dataset<Row> rows, Collection<String> texts, long total, int partitions) {
        Column[] columns = texts.stream().map(Columns::named).toArray(Column[]::new);
        // What Spark's repartition computes for each row: the sizes of the partitions that it would make.
        Column partition = functions.pmod(functions.hash(columns), functions.lit(partitions));
        long largest = rows.groupBy(partition).count().collectAsList().stream()
                .mapToLong(row -> row.getLong(1))
                .max()
                .orElse(0);
        long share = Math.max(FEWEST_ROWS_PER_PARTITION, ceilDiv(total, partitions));
        return largest > MOST_SHARES_BY_TEXT * share ? rows.repartition(partitions) : byText(rows, texts, partitions);
    }

    /** Whether partitions of these sizes keep all cores busy, so that moving the rows would gain nothing. */
    static boolean isFine(List<Long> counts, int cores) {
        long total = counts.stream().mapToLong(Long::longValue).sum();
        long largest = counts.stream().mapToLong(Long::longValue).max().orElse(0);
        long share = Math.max(2 * FEWEST_ROWS_PER_PARTITION, total / cores);
        return counts.size() >= fewest(total, cores) && largest <= Math.min(share, MOST_ROWS_PER_PARTITION);
    }

    /** How many partitions to deal so many rows to. */
    public static long partitions(long total, int cores) {
        return Math.max(1, Math.max(ceilDiv(total, ROWS_PER_PARTITION), fewest(total, cores)));
    }

    private static long fewest(long total, int cores) {
        return Math.min((long) TASKS_PER_CORE * cores, ceilDiv(total, FEWEST_ROWS_PER_PARTITION));
    }

    private static int partitionsOfUncounted(Dataset<Row> rows, int cores) {
        scala.math.BigInt bytes = rows.queryExecution().optimizedPlan().stats().sizeInBytes();
        // The estimate of a join is a product and may exceed any number that makes sense.
        double wanted = Math.ceil(bytes.doubleValue() / BYTES_PER_PARTITION);
        return (int) Math.max((long) TASKS_PER_CORE * cores, (long) Math.min(wanted, MOST_UNCOUNTED_PARTITIONS));
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}

package io.embark.job;

import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Rows spread so that every core has work until the end.
 *
 * <p>Spark cuts its input by bytes, but embedding costs by rows: a Parquet file of a few megabytes is one task and can keep
 * one core busy for an hour. So the rows of each partition are counted, and where partitions are too few, too big or too
 * uneven they are dealt out anew. Counting reads no column (Parquet and ORC answer from their footers). The result of a query
 * is not counted, since that would run it twice; it is dealt out by its estimated size.
 *
 * <p>Spark sorts rows before it deals them out ({@code spark.sql.execution.sortBeforeRepartition}), so that a task that is
 * run again deals the same rows to the same partitions.
 *
 * @param rows the rows, spread
 * @param total how many there are, if they were counted
 */
record Spreading(Dataset<Row> rows, OptionalLong total) {
    static final int TASKS_PER_CORE = 4;
    static final long ROWS_PER_PARTITION = 10_000;
    static final long MOST_ROWS_PER_PARTITION = 20_000;
    /** Below this a task costs more than its rows. */
    static final long FEWEST_ROWS_PER_PARTITION = 64;

    private static final long BYTES_PER_PARTITION = 4L << 20;
    private static final long MOST_UNCOUNTED_PARTITIONS = 2_000;

    /** Spreads the rows of a source over all cores of the session. */
    static Spreading of(Source source, boolean limited) {
        // Which rows a limit lets through depends on who comes first; once kept, a task that runs again sees the same
        // ones.
        Dataset<Row> rows = limited ? source.rows().localCheckpoint() : source.rows();
        int cores = rows.sparkSession().sparkContext().defaultParallelism();
        if (!source.cheap() && !limited) {
            return new Spreading(rows.repartition(partitionsOfUncounted(rows, cores)), OptionalLong.empty());
        }

        List<Long> counts = rows.groupBy(functions.spark_partition_id()).count().collectAsList().stream()
                .map(row -> row.getLong(1))
                .toList();
        long total = counts.stream().mapToLong(Long::longValue).sum();
        Dataset<Row> spread =
                isFine(counts, cores) ? rows : rows.repartition(Math.toIntExact(partitions(total, cores)));
        return new Spreading(spread, OptionalLong.of(total));
    }

    /** Whether partitions of these sizes keep all cores busy, so that moving the rows would gain nothing. */
    static boolean isFine(List<Long> counts, int cores) {
        long total = counts.stream().mapToLong(Long::longValue).sum();
        long largest = counts.stream().mapToLong(Long::longValue).max().orElse(0);
        long share = Math.max(2 * FEWEST_ROWS_PER_PARTITION, total / cores);
        return counts.size() >= fewest(total, cores) && largest <= Math.min(share, MOST_ROWS_PER_PARTITION);
    }

    /** How many partitions to deal so many rows to. */
    static long partitions(long total, int cores) {
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

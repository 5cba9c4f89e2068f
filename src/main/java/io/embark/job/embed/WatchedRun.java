/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.encode.EmbedCounts;
import io.embark.job.print.Console;
import io.embark.job.print.ProgressLine;
import io.embark.spark.exec.EmbedProgress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.LongPredicate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embedding while somebody watches: counts what it takes, and tells it on a line; what others run in the application meanwhile does
 * not count. Closing it takes the listener away. Used by one thread, which starts the jobs.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class WatchedRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedRun.class);

    private static final long MOST_MILLIS = 10_000;

    private final SparkSession spark;
    private final String run = UUID.randomUUID().toString();
    private final EmbedProgress progress = EmbedProgress.of(run);
    private final ProgressLine line;
    private final Optional<FailureWatch> failures;
    private boolean counts = true;

    /**
     * Begins to count what is seen as a whole in the end.
     *
     * @param total the rows to embed, if known
     * @param quiet whether nothing is told
     */
    public WatchedRun(SparkSession spark, Console console, OptionalLong total, boolean quiet) {
        this(spark, console, total, quiet, false, Optional.empty());
    }

    /**
     * Begins to count.
     *
     * @param total the rows to embed, if known
     * @param quiet whether nothing is told
     * @param keepsRows whether rows are written for good while tasks run
     * @param areTooMany whether so many failed texts end the run at once; empty if none do
     */
    public WatchedRun(
            SparkSession spark,
            Console console,
            OptionalLong total,
            boolean quiet,
            boolean keepsRows,
            Optional<LongPredicate> areTooMany) {
        this.spark = spark;
        this.line = new ProgressLine(console.err(), progress, total, keepsRows);
        this.failures = areTooMany.map(any -> new FailureWatch(spark.sparkContext(), run, progress, any));
        spark.sparkContext().addSparkListener(progress);
        failures.ifPresent(spark.sparkContext()::addSparkListener);
        spark.sparkContext().setLocalProperty(EmbedProgress.RUN, run);
        if (!quiet) {
            line.start();
        }
    }

    /** Ends counting: what a sample takes that is embedded once more is not part of the run. */
    public void stopCounting() {
        if (counts) {
            awaitListeners(spark);
            failures.ifPresent(spark.sparkContext()::removeSparkListener);
            spark.sparkContext().removeSparkListener(progress);
            spark.sparkContext().setLocalProperty(EmbedProgress.RUN, null);
            counts = false;
        }
    }

    /** How many texts had failed when that ended the run; empty if it went on. */
    public OptionalLong endedByFailures() {
        return failures.map(FailureWatch::failed).orElse(OptionalLong.empty());
    }

    /** What embedding took, and how many rows were written. */
    public EmbedProgress progress() {
        return progress;
    }

    /** What embedding took. */
    public EmbedCounts counts() {
        return progress.counts();
    }

    @Override
    public void close() {
        line.close();
        stopCounting();
    }

    /**
     * Rows that Spark counts and behind which its optimiser does not look. Else it computes constant texts apart from the rows
     * that ask for them, and nobody knows how many do.
     */
    public static Dataset<Row> counted(Dataset<Row> rows) {
        return rows.observe("embark", functions.count(functions.lit(1)).as("rows"));
    }

    /** The last tasks' figures are on their way when a job ends; Spark delivers events on a thread of its own. */
    public static void awaitListeners(SparkSession spark) {
        try {
            spark.sparkContext().listenerBus().waitUntilEmpty(MOST_MILLIS);
        } catch (TimeoutException e) {
            LOG.warn("The figures of the last tasks may be missing: {}", e.toString());
        }
    }
}

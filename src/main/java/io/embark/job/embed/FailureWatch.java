/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.spark.exec.EmbedProgress;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Ends the jobs of a run once so many of its texts have failed that it would be refused in the end: hours of work are not done for
 * that. Told of events after the {@link EmbedProgress} that counts for it. Thread-safe.
 */
final class FailureWatch extends SparkListener {
    /** A run of fewer comes to its end sooner than that is worth, and names more of its rows then. */
    private static final long FEWEST_TEXTS = 10_000;

    private final SparkContext context;
    private final String run;
    private final EmbedProgress progress;
    private final LongPredicate areTooMany;
    private final Set<Integer> jobs = new HashSet<>();
    private OptionalLong failed = OptionalLong.empty();

    /**
     * Of a run.
     *
     * @param run as its jobs have it for {@link EmbedProgress#RUN}
     * @param areTooMany whether so many failed texts are, whatever becomes of the others
     */
    FailureWatch(SparkContext context, String run, EmbedProgress progress, LongPredicate areTooMany) {
        this.context = context;
        this.run = run;
        this.progress = progress;
        this.areTooMany = areTooMany;
    }

    /** How many texts had failed when the run was ended; empty if it was not. */
    synchronized OptionalLong failed() {
        return failed;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        if (job.properties() != null && run.equals(job.properties().getProperty(EmbedProgress.RUN))) {
            jobs.add(job.jobId());
            if (failed.isPresent()) {
                end(job.jobId());
            }
        }
    }

    private void end(int job) {
        context.cancelJob(job, "too many texts failed");
    }

    /** By tasks that came to their end: what they wrote can be looked at, and no second try of them counts. */
    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        EmbedCounts now = progress.finished();
        long without = now.get(Count.FAILED);
        if (failed.isEmpty() && now.get(Count.TEXTS) >= FEWEST_TEXTS && areTooMany.test(without)) {
            failed = OptionalLong.of(without);
            jobs.forEach(this::end);
        }
    }
}

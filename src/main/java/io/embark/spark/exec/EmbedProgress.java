/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.spark.exec.EmbedMetrics.Counter;
import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.InternalAccumulator;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.util.AccumulatorContext;
import org.apache.spark.util.AccumulatorV2;
import scala.Option;

/**
 * Listens to how far embedding has come. Counts what finished tasks did, each partition once however often it was tried, and
 * what running ones had done at their last heartbeat. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedProgress extends SparkListener {
    /** The local property of a SparkContext that names a run. */
    public static final String RUN = "embark.watched-run";

    private static final Map<String, Counter> BY_LABEL =
            Arrays.stream(Counter.values()).collect(Collectors.toMap(Counter::label, Function.identity()));

    private record Partition(int stage, int partition) {}

    private static final String WRITTEN = InternalAccumulator.output$.MODULE$.RECORDS_WRITTEN();

    /** What tasks did of one partition. */
    private record Done(Map<Counter, Long> counts, long written) {}

    private final Map<Partition, Done> finished = new HashMap<>();
    private final Map<Long, Done> running = new HashMap<>();

    /** Of all that is finished, kept up to date: there may be very many partitions. */
    private final EnumMap<Counter, Long> finishedCounts = new EnumMap<>(Counter.class);

    private long finishedWritten;
    private final Set<Long> ended = new HashSet<>();

    private final Set<Integer> stages = new HashSet<>();
    private final String run;

    /** A listener to be added to a SparkContext, which counts whatever runs there. */
    public EmbedProgress() {
        this(null);
    }

    private EmbedProgress(String run) {
        this.run = run;
    }

    /** One that counts what runs with this text as the local property {@link #RUN}, and nothing that runs beside it. */
    public static EmbedProgress of(String run) {
        return new EmbedProgress(run);
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        if (run != null
                && job.properties() != null
                && run.equals(job.properties().getProperty(RUN))) {
            for (StageInfo stage : Scala.list(job.stageInfos())) {
                stages.add(stage.stageId());
            }
        }
    }

    private boolean isOfTheRun(int stage) {
        return run == null || stages.contains(stage);
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        if (!isOfTheRun(task.stageId())) {
            return;
        }
        running.remove(task.taskInfo().taskId());
        ended.add(task.taskInfo().taskId());
        if (task.reason() == Success$.MODULE$) {
            Done now = new Done(
                    counts(Scala.list(task.taskInfo().accumulables().toSeq())),
                    task.taskMetrics() == null
                            ? 0
                            : task.taskMetrics().outputMetrics().recordsWritten());
            Partition partition = new Partition(task.stageId(), task.taskInfo().partitionId());
            add(now, 1);
            Done before = finished.put(partition, now);
            if (before != null) {
                add(before, -1);
            }
        }
    }

    private void add(Done done, int sign) {
        done.counts().forEach((counter, count) -> finishedCounts.merge(counter, sign * count, Long::sum));
        finishedWritten += sign * done.written();
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        // Its type has a sequence in it, which is not the same in each version of Scala.
        for (var task : Scala.list(heartbeat.accumUpdates())) {
            long taskId = (Long) task._1();
            // The end of a task may overtake its last heartbeat.
            if (!ended.contains(taskId) && isOfTheRun((Integer) task._2())) {
                Collection<AccumulableInfo> seen = Scala.list(task._4());
                running.put(taskId, new Done(counts(seen), written(seen)));
            }
        }
    }

    /** Rows that came through so far; one that goes through two operators counts twice. */
    public synchronized long rows() {
        return sums().getOrDefault(Counter.ROWS, 0L);
    }

    /** Rows that are written for good where a task's rows are so before its end; those of tasks that failed are left out. */
    public synchronized long rowsKept() {
        return finishedWritten
                + running.values().stream().mapToLong(Done::written).sum();
    }

    /** Rows that finished tasks wrote. */
    public synchronized long rowsWritten() {
        return finishedWritten;
    }

    /** What embedding took so far, but for the peak batch, which is not told. */
    public synchronized EmbedCounts counts() {
        return counts(sums());
    }

    /** The same of tasks that came to their end. */
    public synchronized EmbedCounts finished() {
        return counts(finishedCounts);
    }

    private static EmbedCounts counts(Map<Counter, Long> sums) {
        EnumMap<Count, Long> counts = new EnumMap<>(Count.class);
        sums.forEach((counter, sum) ->
                counter.count().filter(count -> count != Count.PEAK).ifPresent(count -> counts.put(count, sum)));
        return EmbedCounts.of(counts);
    }

    private Map<Counter, Long> sums() {
        EnumMap<Counter, Long> sums = new EnumMap<>(finishedCounts);
        running.values()
                .forEach(task -> task.counts().forEach((counter, count) -> sums.merge(counter, count, Long::sum)));
        return sums;
    }

    private static long written(Collection<AccumulableInfo> accumulables) {
        return accumulables.stream()
                .filter(accumulable -> name(accumulable).equals(WRITTEN))
                .filter(accumulable -> accumulable.update().isDefined())
                .mapToLong(accumulable -> ((Number) accumulable.update().get()).longValue())
                .sum();
    }

    /** Spark's own lose their name on an executor, and find it again where the driver is another process. */
    private static String name(AccumulableInfo accumulable) {
        Option<String> name = accumulable.name();
        Option<AccumulatorV2<?, ?>> known =
                name.isDefined() ? Option.empty() : AccumulatorContext.get(accumulable.id());
        return known.isDefined() && known.get().name().isDefined()
                ? known.get().name().get()
                : name.getOrElse(() -> "");
    }

    private static Map<Counter, Long> counts(Collection<AccumulableInfo> accumulables) {
        EnumMap<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (AccumulableInfo accumulable : accumulables) {
            Option<String> name = accumulable.name();
            Counter counter = name.isDefined() ? BY_LABEL.get(name.get()) : null;
            // A timing starts at -1, which says that there is none.
            if (counter != null
                    && accumulable.update().isDefined()
                    && accumulable.update().get() instanceof Long count) {
                counts.merge(counter, Math.max(0, count), Long::sum);
            }
        }
        return counts;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.job.session.JobSession;
import io.embark.job.session.SessionRequest;
import io.embark.spark.models.DriverModels;
import io.embark.spark.models.ModelRequest;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.network.util.JavaUtils;

/**
 * The executors that embed while settings are tried: some of this machine's own, each a process as on a cluster, or those of the
 * session that runs already. Used by one thread.
 */
final class Crew implements AutoCloseable {
    private static final String EXECUTOR_MEMORY = "spark.executor.memory";

    /** In one of how many a measurement counts in which each executor had its share of tasks. */
    private static final int TRIES = 3;

    private final JobSession session;
    private final JavaSparkContext context;
    private final List<String> hosts;
    private final int slots;
    private final boolean started;
    private final Map<TextSample, Broadcast<String[]>> texts = new HashMap<>();

    /** @param hosts one for each executor */
    private Crew(JobSession session, List<String> hosts, int slots, boolean started) {
        this.started = started;
        this.session = session;
        this.context = JavaSparkContext.fromSparkContext(session.spark().sparkContext());
        this.hosts = hosts;
        this.slots = slots;
    }

    /** Those of a session that is there, which stays open. */
    static Crew of(JobSession session) {
        return new Crew(session, ExecutorPlace.hosts(session.spark()), ExecutorPlace.tasks(session.spark()), false);
    }

    /**
     * Executors of this machine alone.
     *
     * @param slots tasks of each at the same time
     */
    static Crew start(SessionRequest request, int executors, int slots) {
        Map<String, String> conf = new TreeMap<>(request.conf());
        String memory = conf.getOrDefault(EXECUTOR_MEMORY, "1g");
        conf.put(EXECUTOR_MEMORY, memory);
        conf.put(
                "spark.master",
                "local-cluster[%s,%s,%s]".formatted(executors, slots, JavaUtils.byteStringAsMb(memory)));
        conf.put("spark.executor.cores", String.valueOf(slots));
        conf.put("spark.task.cpus", "1");
        conf.put("spark.dynamicAllocation.enabled", "false");
        conf.put("spark.shuffle.service.enabled", "false");
        // Else what is told of memory would be that of several models.
        conf.put("spark.embark.max-models", "1");
        conf.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        conf.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s");
        conf.put("spark.ui.enabled", "false");
        conf.put("spark.cores.max", String.valueOf(executors * slots));
        JobSession session =
                JobSession.open(new SessionRequest(request.name(), conf, request.verbose(), request.ofTheJob()));
        return new Crew(session, Collections.nCopies(executors, "here"), slots, true);
    }

    int executors() {
        return hosts.size();
    }

    /** Machines that they are on. */
    int machines() {
        return Set.copyOf(hosts).size();
    }

    /** Tasks of each executor at the same time. */
    int slots() {
        return slots;
    }

    /**
     * Embeds texts for a while.
     *
     * @param rows the most texts of a window
     * @param seconds how long each task is measured, about
     * @return what each task did
     */
    List<Reading> embed(Setup setup, TextSample sample, int rows, double seconds) {
        int tasks = setup.allTasks();
        Trial trial = new Trial(request(setup.options()), broadcast(sample), rows, tasks, seconds);
        List<Reading> readings = List.of();
        for (int i = 0; i < TRIES; i++) {
            readings = run(tasks, trial);
            if (isSpread(readings, setup)) {
                return readings;
            }
        }
        throw BenchErrors.tasksDidNotRunTogether(
                tasks,
                readings.stream()
                        .collect(
                                Collectors.groupingBy(reading -> reading.executor, TreeMap::new, Collectors.counting()))
                        .values());
    }

    private boolean isSpread(List<Reading> readings, Setup setup) {
        return executors() == 1
                || readings.stream()
                        .collect(Collectors.groupingBy(reading -> reading.executor, Collectors.counting()))
                        .values()
                        .stream()
                        .allMatch(count -> count == setup.tasks());
    }

    /** Floating-point operations, or those of bytes, that so many tasks together multiply in a second. */
    double peak(int tasks, EmbedOptions options, Precision precision, double seconds) {
        return run(tasks, new PeakTask(options, precision, seconds)).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    /**
     * Has an executor hold what is to be timed against what has to be true of it.
     *
     * @param most how many texts there is time for
     * @return as {@link Gate#verdict}
     */
    Optional<Fidelity> check(Setup setup, TextSample sample, int most) {
        return Gate.verdict(run(1, new Gate(request(setup.options()), broadcast(sample), most))
                .get(0));
    }

    private ModelRequest request(EmbedOptions options) {
        EmbedOptions computable = Trial.computable(options);
        return new ModelRequest(DriverModels.of(context.sc()).pin(context.sc(), computable), computable);
    }

    private Broadcast<String[]> broadcast(TextSample sample) {
        return texts.computeIfAbsent(
                sample, key -> context.broadcast(key.texts().toArray(new String[0])));
    }

    private <T> List<T> run(int tasks, Function<Integer, T> work) {
        List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
        return context.parallelize(numbers, tasks).map(work).collect();
    }

    /** Ends those that this command started by itself, and removes their logs; others stay. */
    @Override
    public void close() {
        if (started) {
            String application = context.sc().applicationId();
            session.close();
            ExecutorPlace.removeLogs(application);
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Stage;
import io.embark.encode.LoadedModel;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this JVM: each is loaded by the first task that needs it, shared by all tasks, and closed when there are too
 * many. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ExecutorModels {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

    private static final LeasedModels MODELS = new LeasedModels(ExecutorModels::open, ExecutorModels::maxModels, LOG);

    /** All models together compute no more at a time than there are cores, by their number. */
    private static final Map<Integer, Semaphore> CORES = new ConcurrentHashMap<>();

    private static final Set<String> WARNINGS = ConcurrentHashMap.newKeySet();

    private ExecutorModels() {}

    /**
     * A lease on this JVM's model. Waits while it is loaded.
     *
     * @param gpu the number of the GPU that the caller was given
     * @param cancelled asked all the while
     * @throws EmbarkException as {@link PinnedModel#open} and {@link LoadedModel#open}, for all who waited for the same attempt
     * @throws CancellationException if the caller cancelled
     */
    public static LeasedModels.Lease lease(ModelRequest request, OptionalInt gpu, BooleanSupplier cancelled) {
        // All that a loaded model depends on; other options only matter before or after it.
        EmbedOptions load = request.options()
                .only(Stage.OPEN, Stage.LOAD)
                .with(EmbedOptions.THREADS, threads(request.options(), conf(), cores()));
        return MODELS.lease(new ModelLoad(new ModelRequest(request.model(), load), gpu), cancelled);
    }

    /** Closes every model, those that tasks hold when these end. The next task loads its model anew. */
    public static void closeAll() {
        MODELS.closeAll();
    }

    /** Says once in this JVM that a setting is to be changed. */
    public static void warnOnce(String message) {
        if (WARNINGS.add(message)) {
            LOG.warn(message);
        }
    }

    /** The compute threads of a model; never more than there are cores, whatever the options say. */
    static int threads(EmbedOptions options, SparkConf conf, int cores) {
        int chosen = options.get(EmbedOptions.THREADS);
        if (chosen == 0) {
            return ExecutorSettings.taskCores(conf, cores);
        }
        if (chosen > cores) {
            warnOnce(
                    ("option threads: %s is more than the cores of this executor, so it computes on %s. Set threads to at"
                                    + " most %s or leave it out, or set spark.executor.cores (for a local master, spark.master)"
                                    + " to %s.")
                            .formatted(chosen, cores, cores, chosen));
        }
        return Math.min(chosen, cores);
    }

    private static LoadedModel open(ModelLoad load) {
        EmbedOptions options = load.request().options();
        return LoadedModel.open(load.request().model().open(options), options, load.gpu(), permits());
    }

    /** One for each core of this executor; a forward pass holds one while it runs. */
    static Semaphore permits() {
        return CORES.computeIfAbsent(cores(), cores -> new Semaphore(cores, true));
    }

    private static int maxModels() {
        return ExecutorSettings.maxModels(conf());
    }

    private static int cores() {
        SparkEnv environment = SparkEnv.get();
        boolean isDriver = environment == null || environment.executorId().equals("driver");
        return ExecutorSettings.cores(conf(), isDriver, Runtime.getRuntime().availableProcessors());
    }

    /** That of the application; where there is none, an empty one. */
    private static SparkConf conf() {
        SparkEnv environment = SparkEnv.get();
        return environment == null ? new SparkConf(false) : environment.conf();
    }
}

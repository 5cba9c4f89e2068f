/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.encode.Embedder;
import io.embark.encode.PooledTexts;
import io.embark.spark.models.AssignedGpu;
import io.embark.spark.models.ExecutorModels;
import io.embark.spark.models.LeasedModels;
import io.embark.spark.models.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The models that a task embeds with: held from its first row on until it ends, however it ends; outside of a task for each
 * window.
 */
final class TaskModels {
    private final TaskContext task = TaskContext.get();
    private final List<ModelRequest> requests;
    private final EmbedMetrics metrics;
    private final List<LeasedModels.Lease> leases = new ArrayList<>();
    private final List<Embedder> embedders = new ArrayList<>();
    private boolean ended;

    /** @param requests that of each call */
    TaskModels(List<ModelRequest> requests, EmbedMetrics metrics) {
        this.requests = requests;
        this.metrics = metrics;
    }

    /** Gets hold of all models unless they are held. */
    void open() {
        stopIfKilled();
        if (embedders.size() == requests.size()) {
            return;
        }
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) context -> end());
        }
        for (ModelRequest request : requests) {
            OptionalInt gpu = AssignedGpu.of(resources(), request.options());
            LeasedModels.Lease lease = cancellable(() -> ExecutorModels.lease(request, gpu, this::isKilled));
            hold(lease);
            if (AssignedGpu.isIn(resources()) && !lease.model().onGpu()) {
                warnOfIdleGpu();
            }
            if (lease.loadNanos() > 0) {
                metrics.addLoad(lease.loadNanos());
            }
            embedders.add(Embedder.on(lease.model(), request.options()));
        }
    }

    /** The embedder of a call; only between {@link #open} and {@link #endWindow}. */
    Embedder embedder(int call) {
        return embedders.get(call);
    }

    /** Runs texts through the network of a call's model. */
    PooledTexts pool(int call, List<String> texts) {
        return cancellable(() -> leases.get(call).use(() -> embedders.get(call).pool(texts, this::isKilled)));
    }

    /** Lets go of the models where no task tells of its end. */
    void endWindow() {
        if (task == null) {
            leases.forEach(LeasedModels.Lease::close);
            leases.clear();
            embedders.clear();
        }
    }

    /** One that waits costs as much as one that works. */
    private static void warnOfIdleGpu() {
        ExecutorModels.warnOnce("Tasks that embed hold GPUs, and Embark computes on the CPU beside them. Unset"
                + " spark.task.resource.gpu.amount and spark.executor.resource.gpu.amount; if a GPU was to compute, set"
                + " device to gpu to be told what is missing.");
    }

    private Map<String, ResourceInformation> resources() {
        return task == null ? Map.of() : task.resourcesJMap();
    }

    /** Spark reads some iterators on a thread of its own, which may be at work yet when the task has ended. */
    private synchronized void hold(LeasedModels.Lease lease) {
        leases.add(lease);
        if (ended) {
            lease.close();
        }
    }

    private synchronized void end() {
        ended = true;
        leases.forEach(LeasedModels.Lease::close);
    }

    private boolean isKilled() {
        return task != null && task.isInterrupted();
    }

    private void stopIfKilled() {
        if (isKilled()) {
            throw new TaskKilledException("embedding was cancelled");
        }
    }

    private <T> T cancellable(Supplier<T> work) {
        try {
            return work.get();
        } catch (CancellationException e) {
            // Spark tells tasks that it killed from those that failed.
            stopIfKilled();
            throw e;
        }
    }
}

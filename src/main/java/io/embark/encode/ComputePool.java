/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.torch.Encoder;
import io.embark.torch.PackedBatch;
import io.embark.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed number of threads that run forward passes, one each at a time, all through one encoder. libtorch keeps state for
 * each thread that it meets, so the threads live as long as the model. Thread-safe.
 */
final class ComputePool implements AutoCloseable {
    private final Encoder encoder;
    private final ExecutorService threads;
    private final int size;
    private final Semaphore permits;

    ComputePool(Encoder encoder, int size, Semaphore permits) {
        this.encoder = encoder;
        this.size = size;
        this.permits = permits;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(size, work -> {
            Thread thread = new Thread(
                    () -> {
                        TorchRuntime.enterComputeThread();
                        work.run();
                    },
                    "embark-compute-" + number.getAndIncrement());
            thread.setDaemon(true);
            thread.setContextClassLoader(ComputePool.class.getClassLoader());
            return thread;
        });
    }

    /** The vectors of one batch and what they took. */
    static final class Result {
        final float[] pooled;
        final long nanos;

        Result(float[] pooled, long nanos) {
            this.pooled = pooled;
            this.nanos = nanos;
        }
    }

    /** How many threads there are. */
    int size() {
        return size;
    }

    List<Future<Result>> submit(List<PackedBatch> batches) {
        List<Future<Result>> results = new ArrayList<>(batches.size());
        for (PackedBatch batch : batches) {
            results.add(threads.submit(() -> {
                permits.acquire();
                try {
                    long start = System.nanoTime();
                    float[] pooled = encoder.encode(batch);
                    return new Result(pooled, System.nanoTime() - start);
                } finally {
                    permits.release();
                }
            }));
        }
        return results;
    }

    /** Waits for the batches that are in the model, drops those that are not, and ends the threads. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                // A forward pass cannot be stopped, and the weights must outlive it.
                if (threads.awaitTermination(1, TimeUnit.SECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.embark.Precision;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What this process's own matrix multiplications reach: square matrices through the libtorch that also runs the models, on some
 * threads at the same time. In float32 by its BLAS (MKL, which leaves the half of some CPUs of AMD idle) and by oneDNN, in other
 * precisions by oneDNN alone. The native libraries must have been loaded before. Used by one thread.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class MatrixPeak implements AutoCloseable {
    private static final int SIZE = 1536;
    private static final double OPERATIONS = 2.0 * SIZE * SIZE * SIZE;

    private final ExecutorService pool;
    private final int threads;
    private final Precision precision;

    /** @param precision one that {@link io.embark.host.CpuFeatures} has */
    public MatrixPeak(int threads, Precision precision) {
        this.threads = threads;
        this.precision = precision;
        this.pool = Executors.newFixedThreadPool(
                threads,
                work -> new Thread(() -> {
                    TorchRuntime.enterComputeThread();
                    work.run();
                }));
    }

    /**
     * Multiplications and additions in a second of all threads together.
     *
     * @param seconds how long each of the ways is measured
     */
    public double measure(double seconds) throws InterruptedException, ExecutionException {
        double packed = sum(() -> packed(seconds));
        return precision == Precision.FLOAT32 ? Math.max(packed, sum(() -> plain(seconds))) : packed;
    }

    private double sum(Callable<Double> rate) throws InterruptedException, ExecutionException {
        double sum = 0;
        for (Future<Double> part : pool.invokeAll(Collections.nCopies(threads, rate))) {
            sum += part.get();
        }
        return sum;
    }

    private static double plain(double seconds) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray left = manager.randomNormal(new Shape(SIZE, SIZE));
            NDArray right = manager.randomNormal(new Shape(SIZE, SIZE));
            return rate(() -> left.matMul(right).close(), seconds);
        }
    }

    private double packed(double seconds) {
        try (PackedProduct product = new PackedProduct(SIZE, precision)) {
            return rate(product::multiply, seconds);
        }
    }

    private static double rate(Runnable multiply, double seconds) {
        multiply.run();

        int done = 0;
        long start = System.nanoTime();
        double spent = 0;
        while (spent < seconds) {
            multiply.run();
            done++;
            spent = (System.nanoTime() - start) / 1e9;
        }
        return done * OPERATIONS / spent;
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}

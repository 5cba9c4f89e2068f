/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.embark.torch.PackedProduct;
import io.embark.torch.TorchRuntime;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What this process's own matrix multiplications reach: square float32 matrices through the libtorch that also runs the model,
 * on some threads at the same time, by its BLAS (MKL, which leaves the half of some CPUs of AMD idle) and by oneDNN.
 */
final class MatrixPeak implements AutoCloseable {
    private static final int SIZE = 1536;
    private static final double OPERATIONS = 2.0 * SIZE * SIZE * SIZE;
    private static final double SECONDS = 1;

    private final ExecutorService pool;
    private final int threads;

    MatrixPeak(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(
                threads,
                work -> new Thread(() -> {
                    TorchRuntime.enterComputeThread();
                    work.run();
                }));
    }

    /** Floating-point operations per second of all threads together, by the faster of the two, over about two seconds. */
    double measure() throws InterruptedException, ExecutionException {
        return Math.max(sum(MatrixPeak::plain), sum(MatrixPeak::packed));
    }

    private double sum(Callable<Double> rate) throws InterruptedException, ExecutionException {
        double sum = 0;
        for (Future<Double> part : pool.invokeAll(Collections.nCopies(threads, rate))) {
            sum += part.get();
        }
        return sum;
    }

    private static double plain() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray left = manager.randomNormal(new Shape(SIZE, SIZE));
            NDArray right = manager.randomNormal(new Shape(SIZE, SIZE));
            return rate(() -> left.matMul(right).close());
        }
    }

    private static double packed() throws IOException {
        try (PackedProduct product = new PackedProduct(SIZE)) {
            return rate(product::multiply);
        }
    }

    private static double rate(Runnable multiply) {
        multiply.run();

        int done = 0;
        long start = System.nanoTime();
        double seconds = 0;
        while (seconds < SECONDS) {
            multiply.run();
            done++;
            seconds = (System.nanoTime() - start) / 1e9;
        }
        return done * OPERATIONS / seconds;
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}

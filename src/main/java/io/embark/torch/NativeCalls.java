/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.EmbarkException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The calls of libtorch that run in this process. Where the process ends, the C library takes down what they stand on, and they
 * crash; so the end waits for those that run, and no others begin. Thread-safe.
 */
final class NativeCalls {
    /** Less than what Spark's workers grant an executor before they kill it. */
    private static final long END_WAIT_SECONDS = 5;

    /** More than that: whoever waits so long is part of the end, which it must not hold up. */
    private static final long LATE_WAIT_SECONDS = 10;

    private static final NativeCalls OF_PROCESS = new NativeCalls();

    private int running;
    private boolean ended;

    private NativeCalls() {}

    /** From now on the end of the process waits. */
    static void holdUpTheEnd() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(OF_PROCESS::end, "embark-end"));
        } catch (IllegalStateException e) {
            // It is at its end already.
            OF_PROCESS.end();
        }
    }

    /**
     * Makes a call. Where the process ends, waits for that: a failure would only be one more line in its log.
     *
     * @throws EmbarkException {@link io.embark.ErrorCode#RUN_FAILED} if the end waits for the caller
     */
    static <T> T run(Supplier<T> call) {
        OF_PROCESS.enter();
        try {
            return call.get();
        } finally {
            OF_PROCESS.leave();
        }
    }

    /** Makes a call that frees something; where the process ends, that is left to the operating system. */
    static void free(Runnable call) {
        if (OF_PROCESS.enterUnlessEnded()) {
            try {
                call.run();
            } finally {
                OF_PROCESS.leave();
            }
        }
    }

    private synchronized void enter() {
        await(LATE_WAIT_SECONDS, () -> !ended);
        if (!enterUnlessEnded()) {
            throw TorchErrors.processEnds();
        }
    }

    private synchronized boolean enterUnlessEnded() {
        if (!ended) {
            running++;
        }
        return !ended;
    }

    private synchronized void leave() {
        running--;
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        await(END_WAIT_SECONDS, () -> running == 0);
    }

    private synchronized void await(long seconds, Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            while (!condition.get()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("this process ends");
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From its beginning to its end, a process that is told to end does not stop Spark and close its file systems, but waits. */
final class Unbroken {
    private static final Logger LOG = LoggerFactory.getLogger(Unbroken.class);

    private static final long MOST_SECONDS = 60;

    /** Before Spark's hook, which stands before that of Hadoop's file systems. */
    private static final int PRIORITY = 1_000;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Runnable hook = this::await;

    private Unbroken() {}

    /** @throws IOException if the process ends already */
    static Unbroken begin() throws IOException {
        Unbroken unbroken = new Unbroken();
        try {
            ShutdownHookManager.get().addShutdownHook(unbroken.hook, PRIORITY, MOST_SECONDS, TimeUnit.SECONDS);
            return unbroken;
        } catch (IllegalStateException e) {
            throw new IOException("The process was told to end.", e);
        }
    }

    private void await() {
        try {
            if (!done.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The output was not in its place in time; the next run settles it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void end() {
        done.countDown();
        try {
            ShutdownHookManager.get().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs by now.
        }
    }
}

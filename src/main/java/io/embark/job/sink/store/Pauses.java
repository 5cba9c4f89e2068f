/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long something is tried again, and how often.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Pauses {
    private final long[] millis;

    private Pauses(long... millis) {
        this.millis = millis;
    }

    /** Together about a minute: a server that restarts is back by then. */
    public static Pauses ofAMinute() {
        return new Pauses(250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000);
    }

    /** Pauses of these lengths. */
    static Pauses of(long... millis) {
        return new Pauses(millis.clone());
    }

    /**
     * Waits before the next attempt.
     *
     * @param failed how many attempts failed, at least one
     * @return false, at once, if there is no further attempt
     */
    public boolean waitAfter(int failed) throws InterruptedException {
        if (failed > millis.length) {
            return false;
        }
        // Tasks that failed together do not come back together.
        long most = millis[failed - 1];
        Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        return true;
    }
}

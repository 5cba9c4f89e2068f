/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

/** Time that may be spent, from now on. */
final class Budget {
    private final long start = System.nanoTime();
    private final long seconds;

    Budget(long seconds) {
        this.seconds = seconds;
    }

    long seconds() {
        return seconds;
    }

    double spent() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Whether something that takes so many seconds will be done in time. */
    boolean allows(double more) {
        return spent() + more <= seconds;
    }
}

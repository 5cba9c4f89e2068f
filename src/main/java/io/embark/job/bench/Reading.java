/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import java.io.Serializable;

/** What one task did while it was measured. No record, since Kryo, which carries it where a cluster says so, takes none. */
final class Reading implements Serializable {
    private static final long serialVersionUID = 1L;

    final String executor;

    /** By the clock of its process, {@link System#nanoTime}. */
    final long start;

    final long end;
    final long texts;
    final long tokens;

    /** Seconds of this task's own thread. */
    final double tokenizing;

    /** Memory of the whole process that is in use, and the part of it that objects of the JVM take, in bytes. */
    final long resident;

    final long heap;
    final boolean onGpu;

    Reading(
            String executor,
            long start,
            long end,
            long texts,
            long tokens,
            double tokenizing,
            long resident,
            long heap,
            boolean onGpu) {
        this.executor = executor;
        this.start = start;
        this.end = end;
        this.texts = texts;
        this.tokens = tokens;
        this.tokenizing = tokenizing;
        this.resident = resident;
        this.heap = heap;
        this.onGpu = onGpu;
    }

    double seconds() {
        return (end - start) / 1e9;
    }
}

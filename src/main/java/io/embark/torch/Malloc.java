/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import com.sun.jna.Function;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The C library's allocator. */
final class Malloc {
    private static final Logger LOG = LoggerFactory.getLogger(Malloc.class);

    /** {@code M_TRIM_THRESHOLD} and {@code M_MMAP_THRESHOLD} of glibc's malloc.h. */
    private static final int TRIM_THRESHOLD = -1;

    private static final int MMAP_THRESHOLD = -3;

    /** The most that glibc takes: HEAP_MAX_SIZE / 2 on 64-bit systems. */
    private static final int MMAP_THRESHOLD_BYTES = 32 << 20;

    private static final int TRIM_THRESHOLD_BYTES = 512 << 20;

    private static final int MMAP_THRESHOLD_BYTES_OF_WEIGHTS = 256 << 10;

    private static final long MUCH = 16 << 20;

    private Malloc() {}

    /** Whether it is worth a look through all of the process's memory what of it is free. */
    static boolean isMuch(long bytes) {
        return bytes > MUCH;
    }

    /**
     * Lets freed activations stay with the process. By default glibc maps each block over 128 KiB afresh and gives it back
     * at once, and the page faults cost 5 to 15 % of the time. Does nothing where the C library is another one.
     */
    static void keepFreedMemory() {
        mapBlocksFrom(MMAP_THRESHOLD_BYTES);
        set(TRIM_THRESHOLD, TRIM_THRESHOLD_BYTES);
    }

    /**
     * Does what allocates and frees large blocks in turns, as loading weights does: each gets pages of its own, which go back
     * as soon as it is freed. Else a matrix leaves a hole that the next form of it is a little too large for. Changes nothing
     * where the C library is another one.
     */
    static <T> T returningAtOnce(Supplier<T> call) {
        mapBlocksFrom(MMAP_THRESHOLD_BYTES_OF_WEIGHTS);
        try {
            return call.get();
        } finally {
            mapBlocksFrom(MMAP_THRESHOLD_BYTES);
            trim();
        }
    }

    /**
     * Gives back to the system what was freed. Each thread has memory of its own to take from, and what a model leaves in that
     * of many threads is more than the next one finds again. Does nothing where the C library is another one.
     */
    static void trim() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {new NativeLong(0)});
        } catch (LinkageError e) {
            LOG.debug("freed memory stays with the process: {}", e.toString());
        }
    }

    private static void mapBlocksFrom(int bytes) {
        set(MMAP_THRESHOLD, bytes);
    }

    private static void set(int parameter, int value) {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            Function.getFunction("c", "gnu_get_libc_version");
            Function.getFunction("c", "mallopt").invokeInt(new Object[] {parameter, value});
        } catch (LinkageError e) {
            LOG.debug("malloc stays as it is: {}", e.toString());
        }
    }
}

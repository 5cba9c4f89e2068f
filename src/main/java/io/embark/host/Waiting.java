/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.EmbarkException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Waiting for what other threads do, as long as it is wanted.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Waiting {
    /** How often a caller is asked whether it still wants what it waits for. */
    private static final long ASK_MILLIS = 20;

    private Waiting() {}

    /**
     * What comes of it.
     *
     * @param cancelled asked all the while
     * @param what names it in the message of the exception
     * @param words makes an error of ours of whatever else it failed with
     * @throws CancellationException if the caller cancelled
     * @throws EmbarkException what it failed with: one of ours as it is, any other as {@code words} says it, checked ones too,
     *     which Spark throws without declaring them
     */
    public static <T> T on(
            Future<T> result, BooleanSupplier cancelled, String what, Function<Throwable, EmbarkException> words)
            throws InterruptedException {
        while (true) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException(what + " was cancelled");
            }
            try {
                // The work of others may be before it, so its end may be far away.
                return result.get(ASK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Asks again.
            } catch (ExecutionException e) {
                throw e.getCause() instanceof EmbarkException ours ? ours : words.apply(e.getCause());
            }
        }
    }
}

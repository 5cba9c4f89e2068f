package io.embark.encode;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waiting for what other threads do, as long as it is wanted. */
public final class Waiting {
    /** How often a caller is asked whether it still wants what it waits for. */
    private static final long ASK_MILLIS = 20;

    private Waiting() {}

    /**
     * What comes of it.
     *
     * @param cancelled asked all the while
     * @param what names it in the message of the exception
     * @throws CancellationException if the caller cancelled
     * @throws ExecutionException if it failed
     */
    public static <T> T on(Future<T> result, BooleanSupplier cancelled, String what)
            throws InterruptedException, ExecutionException {
        while (true) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException(what + " was cancelled");
            }
            try {
                // The work of others may be before it, so its end may be far away.
                return result.get(ASK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Asks again.
            }
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Calls into Spark whose failures get words of ours.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SparkCall {
    private SparkCall() {}

    /**
     * The result of {@code call}. Spark throws checked exceptions whether its methods declare them or not, so any exception is
     * caught; one of ours passes as it is, also out of one that Spark shows for it.
     */
    public static <T> T translate(Callable<T> call, Function<Exception, EmbarkException> words) {
        try {
            return call.call();
        } catch (EmbarkException e) {
            throw e;
        } catch (Exception e) {
            throw e.getCause() instanceof EmbarkException ours ? ours : words.apply(e);
        }
    }

    /** What may fail in any way. */
    public interface Action {
        void run() throws Exception;
    }

    /** The same for what has no result. */
    public static void run(Action action, Function<Exception, EmbarkException> words) {
        translate(
                () -> {
                    action.run();
                    return true;
                },
                words);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.spark.exec.EmbedProgress;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;

/** Counts what went through embedding operators, also of queries whose plans a test cannot see. */
final class CountedTexts {
    private CountedTexts() {}

    /** Texts that tasks embedded, null ones included, while a call ran. */
    static long during(Runnable call) throws TimeoutException {
        return counts(call).get(Count.TEXTS);
    }

    /** Texts that are not null of which tasks gave a vector while a call ran. */
    static long embeddedDuring(Runnable call) throws TimeoutException {
        EmbedCounts counts = counts(call);
        return counts.get(Count.TEXTS) - counts.get(Count.NULLS);
    }

    private static EmbedCounts counts(Runnable call) throws TimeoutException {
        SparkContext context = SharedSpark.session().sparkContext();
        EmbedProgress progress = new EmbedProgress();
        context.addSparkListener(progress);
        try {
            call.run();
            context.listenerBus().waitUntilEmpty(10_000);
        } finally {
            context.removeSparkListener(progress);
        }
        return progress.counts();
    }
}

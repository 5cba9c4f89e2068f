/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** A program that ends while its threads embed, as an executor does that is told to stop. */
final class EmbedUntilExit {
    private static final int THREADS = 4;

    private EmbedUntilExit() {}

    /** Takes the folder of a model. */
    public static void main(String[] args) throws InterruptedException {
        EmbedOptions options = EmbedOptions.parse(Map.of("model", args[0]));
        CountDownLatch windows = new CountDownLatch(20);
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> embedForever(options, windows));
            thread.setDaemon(true);
            thread.start();
        }
        windows.await();
        System.exit(0);
    }

    private static void embedForever(EmbedOptions options, CountDownLatch windows) {
        LeasedModels.Lease lease = ExecutorModels.lease(Requests.of(options), OptionalInt.empty(), () -> false);
        Embedder embedder = Embedder.on(lease.model(), options);
        java.util.List<String> texts = IntStream.range(0, 300)
                .mapToObj(i -> "the cat sat on the mat ".repeat(20) + i)
                .toList();
        while (true) {
            lease.use(() -> embedder.embed(texts));
            windows.countDown();
        }
    }
}

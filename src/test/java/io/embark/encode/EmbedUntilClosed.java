/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbedOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** A program that closes embedders while many threads use them, and ends while one is loaded and others compute. */
final class EmbedUntilClosed {
    private static final int THREADS = 16;

    private static final List<String> TEXTS = IntStream.range(0, 50)
            .mapToObj(i -> "the cat sat on the mat ".repeat(20) + i)
            .toList();

    private EmbedUntilClosed() {}

    /** Takes the folder of a model and how many embedders to close; prints what the threads were told. */
    public static void main(String[] args) throws InterruptedException {
        EmbedOptions options = EmbedOptions.parse(Map.of("model", args[0]));
        for (int round = 0; round < Integer.parseInt(args[1]); round++) {
            Embedder embedder = Embedder.open(options);
            CountDownLatch windows = new CountDownLatch(THREADS + round);
            List<Thread> threads = start(embedder, windows);
            windows.await();
            embedder.close();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        CountDownLatch windows = new CountDownLatch(THREADS);
        start(Embedder.open(options), windows);
        windows.await();
        Thread loading = new Thread(() -> Embedder.open(options));
        loading.setDaemon(true);
        loading.start();
        System.exit(0);
    }

    private static List<Thread> start(Embedder embedder, CountDownLatch windows) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> embedForever(embedder, windows));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private static void embedForever(Embedder embedder, CountDownLatch windows) {
        try {
            while (true) {
                embedder.embed(TEXTS);
                windows.countDown();
            }
        } catch (RuntimeException e) {
            System.out.println(e);
        }
    }
}

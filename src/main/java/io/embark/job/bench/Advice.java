/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to run with on machines like this one, by the fastest setup.
 *
 * @param setup the fastest
 * @param heap what an executor's heap was, as Spark writes it
 * @param overheadMegabytes what each executor needs beside its heap
 * @param onGpu whether a GPU computes
 * @param machines machines that the executors are on
 */
record Advice(Setup setup, String heap, long overheadMegabytes, boolean onGpu, int machines) {
    /** Above what was seen: batches of other texts are never larger, but the allocator may keep more. */
    private static final double MARGIN = 1.25;

    private static final long STEP = 128L << 20;

    /** @param all what was measured with it */
    static Advice of(Setup setup, List<Measured> all, String heap, int machines) {
        long outside = all.stream().mapToLong(Measured::outsideHeap).max().orElse(0);
        long steps = (long) Math.ceil(outside * MARGIN / STEP);
        long overhead = steps * (STEP >> 20);
        return new Advice(setup, heap, overhead, all.stream().anyMatch(Measured::onGpu), machines);
    }

    /** Options of Embark that are not the default. */
    Map<Option<?>, String> options() {
        Map<Option<?>, String> options = new LinkedHashMap<>();
        for (Option<?> option : List.of(EmbedOptions.BATCH_TOKENS, EmbedOptions.WINDOW, EmbedOptions.PRECISION)) {
            Object value = setup.options().get(option);
            if (value != null && !value.equals(option.defaultValue())) {
                options.put(option, Option.write(value));
            }
        }
        // Where it is not told, each task's core computes.
        if (setup.options().get(EmbedOptions.THREADS) < setup.tasks()) {
            options.put(EmbedOptions.THREADS, Option.write(setup.options().get(EmbedOptions.THREADS)));
        }
        return options;
    }

    /** For people: behind {@code jobs/embark embed}. */
    String words() {
        List<String> words = new ArrayList<>();
        options().forEach((option, value) -> words.add("--%s %s".formatted(option.key(), value)));
        return words.isEmpty() ? "the defaults" : String.join(" ", words);
    }

    /** Options of {@code spark-submit} for each machine like this one. */
    String submit() {
        List<String> words = new ArrayList<>();
        words.add("--num-executors %s --executor-cores %s --executor-memory %s"
                .formatted(Math.max(1, setup.executors() / machines), setup.tasks(), heap));
        if (overheadMegabytes > 0) {
            words.add("--conf spark.executor.memoryOverhead=%sm".formatted(overheadMegabytes));
        }
        if (onGpu && setup.executors() == machines) {
            words.add("--conf spark.executor.resource.gpu.amount=1 --conf spark.task.resource.gpu.amount=%s"
                    .formatted(1.0 / setup.tasks()));
        }
        options().forEach((option, value) -> words.add("--conf spark.embark.%s=%s".formatted(option.key(), value)));
        return String.join(" ", words);
    }

    /** For programs. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>(setup.facts());
        facts.put("executorMemory", heap);
        facts.put("memoryOverheadMegabytes", overheadMegabytes);
        facts.put("sparkSubmit", submit());
        return facts;
    }
}

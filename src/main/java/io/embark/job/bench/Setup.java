/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings that texts are embedded with.
 *
 * @param executors processes that embed at the same time
 * @param tasks tasks of each of them at the same time
 * @param options how texts are embedded
 */
record Setup(int executors, int tasks, EmbedOptions options) {
    Setup with(int otherExecutors, int otherTasks) {
        return new Setup(otherExecutors, otherTasks, options);
    }

    <T> Setup with(Option<T> option, T value) {
        return new Setup(executors, tasks, options.with(option, value));
    }

    int allTasks() {
        return executors * tasks;
    }

    /** Forward passes of all executors at the same time. */
    int computeThreads() {
        return executors * Math.min(tasks, options.get(EmbedOptions.THREADS));
    }

    int batchTokens() {
        return options.get(EmbedOptions.BATCH_TOKENS);
    }

    int window() {
        return options.get(EmbedOptions.WINDOW);
    }

    /** As it is computed on CPUs. */
    Precision precision() {
        Precision chosen = options.get(EmbedOptions.PRECISION);
        return chosen == Precision.AUTO ? Precision.FLOAT32 : chosen;
    }

    /** For people, cell by cell, as {@link #HEADER} names them. */
    List<String> cells() {
        return List.of(
                String.valueOf(executors),
                String.valueOf(tasks),
                Option.write(options.get(EmbedOptions.PRECISION)),
                String.valueOf(batchTokens()),
                String.valueOf(window()));
    }

    static final List<String> HEADER = List.of("executors", "tasks each", "precision", "batch-tokens", "window");

    /** For programs. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("executors", executors);
        facts.put("tasksPerExecutor", tasks);
        facts.put("precision", Option.write(options.get(EmbedOptions.PRECISION)));
        facts.put("batchTokens", batchTokens());
        facts.put("window", window());
        return facts;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.encode.Count;
import io.embark.encode.Embedder;
import io.embark.encode.PooledTexts;
import io.embark.spark.models.AssignedGpu;
import io.embark.spark.models.ExecutorModels;
import io.embark.spark.models.LeasedModels;
import io.embark.spark.models.ModelRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a task does while it is measured: it embeds windows of the texts as any task does, with the model that all tasks of its
 * process share, until its time is about over and a window is done.
 */
final class Trial implements Function<Integer, Reading> {
    private static final long serialVersionUID = 1L;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final ModelRequest request;
    private final Broadcast<String[]> texts;
    private final int rows;
    private final int tasks;
    private final double seconds;

    /**
     * @param request a model, and options that give one vector of floats for each text
     * @param rows the most texts of a window
     * @param tasks how many tasks there are
     * @param seconds how long each is measured, about
     */
    Trial(ModelRequest request, Broadcast<String[]> texts, int rows, int tasks, double seconds) {
        this.request = request;
        this.texts = texts;
        this.rows = rows;
        this.tasks = tasks;
        this.seconds = seconds;
    }

    @Override
    public Reading call(Integer task) {
        TaskContext context = TaskContext.get();
        BooleanSupplier killed = context::isInterrupted;
        OptionalInt gpu = AssignedGpu.of(context.resourcesJMap(), request.options());
        try (LeasedModels.Lease lease = ExecutorModels.lease(request, gpu, killed)) {
            Embedder embedder = Embedder.on(lease.model(), request.options());
            Windows windows = new Windows(Arrays.asList(texts.value()), rows, task, tasks);
            return lease.use(() -> measured(embedder, windows, lease.model().onGpu(), killed));
        } catch (CancellationException e) {
            if (killed.getAsBoolean()) {
                // Spark tells tasks that it killed from those that failed.
                throw new TaskKilledException("measuring was cancelled");
            }
            throw e;
        }
    }

    private Reading measured(Embedder embedder, Windows windows, boolean onGpu, BooleanSupplier killed) {
        long start = System.nanoTime();
        long embedded = 0;
        long tokens = 0;
        long tokenizing = 0;
        int done = 0;
        double spent;
        do {
            PooledTexts pooled = embed(embedder, windows.next(), killed);
            embedded += pooled.counts().get(Count.TEXTS);
            tokens += pooled.counts().get(Count.TOKENS);
            tokenizing += pooled.counts().get(Count.TOKENIZE);
            spent = (System.nanoTime() - start) / 1e9;
            done++;
            // Another window if that ends nearer to the time.
        } while (spent + spent / done / 2 < seconds);
        return new Reading(
                SparkEnv.get().executorId(),
                start,
                System.nanoTime(),
                embedded,
                tokens,
                tokenizing / 1e9,
                resident(),
                // What is committed but was never touched is not resident.
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
                onGpu);
    }

    private static PooledTexts embed(Embedder embedder, List<String> window, BooleanSupplier cancelled) {
        PooledTexts pooled = embedder.pool(window, cancelled);
        for (int i = 0; i < window.size(); i++) {
            embedder.finish(pooled, i);
        }
        return pooled;
    }

    /** Zero where the system does not tell. */
    private static long resident() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The texts again and again, cut into windows as a task cuts its rows. */
    private static final class Windows {
        private final List<String> texts;
        private final int rows;
        private int next;

        Windows(List<String> texts, int rows, int task, int tasks) {
            this.texts = texts;
            this.rows = rows;
            // Tasks see different rows, as those of a table do.
            this.next = (int) ((long) texts.size() * task / tasks);
        }

        List<String> next() {
            if (next == texts.size()) {
                next = 0;
            }
            int start = next;
            long chars = 0;
            while (next < texts.size() && next - start < rows && chars < Embedder.WINDOW_CHARS) {
                chars += texts.get(next).length();
                next++;
            }
            return texts.subList(start, next);
        }
    }

    /** Chunks are computed as for a mean of them, which is one vector; no text ends the run. */
    private static LongText ofWholeTexts(LongText chosen) {
        return switch (chosen) {
            case CHUNKS -> LongText.MEAN;
            case FAIL -> LongText.TRUNCATE;
            case TRUNCATE, MEAN -> chosen;
        };
    }

    /** The options as a trial computes with them: what becomes of a vector behind the model is of no account. */
    static EmbedOptions computable(EmbedOptions options) {
        return options.with(EmbedOptions.ENCODING, Encoding.FLOAT32)
                .with(EmbedOptions.ENCODING_RANGES, null)
                .with(EmbedOptions.ON_ERROR, OnError.NULL)
                .with(EmbedOptions.LONG_TEXT, ofWholeTexts(options.get(EmbedOptions.LONG_TEXT)));
    }
}

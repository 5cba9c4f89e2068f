/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.encode.LoadedModel;
import io.embark.host.Waiting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Models by what they are loaded with, each loaded once for all who hold a lease on it. Where there are more than the bound,
 * those that nobody holds are closed, the least recently used first; one that is held never is. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LeasedModels {
    private final Function<ModelLoad, LoadedModel> load;
    private final IntSupplier bound;
    private final Logger log;

    /** In the order of their last use. */
    private final Map<ModelLoad, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    /** To be closed once nobody holds them. */
    private final List<Entry> retired = new ArrayList<>();

    private int most;

    /**
     * @param load opens a model; its thread is interrupted by nobody
     * @param bound how many models to keep
     * @param log told about each model that is loaded, closed, or cannot be loaded
     */
    LeasedModels(Function<ModelLoad, LoadedModel> load, IntSupplier bound, Logger log) {
        this.load = load;
        this.bound = bound;
        this.log = log;
    }

    /** One attempt to have a model; guarded by the outer lock but for the future. */
    private static final class Entry {
        final ModelLoad key;
        final CompletableFuture<LoadedModel> model = new CompletableFuture<>();
        volatile long loadNanos;
        int leases;
        boolean closed;

        Entry(ModelLoad key) {
            this.key = key;
        }

        String reference() {
            return key.request().options().get(EmbedOptions.MODEL);
        }

        boolean isIdle() {
            return leases == 0 && isLoaded() && !closed;
        }

        boolean isLoaded() {
            return model.isDone() && !model.isCompletedExceptionally();
        }
    }

    /** The right to use a model. Thread-safe. */
    public final class Lease implements AutoCloseable {
        private final Entry entry;
        private final boolean loaded;
        private boolean closed;

        private Lease(Entry entry, boolean loaded) {
            this.entry = entry;
            this.loaded = loaded;
        }

        public LoadedModel model() {
            return entry.model.join();
        }

        /** What loading took if it was done for this lease, else zero. */
        public long loadNanos() {
            return loaded ? entry.loadNanos : 0;
        }

        /**
         * Does something with the model, which is not closed meanwhile, even if the lease is.
         *
         * @throws CancellationException if the lease was closed before
         */
        public <T> T use(Supplier<T> work) {
            enter(this);
            try {
                return work.get();
            } finally {
                release(entry);
            }
        }

        /** Does nothing the second time. */
        @Override
        public void close() {
            synchronized (LeasedModels.this) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            release(entry);
        }
    }

    /**
     * A lease on a model, which is loaded unless it is there or underway. Waits for it.
     *
     * @param cancelled asked all the while
     * @throws EmbarkException what the attempt to load it failed with, for all who waited for it; the next caller tries again;
     *     {@link ErrorCode#RUN_FAILED} if that was none of ours
     * @throws CancellationException if the caller cancelled
     */
    Lease lease(ModelLoad key, BooleanSupplier cancelled) {
        int newMost = bound.getAsInt();
        Entry entry;
        boolean isNew;
        List<Entry> surplus = List.of();
        synchronized (this) {
            most = newMost;
            entry = entries.get(key);
            isNew = entry == null;
            if (isNew) {
                entry = new Entry(key);
                entries.put(key, entry);
            }
            entry.leases++;
            if (isNew) {
                surplus = takeSurplus();
            }
        }
        try {
            if (isNew) {
                // Before the new one is loaded, so that there is room for it.
                surplus.forEach(this::close);
                start(entry);
            }
            await(entry, cancelled);
            return new Lease(entry, isNew);
        } catch (RuntimeException | Error e) {
            release(entry);
            throw e;
        }
    }

    /** On a thread of its own: who asks first may be killed, and others wait for the same model. */
    private void start(Entry entry) {
        Thread thread = new Thread(() -> load(entry), "embark-load-model");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Error e) {
            fail(entry, e);
        }
    }

    private void load(Entry entry) {
        long start = System.nanoTime();
        try {
            LoadedModel model = load.apply(entry.key);
            entry.loadNanos = System.nanoTime() - start;
            log.info(
                    "Loaded model {} in {} s on {}, {} forward passes at a time",
                    model.folder().name(),
                    String.format(Locale.ROOT, "%.1f", entry.loadNanos / 1e9),
                    model.placement(),
                    model.threads());
            entry.model.complete(model);
        } catch (Throwable e) {
            fail(entry, e);
        }
        // Whoever still wants it does so at the end of his lease.
        if (isUnwanted(entry)) {
            closeUnused();
        }
    }

    private synchronized boolean isUnwanted(Entry entry) {
        return entry.leases == 0;
    }

    private void fail(Entry entry, Throwable e) {
        log.warn(
                "Could not load model {}: {}",
                Redaction.text(entry.reference()),
                e instanceof EmbarkException ? e.getMessage() : Redaction.text(e.toString()));
        synchronized (this) {
            entries.remove(entry.key, entry);
        }
        entry.model.completeExceptionally(e);
    }

    private static void await(Entry entry, BooleanSupplier cancelled) {
        try {
            Waiting.on(entry.model, cancelled, "waiting for a model", thrown -> failed(entry, thrown));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("waiting for a model was interrupted");
        }
    }

    /** An error of the JVM, such as that its memory is full, passes as it is: Spark ends an executor that has one. */
    private static EmbarkException failed(Entry entry, Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return ModelErrors.cannotBeLoaded(entry.reference(), thrown);
    }

    private synchronized void enter(Lease lease) {
        if (lease.closed) {
            throw new CancellationException("the task that embeds has ended");
        }
        lease.entry.leases++;
    }

    private void release(Entry entry) {
        synchronized (this) {
            entry.leases--;
            // To the map, the end of a use is a use.
            entries.get(entry.key);
        }
        closeUnused();
    }

    private void closeUnused() {
        takeSurplus().forEach(this::close);
    }

    /** Forgets idle models until no more than the bound are left, and those that were to be closed when idle. */
    private synchronized List<Entry> takeSurplus() {
        List<Entry> surplus = new ArrayList<>();
        for (Entry entry : List.copyOf(entries.values())) {
            if (entries.size() > most && entry.isIdle()) {
                entries.remove(entry.key);
                surplus.add(entry);
            }
        }
        for (Entry entry : List.copyOf(retired)) {
            if (entry.model.isCompletedExceptionally() || entry.isIdle()) {
                retired.remove(entry);
                if (entry.isIdle()) {
                    surplus.add(entry);
                }
            }
        }
        surplus.forEach(entry -> entry.closed = true);
        return surplus;
    }

    private void close(Entry entry) {
        LoadedModel model = entry.model.join();
        model.close();
        log.info("Closed model {}", model.folder().name());
    }

    /** Closes every model, those that are held as soon as they no longer are. The next caller loads anew. */
    void closeAll() {
        synchronized (this) {
            retired.addAll(entries.values());
            entries.clear();
        }
        closeUnused();
    }
}

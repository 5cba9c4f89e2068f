/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Stage;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.text.TextTokenizer;
import io.embark.torch.Encoder;
import io.embark.torch.Placement;
import io.embark.torch.TorchRuntime;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A model in memory, ready to compute: tokenizer, network and compute threads. Embedders whose options differ only in what
 * happens before or after the network share one. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LoadedModel implements AutoCloseable {
    /** How many times larger the batches of a table are. */
    private static final int TABLE_BATCHES = 64;

    /** The same of a GPU, which needs many tokens for all of its cores to have work. */
    private static final int GPU_BATCHES = 16;

    private final ModelFolder folder;
    private final TextTokenizer tokenizer;
    private final Encoder encoder;
    private final Placement placement;
    private final ComputePool pool;
    private final Users users = new Users();

    private LoadedModel(
            ModelFolder folder, TextTokenizer tokenizer, Encoder encoder, Placement placement, ComputePool pool) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.placement = placement;
        this.pool = pool;
    }

    /**
     * Loads the model that the options name; reads the options of {@link Stage#OPEN} and {@link Stage#LOAD}.
     *
     * @throws EmbarkException as {@link ModelReference#open}, {@link TorchRuntime#start}, {@link TextTokenizer#open}, {@link
     *     Placement#of} and {@link Encoder#load}; {@link ErrorCode#OPTION_INVALID} if the options ask for more tokens than the
     *     model has positions
     */
    static LoadedModel open(EmbedOptions options) {
        ModelFolder folder = ModelReference.open(options);
        return open(folder, options, OptionalInt.empty(), permits(options));
    }

    /**
     * Loads a model whose folder is open, beside others, which together compute no more at a time than there are permits.
     *
     * @param gpu the number of the GPU that is the caller's, of those that the process sees; empty if none was given to it
     * @param permits one is held by each forward pass while it runs
     * @throws EmbarkException as {@link #open(EmbedOptions)}
     */
    public static LoadedModel open(ModelFolder folder, EmbedOptions options, OptionalInt gpu, Semaphore permits) {
        require(folder, options);
        TorchRuntime.start(options);
        return open(folder, options, Placement.of(options, folder, gpu), permits);
    }

    /** The same at a place that is chosen already, with the native libraries loaded. */
    static LoadedModel open(ModelFolder folder, EmbedOptions options, Placement placement, Semaphore permits) {
        TextTokenizer tokenizer = TextTokenizer.open(folder, maxTokens(folder, options));
        try {
            Encoder encoder = Encoder.load(folder, placement);
            TorchRuntime.returnFreedMemory(folder);
            int threads = placement.onGpu() ? 1 : threads(options);
            return new LoadedModel(folder, tokenizer, encoder, placement, new ComputePool(encoder, threads, permits));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Those of a model that is alone in its process. */
    static Semaphore permits(EmbedOptions options) {
        return new Semaphore(threads(options));
    }

    /** Holds the options against the model, as far as it has to be loaded by them. */
    static void require(ModelFolder folder, EmbedOptions options) {
        Placement.check(options, folder);
        requirePositions(folder, options);
    }

    /** The folder that the model was read from. */
    public ModelFolder folder() {
        return folder;
    }

    /** Where it computes, and in what number format, for people: {@code cpu in float32}. */
    public String placement() {
        return placement.toString();
    }

    /** Whether it computes on a GPU. */
    public boolean onGpu() {
        return placement.onGpu();
    }

    /** How many forward passes run at the same time. */
    public int threads() {
        return pool.size();
    }

    /**
     * Does something with the tokenizer or the network, which stay until it is done. Native memory that was freed is not to be
     * touched: that would end the process.
     *
     * @throws IllegalStateException if the model was closed before
     */
    <T> T use(Supplier<T> work) {
        if (!users.enter()) {
            throw new IllegalStateException("model %s is closed".formatted(folder.name()));
        }
        try {
            return work.get();
        } finally {
            users.leave();
        }
    }

    TextTokenizer tokenizer() {
        return tokenizer;
    }

    /** Whether a text without tokens is computed as any other, which what follows a table does. */
    boolean takesEmptyTexts() {
        return folder.specification().backbone().match(network -> false, table -> true, program -> false);
    }

    /** The most tokens of one batch. A table holds nothing for each of them, so only many of them are worth a call. */
    int batchTokens(EmbedOptions options) {
        int chosen = options.get(EmbedOptions.BATCH_TOKENS);
        return folder.specification()
                .backbone()
                .match(
                        network -> placement.onGpu() ? chosen * GPU_BATCHES : chosen,
                        table -> chosen * TABLE_BATCHES,
                        program -> chosen);
    }

    Encoder encoder() {
        return encoder;
    }

    ComputePool pool() {
        return pool;
    }

    /** Frees the native memory, once those who embed have come to their end. Does nothing the second time. */
    @Override
    public void close() {
        if (users.close()) {
            pool.close();
            encoder.close();
            tokenizer.close();
            TorchRuntime.returnFreedMemory(folder);
        }
    }

    /** Never more than there are processors, whatever the options say: they would only wait for each other. */
    private static int threads(EmbedOptions options) {
        int chosen = options.get(EmbedOptions.THREADS);
        int processors = Runtime.getRuntime().availableProcessors();
        return chosen == 0 ? processors : Math.min(chosen, processors);
    }

    private static int maxTokens(ModelFolder folder, EmbedOptions options) {
        Integer chosen = options.get(EmbedOptions.MAX_TOKENS);
        return chosen == null ? folder.specification().maxTokens() : chosen;
    }

    private static void requirePositions(ModelFolder folder, EmbedOptions options) {
        int positions = folder.specification().backbone().maxPositions();
        Integer chosen = options.get(EmbedOptions.MAX_TOKENS);
        if (chosen != null && chosen > positions) {
            throw EmbeddingErrors.tooManyTokens(chosen, folder);
        }
    }
}

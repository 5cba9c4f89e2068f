/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.Stage;
import io.embark.model.ModelFolder;
import io.embark.model.ModelSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Texts in, vectors out: the door for plain Java, and what Spark's tasks use beneath.
 *
 * <pre>{@code
 * try (Embedder embedder = Embedder.open(EmbedOptions.defaults())) {
 *     float[][] vectors = embedder.embed(List.of("a first text", "and a second"));
 * }
 * }</pre>
 *
 * <p>The vectors are those of Sentence Transformers, and do not depend on the neighbours of a text. Thread-safe: any number of
 * threads may embed at the same time and share the compute threads; {@link #close} waits for them.
 */
public final class Embedder implements AutoCloseable {
    /**
     * A window also ends where its texts have so many chars, about 100,000 tokens: enough to sort, without minutes of silence.
     *
     * @hidden For Embark's other rooms only.
     */
    public static final long WINDOW_CHARS = 1L << 19;

    private final LoadedModel model;
    private final EmbedOptions options;
    private final boolean ownsModel;
    private final VectorFinish finish;
    private final String prompt;

    /** What a pass depends on besides the model and the texts, the prompt by its text. */
    private final EmbedOptions pass;

    /** Tokens at the front of each text that are left out of pooling. */
    private final int unpooledPromptTokens;

    private EmbedCounts counts = EmbedCounts.NONE;

    private Embedder(LoadedModel model, EmbedOptions options, boolean ownsModel) {
        this.model = model;
        this.options = options;
        this.ownsModel = ownsModel;
        this.finish = VectorFinish.of(model.folder(), options);
        this.prompt = prompt(model.folder(), options);
        this.pass = options.only(Stage.PASS).with(EmbedOptions.PROMPT, prompt).with(EmbedOptions.PROMPT_NAME, null);
        int promptTokens =
                prompt.isEmpty() ? 0 : model.use(() -> model.tokenizer().promptTokens(prompt));
        this.unpooledPromptTokens = model.folder().specification().includePrompt() ? 0 : promptTokens;
    }

    /**
     * Loads the model that the options name, for this embedder alone.
     *
     * @throws EmbarkException {@link ErrorCode#MODEL_NOT_FOUND}, {@link ErrorCode#MODEL_INVALID}, {@link
     *     ErrorCode#MODEL_UNSUPPORTED} or {@link ErrorCode#TOKENIZER_INVALID} for the model or its files; {@link
     *     ErrorCode#OPTION_INVALID} if an option does not go with the model, with another option or with this host; {@link
     *     ErrorCode#DEVICE_MISSING} for a GPU that is not there; {@link ErrorCode#NATIVES_UNAVAILABLE} if native libraries cannot
     *     be loaded; {@link ErrorCode#COMPUTE_FAILED} if the weights cannot, for want of memory for example; {@link
     *     ErrorCode#RUN_FAILED} if the network fails or the disk is full
     */
    public static Embedder open(EmbedOptions options) {
        return openOn(LoadedModel.open(requireNonNull(options, "options is null")), options);
    }

    /**
     * The same for a model whose folder is open, whatever the options name.
     *
     * @throws EmbarkException as there
     * @hidden For Embark's other rooms only.
     */
    public static Embedder open(ModelFolder folder, EmbedOptions options) {
        requireNonNull(folder, "folder is null");
        requireNonNull(options, "options is null");
        return openOn(LoadedModel.open(folder, options, OptionalInt.empty(), LoadedModel.permits(options)), options);
    }

    private static Embedder openOn(LoadedModel model, EmbedOptions options) {
        try {
            return new Embedder(model, options, true);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * An embedder on a model that is loaded, which stays the caller's to close.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the model has no such prompt or fewer dimensions than the
     *     options ask for, or the encoding needs other ranges than they give
     * @hidden For Embark's other rooms only.
     */
    public static Embedder on(LoadedModel model, EmbedOptions options) {
        return new Embedder(requireNonNull(model, "model is null"), requireNonNull(options, "options is null"), false);
    }

    /**
     * Holds the options against a model, without loading it.
     *
     * @throws EmbarkException as {@link #open}, for all that can be told without native libraries
     * @hidden For Embark's other rooms only.
     */
    public static void check(ModelFolder folder, EmbedOptions options) {
        LoadedModel.require(requireNonNull(folder, "folder is null"), requireNonNull(options, "options is null"));
        VectorFinish.of(folder, options);
        prompt(folder, options);
    }

    /**
     * Embeds texts.
     *
     * @param texts any of them may be null
     * @return {@code [texts][dimension]}, the caller's own; null for a null text, and for one that the options give none
     * @throws EmbarkException {@link ErrorCode#TEXT_REFUSED} for a text that the options refuse; {@link
     *     ErrorCode#COMPUTE_FAILED} if the engine fails or the thread is interrupted; {@link ErrorCode#OPTION_INVALID} if {@link
     *     EmbedOptions#LONG_TEXT} asks for chunks, or a prompt fills the limit of a text that is to be read in chunks
     * @throws IllegalStateException if the model was closed before, or the encoding is not {@link Encoding#FLOAT32}
     */
    public float[][] embed(List<String> texts) {
        requireNonNull(texts, "texts is null");
        float[][] vectors = new float[texts.size()][];
        requireOneVector(options);
        inWindows(texts, options, (pooled, text, place) -> vectors[place] = finish(pooled, text));
        return vectors;
    }

    /**
     * Embeds texts into the codes of {@link EmbedOptions#ENCODING}.
     *
     * @param texts any of them may be null
     * @return {@code [texts][encoding.length(dimension)]}, the caller's own; null where {@link #embed} gives null. A Java byte
     *     is the code itself for {@link Encoding#INT8} and {@link Encoding#BINARY}; the unsigned codes of the others are
     *     {@code Byte.toUnsignedInt(code)}.
     * @throws EmbarkException as {@link #embed}
     * @throws IllegalStateException if the model was closed before, or the encoding is {@link Encoding#FLOAT32}
     */
    public byte[][] embedCodes(List<String> texts) {
        requireNonNull(texts, "texts is null");
        byte[][] codes = new byte[texts.size()][];
        requireOneVector(options);
        inWindows(texts, options, (pooled, text, place) -> codes[place] = finishCodes(pooled, text));
        return codes;
    }

    /**
     * Embeds each chunk of each text, into vectors or into the codes of {@link EmbedOptions#ENCODING}: one chunk of a text within
     * the model's limit, else as many as {@link LongText#CHUNKS} describes, which holds here whatever {@link
     * EmbedOptions#LONG_TEXT} says.
     *
     * @param texts any of them may be null
     * @return for each text its chunks, in order; null for a null text, and for one that the options give no vector
     * @throws EmbarkException as {@link #embed}
     * @throws IllegalStateException if the model was closed before
     */
    public List<List<ChunkVector>> embedChunks(List<String> texts) {
        requireNonNull(texts, "texts is null");
        List<List<ChunkVector>> chunks = new ArrayList<>();
        EmbedOptions chosen = options.with(EmbedOptions.LONG_TEXT, LongText.CHUNKS);
        inWindows(texts, chosen, (pooled, text, place) -> chunks.add(finishChunks(pooled, text)));
        return chunks;
    }

    /** Takes one of the texts that went through the network together, and where it stands among all. */
    private interface Finish {
        void accept(PooledTexts pooled, int text, int place);
    }

    private void inWindows(List<String> texts, EmbedOptions chosen, Finish each) {
        model.use(() -> {
            poolWindows(texts, chosen, each);
            return null;
        });
    }

    private void poolWindows(List<String> texts, EmbedOptions chosen, Finish each) {
        int window = chosen.get(EmbedOptions.WINDOW);
        for (int start = 0; start < texts.size(); start += window) {
            List<String> some = texts.subList(start, Math.min(start + window, texts.size()));
            PooledTexts pooled = pool(some, chosen, () -> false);
            for (int i = 0; i < pooled.size(); i++) {
                each.accept(pooled, i, start + i);
            }
        }
    }

    /**
     * Refuses options that give a text as many vectors as it has chunks, where one is expected.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for {@link LongText#CHUNKS}
     * @hidden For Embark's other rooms only.
     */
    public static void requireOneVector(EmbedOptions options) {
        if (options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS) {
            throw EmbeddingErrors.chunksForOneVector();
        }
    }

    /**
     * The first and long part of {@link #embed}: one window, however many texts there are, goes through the network, and
     * {@link #finish} makes vectors of what comes out, here or in another embedder that {@link #sharesPassWith} this one.
     *
     * @param texts any of them may be null
     * @param cancelled asked all the while by the calling thread; once it says true, batches that wait are dropped
     * @throws EmbarkException as {@link #embed}
     * @throws CancellationException if the caller cancelled; a batch that is in the network may then still run to its end
     * @throws IllegalStateException if the model was closed before
     * @hidden For Embark's other rooms only.
     */
    public PooledTexts pool(List<String> texts, BooleanSupplier cancelled) {
        requireNonNull(texts, "texts is null");
        requireNonNull(cancelled, "cancelled is null");
        return model.use(() -> pool(texts, options, cancelled));
    }

    private PooledTexts pool(List<String> texts, EmbedOptions chosen, BooleanSupplier cancelled) {
        PooledTexts pooled = new TextWindow(model, chosen, prompt, unpooledPromptTokens, cancelled).pool(texts);
        count(pooled.counts());
        return pooled;
    }

    /**
     * Whether what {@link #pool} gives is the same for both, so that one pass serves them: same model, same prompt, same
     * treatment of texts. They may differ in what is read at {@link Stage#COLLECT} and {@link Stage#FINISH}.
     *
     * @hidden For Embark's other rooms only.
     */
    public boolean sharesPassWith(Embedder other) {
        return model == other.model && pass.equals(other.pass);
    }

    /**
     * The vector of one of the texts that went through the network.
     *
     * @param pooled from this embedder, or from one that {@link #sharesPassWith} it
     * @return {@code [dimension]}, the caller's own; null for a text that has none
     * @throws IllegalStateException if the encoding is not {@link Encoding#FLOAT32}
     * @hidden For Embark's other rooms only.
     */
    public float[] finish(PooledTexts pooled, int text) {
        List<PooledChunk> chunks = pooled.chunks(text);
        return chunks == null ? null : vector(chunks.get(0));
    }

    private float[] vector(PooledChunk chunk) {
        if (encoding() != Encoding.FLOAT32) {
            throw new IllegalStateException("encoding %s gives codes, not floats".formatted(encoding()));
        }
        return finish.finish(chunk.place().pooled, chunk.place().row);
    }

    /**
     * The vectors, or codes, of the chunks of one of the texts that went through the network.
     *
     * @param pooled from this embedder, or from one that {@link #sharesPassWith} it, with {@link LongText#CHUNKS}
     * @return in order; null for a text that has none
     * @hidden For Embark's other rooms only.
     */
    public List<ChunkVector> finishChunks(PooledTexts pooled, int text) {
        List<PooledChunk> chunks = pooled.chunks(text);
        return chunks == null ? null : chunks.stream().map(this::finishChunk).toList();
    }

    private ChunkVector finishChunk(PooledChunk chunk) {
        return encoding() == Encoding.FLOAT32
                ? new ChunkVector(chunk.start(), chunk.end(), vector(chunk), null)
                : new ChunkVector(chunk.start(), chunk.end(), null, codes(chunk));
    }

    /**
     * The codes of one of the texts that went through the network.
     *
     * @param pooled from this embedder, or from one that {@link #sharesPassWith} it
     * @return as a row of {@link #embedCodes}
     * @throws IllegalStateException if the encoding is {@link Encoding#FLOAT32}
     * @hidden For Embark's other rooms only.
     */
    public byte[] finishCodes(PooledTexts pooled, int text) {
        if (encoding() == Encoding.FLOAT32) {
            throw new IllegalStateException("encoding FLOAT32 gives floats, not codes");
        }
        List<PooledChunk> chunks = pooled.chunks(text);
        return chunks == null ? null : codes(chunks.get(0));
    }

    private byte[] codes(PooledChunk chunk) {
        return finish.finishCodes(chunk.place().pooled, chunk.place().row);
    }

    private synchronized void count(EmbedCounts more) {
        counts = counts.plus(more);
    }

    /** How vectors are written down. */
    public Encoding encoding() {
        return options.get(EmbedOptions.ENCODING);
    }

    /** Components of each vector, whatever its encoding. */
    public int dimension() {
        return finish.dimension();
    }

    /**
     * The most characters at the start of a text that are read; of a longer text callers may leave out all but one behind them.
     *
     * @hidden For Embark's other rooms only.
     */
    public int maxChars() {
        int most = options.get(EmbedOptions.MAX_TEXT_CHARACTERS);
        return options.get(EmbedOptions.LONG_TEXT).readsChunks()
                        || model.tokenizer().cutsStart()
                ? most
                : Math.min(model.tokenizer().maxChars(), most);
    }

    /**
     * The folder that the model was read from.
     *
     * @hidden For Embark's other rooms only.
     */
    public ModelFolder folder() {
        return model.folder();
    }

    /** What all calls so far took. */
    synchronized EmbedCounts counts() {
        return counts;
    }

    /**
     * Closes the model if it was opened for this embedder alone: waits for the calls that embed, and refuses those that come
     * later. Does nothing the second time.
     */
    @Override
    public void close() {
        if (ownsModel) {
            model.close();
        }
    }

    /**
     * What the options and the model put before each text; empty for nothing.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the model has no prompt of the name that the options give
     * @hidden For Embark's other rooms only.
     */
    public static String prompt(ModelFolder folder, EmbedOptions options) {
        ModelSpecification specification = folder.specification();
        Map<String, String> prompts = specification.prompts();
        String prompt = options.get(EmbedOptions.PROMPT);
        String name = options.get(EmbedOptions.PROMPT_NAME);
        if (prompt == null && name != null) {
            if (!prompts.containsKey(name)) {
                throw EmbeddingErrors.noSuchPrompt(name, folder, prompts.keySet());
            }
            prompt = prompts.get(name);
        }
        if (prompt == null) {
            prompt = specification.defaultPromptName().map(prompts::get).orElse("");
        }
        return prompt;
    }
}

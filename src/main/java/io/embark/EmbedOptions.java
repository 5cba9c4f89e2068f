/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static java.util.Objects.requireNonNull;

import io.embark.base.Redaction;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every choice that a caller can make about embedding, immutable, with all values checked.
 *
 * <pre>{@code
 * EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.MODEL, "/models/e5").with(EmbedOptions.PROMPT, "query: ");
 * }</pre>
 *
 * <p>Two options objects are equal if they choose the same, whether by default or by word. Thread-safe.
 *
 * <p>Long, because each option stands beside what it means.
 */
public final class EmbedOptions implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String MODELS_OWN = "the model's own";

    /** Plans show options; ranges may have a hundred thousand chars. */
    private static final int SHOWN_CHARS = 200;

    /** The model: a bundled name, or where the folder of a Sentence Transformers model is. */
    public static final Option<String> MODEL = Option.text(
            Stage.OPEN,
            "model",
            "all-MiniLM-L6-v2",
            "a bundled name (all-MiniLM-L6-v2), a folder, a URI such as s3a://bucket/model, or org/name@revision on a hub",
            "The model: all-MiniLM-L6-v2 comes with Embark; else a Sentence Transformers model in a folder or on a hub.");

    /** Whether a program in the model's folder may run; it can do whatever the process can. */
    public static final Option<Boolean> TRUST_MODEL_CODE = Option.flag(
                    Stage.OPEN,
                    "trust-model-code",
                    false,
                    "Run the TorchScript program model.pt of a folder that Embark cannot compute itself; it can do what you can.")
            .ofHost();

    /** Put before every text, as it is; wins over {@link #PROMPT_NAME}. */
    public static final Option<String> PROMPT = Option.text(
                    Stage.PASS,
                    "prompt",
                    "Put before every text, as it is; an empty one switches the model's own prompt off.")
            .orElse(MODELS_OWN);

    /** One of the prompts that the model brings. */
    public static final Option<String> PROMPT_NAME = Option.text(
                    Stage.PASS,
                    "prompt-name",
                    null,
                    "a name from the model's prompts",
                    "One of the prompts that the model brings, such as query.")
            .orElse(MODELS_OWN);

    /** What the texts are, for models that treat queries and documents differently. */
    public static final Option<String> TASK = Option.text(
                    Stage.OPEN, "task", "What the texts are, for a model that asks: query, document or its own.")
            .orElse(MODELS_OWN);

    /** Keep only the first so many components of each vector, for models trained that way (Matryoshka). */
    public static final Option<Integer> DIMENSIONS = Option.integer(
                    Stage.FINISH,
                    "dimensions",
                    null,
                    1,
                    65_536,
                    "components",
                    "Keep only the first so many components of each vector, for models trained that way (Matryoshka).")
            .orElse(MODELS_OWN);

    /** Divide each vector by its length, after it was cut to {@link #DIMENSIONS}. */
    public static final Option<Boolean> NORMALIZE = Option.flag(
            Stage.FINISH,
            "normalize",
            false,
            "Divide each vector by its length, last of all. A model that normalises by itself does so in any case.");

    /** How vectors are written down, once they are cut and normalised. */
    public static final Option<Encoding> ENCODING = Option.choice(
            Stage.FINISH,
            "encoding",
            Encoding.FLOAT32,
            "How vectors are written down: as floats, as bytes (int8, uint8) or as packed bits (binary, ubinary).");

    /** The range of each component, which {@link Encoding#INT8} and {@link Encoding#UINT8} need. */
    public static final Option<EncodingRanges> ENCODING_RANGES = Option.ranges(
                    Stage.FINISH,
                    "encoding-ranges",
                    "{\"min\": [...], \"max\": [...]}, or the path of a file that holds it",
                    "The range of each component, for int8 and uint8: JSON, or a file of it.")
            .orElse("a sample of the table in jobs, else none");

    /** Where to compute. */
    public static final Option<Device> DEVICE = Option.choice(
                    Stage.LOAD,
                    "device",
                    Device.AUTO,
                    "Where to compute. A GPU that was asked for and is missing is an error.")
            .ofHost();

    /** The number format of weights and activations. */
    public static final Option<Precision> PRECISION = Option.choice(
            Stage.LOAD,
            "precision",
            Precision.AUTO,
            "The number format inside the model; auto is float32 on a CPU, float16 or, for models beyond its range, "
                    + "bfloat16 on a GPU. CPUs that have it compute in bfloat16 or int8, which is faster and less exact.");

    /** Cut texts to so many tokens, special tokens and prompt included. */
    public static final Option<Integer> MAX_TOKENS = Option.integer(
                    Stage.LOAD,
                    "max-tokens",
                    null,
                    1,
                    1_048_576,
                    "tokens",
                    "Cut texts to so many tokens, special tokens and prompt included; at most what the model's positions allow.")
            .orElse(MODELS_OWN);

    /** What to do with a text that is longer than the limit. */
    public static final Option<LongText> LONG_TEXT = Option.choice(
            Stage.PASS,
            "long-text",
            LongText.TRUNCATE,
            "What to do with a text that has more tokens than the limit: cut it, refuse it, take the mean over its chunks or embed"
                    + " each of them.");

    /** The most characters of one text that are read. */
    public static final Option<Integer> MAX_TEXT_CHARACTERS = Option.integer(
            Stage.PASS,
            "max-text-characters",
            10_000_000,
            1,
            500_000_000,
            "characters",
            "The most characters of one text that are read: a longer one is cut there with long-text=truncate, and counted as"
                    + " truncated; else it is refused, as on-error says.");

    /** What to do with an empty or blank text. */
    public static final Option<BlankText> BLANK = Option.choice(
            Stage.PASS, "blank", BlankText.EMBED, "What to do with a text that is empty or white space only.");

    /** What to do with a row that cannot be embedded. */
    public static final Option<OnError> ON_ERROR = Option.choice(
            Stage.PASS,
            "on-error",
            OnError.FAIL,
            "What to do with a row that cannot be embedded: stop, or make its vector null.");

    /** Tokens that go through the model together. */
    public static final Option<Integer> BATCH_TOKENS = Option.integer(
                    Stage.PASS,
                    "batch-tokens",
                    1024,
                    16,
                    1_048_576,
                    "tokens",
                    "Tokens that go through the model together, 16 times as many on a GPU; bounds its memory, does not change the vectors.")
            .ofHost();

    /** Rows that are collected before they are sorted by length and cut into batches. */
    public static final Option<Integer> WINDOW = Option.integer(
                    Stage.COLLECT,
                    "window",
                    4096,
                    1,
                    1_048_576,
                    "rows",
                    "Rows that each task collects, fewer of long texts, before it sorts them by length and cuts batches.")
            .ofHost();

    /** Forward passes that run at the same time in one process. */
    public static final Option<Integer> THREADS = Option.integer(
                    Stage.LOAD,
                    "threads",
                    0,
                    0,
                    4096,
                    "threads",
                    "Forward passes that run at the same time in one process, at most one for each core; 0 is one for each core that tasks occupy.")
            .ofHost();

    /** Where native libraries and bundled models are unpacked, and models from elsewhere copied. */
    public static final Option<String> CACHE_DIR = Option.text(
                    Stage.OPEN,
                    "cache-dir",
                    null,
                    "a folder on a file system not mounted noexec",
                    "Where native libraries and bundled models are unpacked and others copied, once for each host.")
            .orElse("EMBARK_CACHE_DIR, else ~/.cache/embark")
            .ofHost();

    /** The most that copied models may take in {@link #CACHE_DIR}. */
    public static final Option<Integer> CACHE_MEGABYTES = Option.integer(
                    Stage.OPEN,
                    "cache-megabytes",
                    20_000,
                    1,
                    1_000_000_000,
                    "megabytes",
                    "The most that models copied from elsewhere may take in cache-dir; the least recently used go first.")
            .ofHost();

    /** Whether to raise glibc's thresholds for returning memory to the system. */
    public static final Option<Boolean> TUNE_MALLOC = Option.flag(
                    Stage.LOAD,
                    "tune-malloc",
                    true,
                    "Raise glibc's mmap and trim thresholds, so that activations are not paged in again for every batch.")
            .ofHost();

    private static final Map<String, Option<?>> ALL = Stream.of(
                    MODEL,
                    TRUST_MODEL_CODE,
                    PROMPT,
                    PROMPT_NAME,
                    TASK,
                    DIMENSIONS,
                    NORMALIZE,
                    ENCODING,
                    ENCODING_RANGES,
                    PRECISION,
                    DEVICE,
                    MAX_TOKENS,
                    LONG_TEXT,
                    MAX_TEXT_CHARACTERS,
                    BLANK,
                    ON_ERROR,
                    BATCH_TOKENS,
                    WINDOW,
                    THREADS,
                    CACHE_DIR,
                    CACHE_MEGABYTES,
                    TUNE_MALLOC)
            .collect(Collectors.toMap(Option::key, Function.identity(), (a, b) -> a, LinkedHashMap::new));

    private static final EmbedOptions DEFAULTS = new EmbedOptions(Map.of());

    /** Chosen values by key. A default that was chosen by word is among them: it wins over what others choose. */
    private final TreeMap<String, Serializable> chosen;

    /** Those of them that differ from their default, which is all that embedding depends on. */
    private final TreeMap<String, Serializable> different;

    private EmbedOptions(Map<String, Serializable> chosen) {
        this.chosen = new TreeMap<>(chosen);
        this.different = new TreeMap<>(chosen);
        different.entrySet().removeIf(choice -> choice.getValue()
                .equals(ALL.get(choice.getKey()).defaultValue()));
    }

    /** All options in the order in which people want to read them. */
    public static List<Option<?>> all() {
        return List.copyOf(ALL.values());
    }

    /**
     * The options that are read at one of these stages, in the order of {@link #all}.
     *
     * @hidden For Embark's other rooms only.
     */
    public static List<Option<?>> at(Stage... stages) {
        List<Stage> wanted = List.of(stages);
        return ALL.values().stream()
                .filter(option -> wanted.contains(option.stage()))
                .toList();
    }

    /** The options where nobody chose anything. */
    public static EmbedOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Reads options by key, as they come from a command line, Spark settings, a SQL map or a file.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for a key that is none, naming the nearest one;
     *     {@link ErrorCode#OPTION_INVALID} for a value that the option does not take
     */
    public static EmbedOptions parse(Map<String, String> settings) {
        requireNonNull(settings, "settings is null");
        EmbedOptions options = DEFAULTS;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            options = options.withText(option(setting.getKey()), setting.getValue());
        }
        return options;
    }

    /**
     * The option with this key.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} if there is none, naming the nearest key
     */
    public static Option<?> option(String key) {
        Option<?> option = ALL.get(key);
        if (option != null) {
            return option;
        }

        throw Option.unknown(key, ALL.keySet());
    }

    /** The value of an option: the chosen one, else its default. Null where the model decides. */
    @SuppressWarnings("unchecked") // with() lets only a T in under the key of an Option<T>
    public <T> T get(Option<T> option) {
        Serializable value = chosen.get(option.key());
        return value == null ? option.defaultValue() : (T) value;
    }

    /**
     * What these options choose of those that are read at one of the stages; everything else is left to its default.
     *
     * @hidden For Embark's other rooms only.
     */
    public EmbedOptions only(Stage... stages) {
        Map<String, Serializable> kept = new TreeMap<>(chosen);
        kept.keySet().retainAll(at(stages).stream().map(Option::key).toList());
        return new EmbedOptions(kept);
    }

    /**
     * These options with one of them changed; null takes the choice back.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the option does not take the value
     */
    public <T> EmbedOptions with(Option<T> option, T value) {
        requireNonNull(option, "option is null");
        TreeMap<String, Serializable> changed = new TreeMap<>(chosen);
        if (value == null) {
            changed.remove(option.key());
        } else {
            changed.put(option.key(), (Serializable) option.require(value));
        }
        return new EmbedOptions(changed);
    }

    /**
     * These options; where they choose nothing, what the others choose. A default that was chosen by word is a choice.
     *
     * <p>{@link #PROMPT} and {@link #PROMPT_NAME} say the same thing in two ways: where these options choose the name, the
     * others' prompt does not hold.
     */
    public EmbedOptions orElse(EmbedOptions others) {
        requireNonNull(others, "others is null");
        TreeMap<String, Serializable> merged = new TreeMap<>(others.chosen);
        if (chosen.containsKey(PROMPT_NAME.key())) {
            merged.remove(PROMPT.key());
        }
        merged.putAll(chosen);
        return new EmbedOptions(merged);
    }

    private <T> EmbedOptions withText(Option<T> option, String value) {
        return with(option, option.parse(value));
    }

    /** The choices that differ from the default, by key, as {@link #parse} reads them. */
    public Map<String, String> toMap() {
        return written(different);
    }

    /**
     * All choices, those of a default by word too.
     *
     * @hidden For Embark's other rooms only.
     */
    public Map<String, String> chosen() {
        return written(chosen);
    }

    private static Map<String, String> written(Map<String, Serializable> choices) {
        Map<String, String> map = new LinkedHashMap<>();
        choices.forEach((key, value) -> map.put(key, Option.write(value)));
        return map;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbedOptions that && different.equals(that.different);
    }

    @Override
    public int hashCode() {
        return different.hashCode();
    }

    /** The choices that differ from the default, long ones cut: {@code {dimensions=256, model=/models/e5}}. */
    @Override
    public String toString() {
        Map<String, String> shown = toMap();
        shown.replaceAll((key, value) -> shown(Redaction.text(value)));
        return shown.toString();
    }

    private static String shown(String value) {
        return value.length() <= SHOWN_CHARS ? value : value.substring(0, SHOWN_CHARS) + "...";
    }
}

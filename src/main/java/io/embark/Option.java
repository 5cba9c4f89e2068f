package io.embark;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One choice that a caller can make: its key, values, default and check. The command line, {@code spark.embark.*}
 * settings, SQL maps and configuration files all go through {@link #parse}.
 *
 * @param <T> the type of the value; immutable and serializable
 */
public final class Option<T> {
    private final Stage stage;
    private final boolean ofHost;
    private final String key;
    private final T defaultValue;
    private final String values;
    private final String description;
    private final String unchosen;
    private final Function<String, T> reader;
    private final Predicate<T> check;

    private Option(
            Stage stage,
            boolean ofHost,
            String key,
            T defaultValue,
            String unchosen,
            String values,
            String description,
            Function<String, T> reader,
            Predicate<T> check) {
        this.stage = requireNonNull(stage, "stage is null");
        this.ofHost = ofHost;
        this.key = key;
        this.defaultValue = defaultValue;
        this.unchosen = unchosen;
        this.values = values;
        this.description = description;
        this.reader = reader;
        this.check = check;
    }

    private static <T> Option<T> of(
            Stage stage, String key, T defaultValue, String values, String description, Function<String, T> reader) {
        return new Option<>(
                stage, false, key, defaultValue, "the model's own", values, description, reader, value -> true);
    }

    static Option<String> text(Stage stage, String key, String defaultValue, String values, String description) {
        return of(stage, key, defaultValue, values, description, value -> value);
    }

    static Option<Integer> integer(
            Stage stage, String key, Integer defaultValue, int min, int max, String unit, String description) {
        return new Option<>(
                stage,
                false,
                key,
                defaultValue,
                "the model's own",
                "%d to %d %s".formatted(min, max, unit).strip(),
                description,
                value -> Integer.parseInt(value.strip()),
                number -> min <= number && number <= max);
    }

    static Option<Boolean> flag(Stage stage, String key, boolean defaultValue, String description) {
        return of(stage, key, defaultValue, "true, false", description, value -> switch (value.strip()
                .toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("not a boolean");
        });
    }

    static <E extends Enum<E>> Option<E> choice(Stage stage, String key, E defaultValue, String description) {
        Class<E> type = defaultValue.getDeclaringClass();
        String values =
                Arrays.stream(type.getEnumConstants()).map(Option::write).collect(Collectors.joining(", "));
        return of(
                stage,
                key,
                defaultValue,
                values,
                description,
                value -> Enum.valueOf(type, value.strip().toUpperCase(Locale.ROOT)));
    }

    static Option<EncodingRanges> ranges(Stage stage, String key, String values, String description) {
        return of(stage, key, null, values, description, EncodingRanges::parse);
    }

    /** The same without a default value; {@code unchosen} says for people what holds where nobody chose one. */
    Option<T> orElse(String unchosen) {
        return new Option<>(stage, ofHost, key, null, unchosen, values, description, reader, check);
    }

    /** The same as a choice of the host, see {@link #isOfHost}. */
    Option<T> ofHost() {
        return new Option<>(stage, true, key, defaultValue, unchosen, values, description, reader, check);
    }

    /** Where it is read. */
    public Stage stage() {
        return stage;
    }

    /**
     * Whether it says what a host allows and how it computes, rather than what: who embeds a query on another host, for vectors
     * that were made here, chooses it anew.
     */
    public boolean isOfHost() {
        return ofHost;
    }

    /** The key, words linked by dashes: {@code batch-tokens}. */
    public String key() {
        return key;
    }

    /** The value where nobody chose one; null where the model or the host decides. */
    public T defaultValue() {
        return defaultValue;
    }

    /** What may stand behind the key, with its unit, for people: {@code "64 to 1048576 tokens"}. */
    public String values() {
        return values;
    }

    /** One sentence on what the option does. */
    public String description() {
        return description;
    }

    /**
     * Reads a value as it stands on a command line or in a configuration file.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the value is not one of {@link #values()}
     */
    public T parse(String value) {
        requireNonNull(value, "value is null");
        T read;
        try {
            read = reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw refused(value, e);
        }
        if (!check.test(read)) {
            throw refused(value, null);
        }
        return read;
    }

    /**
     * The value itself, if it is one that {@link #parse} could give.
     *
     * @throws EmbarkException as there
     */
    T require(T value) {
        if (!check.test(value)) {
            throw refused(write(value), null);
        }
        return value;
    }

    private EmbarkException refused(String value, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: '%s' is not a possible value".formatted(key, value),
                "It takes %s.".formatted(values),
                "Set %s to one of these, or leave it out for its default (%s).".formatted(key, defaultText()),
                thrown);
    }

    /** The default for people; what decides where it is no value: {@code "the model's own"}. */
    public String defaultText() {
        return defaultValue == null ? unchosen : write(defaultValue);
    }

    /** A value as {@link #parse} reads it. */
    public static String write(Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : Objects.toString(value);
    }

    @Override
    public String toString() {
        return key;
    }
}

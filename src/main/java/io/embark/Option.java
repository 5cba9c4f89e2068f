/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

import static java.util.Objects.requireNonNull;

import io.embark.base.NearestName;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One choice that a caller can make: its key, values, default and check. The command line, {@code spark.embark.*}
 * settings, SQL maps and configuration files all go through {@link #parse}.
 *
 * <p>Those about embedding are constants of {@link EmbedOptions}; the factories are for Embark's other rooms.
 *
 * @param <T> the type of the value; immutable and serializable
 */
public final class Option<T> {
    /**
     * How an option is written.
     *
     * @hidden For Embark's other rooms only.
     */
    public enum Form {
        /** One value behind the key. */
        VALUE,
        /** On a command line the key alone says true; elsewhere a value stands behind it. */
        ALONE,
        /** Any number of {@code K=V} behind the key on a command line; elsewhere {@code key.K} is V, each a value. */
        ENTRIES
    }

    private final Stage stage;
    private final String key;
    private final OptionType<T> type;
    private final T defaultValue;
    private final String unchosen;
    private final String description;
    private final boolean ofHost;
    private final Form form;

    private Option(
            Stage stage,
            String key,
            OptionType<T> type,
            T defaultValue,
            String unchosen,
            String description,
            boolean ofHost,
            Form form) {
        this.stage = requireNonNull(stage, "stage is null");
        this.key = requireNonNull(key, "key is null");
        this.type = type;
        this.defaultValue = defaultValue;
        this.unchosen = unchosen;
        this.description = requireNonNull(description, "description is null");
        this.ofHost = ofHost;
        this.form = form;
    }

    private static <T> Option<T> of(Stage stage, String key, OptionType<T> type, T defaultValue, String description) {
        return new Option<>(stage, key, type, defaultValue, null, description, false, Form.VALUE);
    }

    /**
     * Any text.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static Option<String> text(Stage stage, String key, String description) {
        return of(stage, key, OptionType.text(null), null, description);
    }

    /** A text of which people are told what it may be; {@code defaultValue} may be null. */
    static Option<String> text(Stage stage, String key, String defaultValue, String values, String description) {
        return of(stage, key, OptionType.text(values), defaultValue, description);
    }

    /**
     * A whole number of something; {@code defaultValue} may be null.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static Option<Integer> integer(
            Stage stage, String key, Integer defaultValue, int min, int max, String unit, String description) {
        return of(stage, key, OptionType.integer(min, max, unit), defaultValue, description);
    }

    /**
     * True or false.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static Option<Boolean> flag(Stage stage, String key, boolean defaultValue, String description) {
        return of(stage, key, OptionType.flag(), defaultValue, description);
    }

    /**
     * One of a few names, in letters of either case.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static <E extends Enum<E>> Option<E> choice(Stage stage, String key, E defaultValue, String description) {
        return of(stage, key, OptionType.choice(defaultValue.getDeclaringClass()), defaultValue, description);
    }

    /**
     * The same where nothing is chosen by default.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static <E extends Enum<E>> Option<E> choice(Stage stage, String key, Class<E> type, String description) {
        return of(stage, key, OptionType.choice(type), null, description);
    }

    /**
     * Named values that are passed on to somebody else, who checks them.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static Option<String> entries(Stage stage, String key, String description) {
        return new Option<>(stage, key, OptionType.entries(), null, null, description, false, Form.ENTRIES);
    }

    static Option<EncodingRanges> ranges(Stage stage, String key, String values, String description) {
        return of(stage, key, OptionType.ranges(values), null, description);
    }

    /**
     * The same; {@code decides} says for people what holds where nobody chose a value.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public Option<T> orElse(String decides) {
        return new Option<>(stage, key, type, defaultValue, decides, description, ofHost, form);
    }

    /**
     * The same as a choice of the host, see {@link #isOfHost}.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public Option<T> ofHost() {
        return new Option<>(stage, key, type, defaultValue, unchosen, description, true, form);
    }

    /**
     * The same in {@link Form#ALONE}.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public Option<T> alone() {
        return new Option<>(stage, key, type, defaultValue, unchosen, description, ofHost, Form.ALONE);
    }

    /**
     * The same with another {@link #label}.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public Option<T> labelled(String label) {
        return new Option<>(stage, key, type.labelled(label), defaultValue, unchosen, description, ofHost, form);
    }

    /**
     * Where it is read.
     *
     * @hidden For Embark's other rooms only.
     */
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

    /**
     * How it is written.
     *
     * @hidden For Embark's other rooms only.
     */
    public Form form() {
        return form;
    }

    /** The key, words linked by dashes: {@code batch-tokens}. */
    public String key() {
        return key;
    }

    /** What stands for the value in a synopsis: {@code "N"}, {@code "auto|cpu|gpu"}. */
    public String label() {
        return type.label() == null ? key.toUpperCase(Locale.ROOT) : type.label();
    }

    /** The value where nobody chose one; null where something else decides. */
    public T defaultValue() {
        return defaultValue;
    }

    /** Whether anything holds where nobody chose a value. */
    public boolean hasDefault() {
        return defaultValue != null || unchosen != null;
    }

    /** The default for people; what decides where it is no value: {@code "the model's own"}; {@code "none"} if nothing does. */
    public String defaultText() {
        if (defaultValue != null) {
            return write(defaultValue);
        }
        return unchosen == null ? "none" : unchosen;
    }

    /** What may stand behind the key, with its unit, for people: {@code "64 to 1048576 tokens"}. */
    public String values() {
        return takesAnyText() ? "any text" : type.values();
    }

    /** Whether every text is a value. */
    public boolean takesAnyText() {
        return type.values() == null;
    }

    /** All values, where they are few; empty otherwise. */
    public List<String> names() {
        return type.names();
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
            read = type.reader().apply(value);
        } catch (IllegalArgumentException e) {
            throw refused(value, e);
        }
        if (!type.check().test(read)) {
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
        if (!type.check().test(value)) {
            throw refused(write(value), null);
        }
        return value;
    }

    private EmbarkException refused(String value, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: '%s' is not a possible value".formatted(key, value),
                "It takes %s.".formatted(values()),
                hasDefault()
                        ? "Set %s to one of these, or leave it out for its default (%s).".formatted(key, defaultText())
                        : "Set %s to one of these, or leave it out.".formatted(key),
                thrown);
    }

    /**
     * The error of a key that none of the known options has; names the nearest.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static EmbarkException unknown(String key, Collection<String> known) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "option '%s' does not exist".formatted(key),
                "The options are %s.".formatted(String.join(", ", known)),
                NearestName.find(key, known)
                        .map("Did you mean %s?"::formatted)
                        .orElse("Leave it out, or choose one of these."));
    }

    /**
     * The error of an option that one request gives more than one value.
     *
     * @hidden Public for Embark's other rooms only.
     */
    public static EmbarkException repeated(String key) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: is given more than once".formatted(key),
                "An option has one value.",
                "Keep one of them.");
    }

    /** A value as {@link #parse} reads it. */
    public static String write(Object value) {
        return value instanceof Enum<?> constant ? OptionType.name(constant) : Objects.toString(value);
    }

    @Override
    public String toString() {
        return key;
    }
}

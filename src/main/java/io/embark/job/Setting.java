package io.embark.job;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One thing that a command can be told: its key, values, default and check. The key is the same word on the command line
 * ({@code --key}), under {@code --set}, as {@code spark.embark.key} and in a configuration file.
 */
final class Setting {
    /** How a setting is written. */
    enum Kind {
        /** One value behind the key. */
        VALUE,
        /** The key alone says true. */
        FLAG,
        /** Any number of {@code K=V} behind the key; elsewhere {@code key.K} is V. */
        ENTRIES
    }

    private final String key;
    private final Kind kind;
    private final String label;
    private final String values;
    private final String defaultValue;
    private final String defaultText;
    private final String description;
    private final UnaryOperator<String> reader;

    private Setting(
            String key,
            Kind kind,
            String label,
            String values,
            String defaultValue,
            String defaultText,
            String description,
            UnaryOperator<String> reader) {
        this.key = key;
        this.kind = kind;
        this.label = label;
        this.values = values;
        this.defaultValue = defaultValue;
        this.defaultText = defaultText;
        this.description = description;
        this.reader = reader;
    }

    /** Any text; {@code defaultText} tells people what holds without it, null if nothing does. */
    static Setting text(String key, String label, String defaultText, String description) {
        return new Setting(
                key, Kind.VALUE, label, "any text", null, defaultText, description, UnaryOperator.identity());
    }

    /** One of some names, in letters of either case; {@code defaultValue} may be null, then {@code defaultText} says what holds. */
    static Setting choice(String key, List<String> names, String defaultValue, String defaultText, String description) {
        return new Setting(
                key,
                Kind.VALUE,
                String.join("|", names),
                String.join(", ", names),
                defaultValue,
                defaultText,
                description,
                value -> {
                    String name = value.strip().toLowerCase(Locale.ROOT);
                    if (!names.contains(name)) {
                        throw new IllegalArgumentException("not one of the names");
                    }

                    return name;
                });
    }

    /** A whole number of something; {@code defaultValue} may be null. */
    static Setting number(
            String key, long min, long max, Long defaultValue, String defaultText, String unit, String description) {
        return new Setting(
                key,
                Kind.VALUE,
                "N",
                "%d to %d %s".formatted(min, max, unit),
                defaultValue == null ? null : Long.toString(defaultValue),
                defaultText,
                description,
                value -> {
                    long number = Long.parseLong(value.strip());
                    if (number < min || number > max) {
                        throw new IllegalArgumentException("out of range");
                    }

                    return Long.toString(number);
                });
    }

    /** Something that is off unless the key is there. */
    static Setting flag(String key, String description) {
        return new Setting(key, Kind.FLAG, "", "true, false", "false", "false", description, value -> {
            String flag = value.strip().toLowerCase(Locale.ROOT);
            if (!flag.equals("true") && !flag.equals("false")) {
                throw new IllegalArgumentException("not a boolean");
            }

            return flag;
        });
    }

    /** Entries that are passed on to somebody else, who checks them. */
    static Setting entries(String key, String description) {
        return new Setting(
                key, Kind.ENTRIES, "K=V", "K=V, repeatable", null, null, description, UnaryOperator.identity());
    }

    /** An option of embedding as a setting. */
    static Setting of(Option<?> option) {
        String defaultValue = option.defaultValue() == null ? null : option.defaultText();
        return new Setting(
                option.key(),
                Kind.VALUE,
                label(option),
                option.values(),
                defaultValue,
                option.defaultText(),
                option.description(),
                value -> {
                    option.parse(value);
                    return value;
                });
    }

    private static String label(Option<?> option) {
        if (option.values().matches("[a-z0-9]+(, [a-z0-9]+)+")) {
            return option.values().replace(", ", "|");
        }

        return Character.isDigit(option.values().charAt(0)) ? "N" : option.key().toUpperCase(Locale.ROOT);
    }

    String key() {
        return key;
    }

    Kind kind() {
        return kind;
    }

    /** What stands behind the key in a synopsis: {@code "error|overwrite|append"}. */
    String label() {
        return label;
    }

    /** What may stand behind the key, for people: {@code "1 to 1000 rows"}. */
    String values() {
        return values;
    }

    /** The value where nobody chose one; empty where there is none or another part decides. */
    Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** What holds where nobody chose a value, for people; empty where nothing does. */
    Optional<String> defaultText() {
        return Optional.ofNullable(defaultText);
    }

    String description() {
        return description;
    }

    /**
     * The value as the job reads it.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the setting does not take it
     */
    String read(String value) {
        try {
            return reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw new EmbarkException(
                    ErrorCode.OPTION_INVALID,
                    "option %s: '%s' is not a possible value".formatted(key, value),
                    "It takes %s.".formatted(values),
                    defaultText()
                            .map(text -> "Set %s to one of these, or leave it out for its default (%s)."
                                    .formatted(key, text))
                            .orElse("Set %s to one of these, or leave it out.".formatted(key)),
                    e);
        }
    }

    @Override
    public String toString() {
        return key;
    }
}

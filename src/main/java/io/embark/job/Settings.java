package io.embark.job;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings in force for one command: for each, the value of the most important place that names it. Places in order:
 * command line, {@code --set}, {@code spark.embark.*}, configuration file, default. Immutable.
 */
final class Settings {
    private static final String SPARK_EMBARK = "spark.embark.";
    private static final String DEFAULT = "default";

    /**
     * A setting in force.
     *
     * @param key its key; with the entry's name for an entry: {@code source-option.sep}
     * @param value its value, empty if nothing was chosen and no default is a value
     * @param origin where the value comes from
     */
    record Effective(String key, String value, String origin) {
        /** Whether the value is one, rather than left to another part. */
        boolean isSet() {
            return !value.isEmpty() || !origin.startsWith(DEFAULT);
        }
    }

    /** Where a value can stand, the most important place first. */
    enum Place {
        COMMAND_LINE,
        SET,
        SPARK,
        FILE
    }

    /**
     * A value that somebody chose.
     *
     * @param value the value as text
     * @param origin where it stands, for people
     * @param place where it stands
     */
    record Chosen(String value, String origin, Place place) {}

    private final JobCommand command;
    private final Map<String, Chosen> chosen;
    private final Map<String, Chosen> sparkConf;
    private final Redaction redaction;

    Settings(JobCommand command, Map<String, Chosen> chosen, Map<String, Chosen> sparkConf) {
        this.command = command;
        this.chosen = new TreeMap<>(chosen);
        this.sparkConf = new TreeMap<>(sparkConf);
        this.redaction = new Redaction(values(sparkConf));
    }

    /** Whether a key of Spark's configuration is one that the job reads and that says nothing about embedding. */
    static boolean isOfTheJob(String sparkKey) {
        if (!sparkKey.startsWith(SPARK_EMBARK)) {
            return false;
        }

        String key = sparkKey.substring(SPARK_EMBARK.length()).replaceFirst("\\..*", "");
        return EmbedOptions.all().stream().noneMatch(option -> option.key().equals(key))
                && JobCommand.settingsOfAll().stream()
                        .anyMatch(setting -> setting.key().equals(key));
    }

    private static Map<String, String> values(Map<String, Chosen> chosen) {
        Map<String, String> values = new TreeMap<>();
        chosen.forEach((key, value) -> values.put(key, value.value()));
        return values;
    }

    /** The value of a setting, chosen or by default; empty if there is neither. */
    Optional<String> find(Setting setting) {
        Chosen value = chosen.get(setting.key());
        return value == null ? setting.defaultValue() : Optional.of(value.value());
    }

    /** Whether somebody chose a value. */
    boolean isChosen(Setting setting) {
        return chosen.containsKey(setting.key());
    }

    /** The value of a setting that cannot be done without. */
    String require(Setting setting) {
        return find(setting)
                .orElseThrow(() -> new EmbarkException(
                        ErrorCode.OPTION_INVALID,
                        "option --%s: is missing".formatted(setting.key()),
                        "embark %s cannot do without it. %s".formatted(command.key(), setting.description()),
                        "Add --%s %s.".formatted(setting.key(), setting.label())));
    }

    boolean isOn(Setting flag) {
        return find(flag).map(Boolean::parseBoolean).orElse(false);
    }

    /** The entries of a setting of that kind, by name. */
    Map<String, String> entries(Setting setting) {
        String prefix = setting.key() + ".";
        Map<String, String> entries = new TreeMap<>();
        chosen.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                entries.put(key.substring(prefix.length()), value.value());
            }
        });
        return entries;
    }

    /** What was chosen about embedding, by key. */
    Map<String, String> embedding() {
        Map<String, String> options = new LinkedHashMap<>();
        for (Setting setting : JobSettings.EMBEDDING) {
            if (isChosen(setting)) {
                options.put(setting.key(), chosen.get(setting.key()).value());
            }
        }
        // A prompt wins over a prompt's name: one from a less important place must not.
        Chosen prompt = chosen.get(EmbedOptions.PROMPT.key());
        Chosen promptName = chosen.get(EmbedOptions.PROMPT_NAME.key());
        if (prompt != null && promptName != null && promptName.place().compareTo(prompt.place()) < 0) {
            options.remove(EmbedOptions.PROMPT.key());
        }
        return options;
    }

    /** The options of embedding in force. */
    EmbedOptions embedOptions() {
        return EmbedOptions.parse(embedding());
    }

    /** The configuration for Spark: what was submitted, with {@code --set} above it and the file below it. */
    Map<String, String> sparkConf() {
        return values(sparkConf);
    }

    /** All settings of the command, secrets taken out, in the order of help; then what was set for Spark here. */
    List<Effective> effective() {
        List<Effective> all = new ArrayList<>();
        for (Setting setting : command.settings()) {
            if (setting.kind() == Setting.Kind.ENTRIES) {
                String prefix = setting.key() + ".";
                chosen.forEach((key, value) -> {
                    if (key.startsWith(prefix)) {
                        all.add(shown(key, value));
                    }
                });
            } else if (isChosen(setting)) {
                all.add(shown(setting.key(), chosen.get(setting.key())));
            } else {
                all.add(unchosen(setting));
            }
        }
        sparkConf.forEach((key, value) -> {
            if (value.place() != Place.SPARK && !key.startsWith(SPARK_EMBARK)) {
                all.add(shown(key, value));
            }
        });
        return all;
    }

    private static Effective unchosen(Setting setting) {
        String origin =
                setting.defaultValue().isPresent() || setting.defaultText().isEmpty()
                        ? DEFAULT
                        : "%s: %s".formatted(DEFAULT, setting.defaultText().get());
        return new Effective(setting.key(), setting.defaultValue().orElse(""), origin);
    }

    private Effective shown(String key, Chosen value) {
        return new Effective(key, redaction.show(key, value.value()), value.origin());
    }
}

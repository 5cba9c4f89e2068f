/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.job.session.SessionRequest;
import io.embark.job.session.SparkKeys;
import io.embark.job.session.SparkStart;
import io.embark.spark.models.SparkSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The settings in force for one command: for each, the value of the most important place that names it. Places in order:
 * command line, {@code --set}, {@code spark.embark.*}, configuration file, default. Immutable.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Settings {
    /**
     * A setting in force.
     *
     * @param key its key; with the entry's name for an entry: {@code source-option.sep}
     * @param value its value, empty if nothing was chosen and no default is a value
     * @param origin where the value comes from, for people
     * @param place where it comes from
     */
    public record Effective(String key, String value, String origin, Place place) {
        /** Whether the value is one, rather than left to another part. */
        public boolean isSet() {
            return !value.isEmpty() || place != Place.DEFAULT;
        }
    }

    /** Where a value can stand, the most important place first. */
    public enum Place {
        COMMAND_LINE,
        SET,
        SPARK,
        FILE,
        DEFAULT
    }

    /**
     * A value that somebody chose.
     *
     * @param value the value, of the type of its option; a text where no option of the command has the key
     * @param origin where it stands, for people
     * @param place where it stands
     * @param word what stands there in its place, such as {@code env:NAME}; empty where it stands there itself
     */
    public record Chosen(Object value, String origin, Place place, Optional<String> word) {
        Chosen(Object value, String origin, Place place) {
            this(value, origin, place, Optional.empty());
        }

        String text() {
            return Option.write(value);
        }
    }

    private final JobCommand command;
    private final Map<String, Chosen> chosen;
    private final Map<String, Chosen> sparkConf;
    private final List<String> notes;
    private final RunSecrets secrets;

    public Settings(JobCommand command, Map<String, Chosen> chosen, Map<String, Chosen> sparkConf, List<String> notes) {
        this.command = command;
        this.chosen = new TreeMap<>(chosen);
        this.sparkConf = new TreeMap<>(sparkConf);
        this.notes = List.copyOf(notes);
        this.secrets = RunSecrets.of(texts(this.chosen), sparkConf());
    }

    /** Whether a key of Spark's configuration is one that the job reads and that says nothing about embedding. */
    public static boolean isOfTheJob(String sparkKey) {
        if (!sparkKey.startsWith(SparkSettings.PREFIX)) {
            return false;
        }

        String key = sparkKey.substring(SparkSettings.PREFIX.length()).replaceFirst("\\..*", "");
        return EmbedOptions.all().stream().noneMatch(option -> option.key().equals(key))
                && JobCommand.settingsOfAll().stream()
                        .anyMatch(setting -> setting.key().equals(key));
    }

    /** What people should know about the settings, wherever they stand. */
    public List<String> notes() {
        return notes;
    }

    /** The value of a setting, chosen or by default; null if there is neither. */
    @SuppressWarnings("unchecked") // the reader puts only a T under the key of an Option<T>
    public <T> T get(Option<T> setting) {
        return isChosen(setting) ? (T) chosen.get(setting.key()).value() : setting.defaultValue();
    }

    /** The same; empty if there is neither. */
    public <T> Optional<T> find(Option<T> setting) {
        return Optional.ofNullable(get(setting));
    }

    /** Whether somebody chose a value. */
    public boolean isChosen(Option<?> setting) {
        return chosen.containsKey(setting.key());
    }

    /** Whether the command itself says it. */
    public boolean isOnCommandLine(Option<?> setting) {
        return isChosen(setting) && chosen.get(setting.key()).place() == Place.COMMAND_LINE;
    }

    /** Whether this run is asked for it, on the command line or with {@code --set}; places that serve others may name it too. */
    public boolean isAskedForHere(Option<?> setting) {
        return places(setting).anyMatch(place -> place.compareTo(Place.SET) <= 0);
    }

    /** Whether a more important place names it than any that names one of the others. */
    public boolean outranks(Option<?> setting, List<Option<?>> others) {
        Place best = others.stream()
                .flatMap(this::places)
                .min(Comparator.naturalOrder())
                .orElse(Place.DEFAULT);
        return places(setting).anyMatch(place -> place.compareTo(best) < 0);
    }

    /** Where it stands, for settings with entries each of them. */
    private Stream<Place> places(Option<?> setting) {
        String key = setting.key();
        return chosen.entrySet().stream()
                .filter(value -> value.getKey().equals(key)
                        || (setting.form() == Option.Form.ENTRIES
                                && value.getKey().startsWith(key + ".")))
                .map(value -> value.getValue().place());
    }

    /** The names in a list with commas between them; none if it is not chosen. */
    public List<String> names(Option<String> setting) {
        return find(setting)
                .map(names -> Stream.of(names.split(",", -1)).map(String::strip).toList())
                .orElse(List.of());
    }

    /** The value of a setting that cannot be done without. */
    public <T> T require(Option<T> setting) {
        return find(setting).orElseThrow(() -> SettingErrors.isMissing(setting, command));
    }

    public boolean isOn(Option<Boolean> flag) {
        return get(flag);
    }

    /** The values of a setting in {@link Option.Form#ENTRIES}, by name. */
    public Map<String, String> entries(Option<String> setting) {
        String prefix = setting.key() + ".";
        Map<String, String> entries = new TreeMap<>();
        chosen.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                entries.put(key.substring(prefix.length()), value.text());
            }
        });
        return entries;
    }

    /** The words that stand for values of such a setting, by name: {@code env:NAME}, {@code file:PATH}. */
    public Map<String, String> words(Option<String> setting) {
        String prefix = setting.key() + ".";
        Map<String, String> words = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        chosen.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                value.word().ifPresent(word -> words.put(key.substring(prefix.length()), word));
            }
        });
        return words;
    }

    /** What was chosen about embedding. */
    public EmbedOptions embedOptions() {
        EmbedOptions options = EmbedOptions.defaults();
        for (Option<?> option : EmbedOptions.all()) {
            options = withChosen(options, option);
        }
        // A prompt wins over a prompt's name: one from a less important place must not.
        Chosen prompt = chosen.get(EmbedOptions.PROMPT.key());
        Chosen promptName = chosen.get(EmbedOptions.PROMPT_NAME.key());
        boolean nameWins =
                prompt != null && promptName != null && promptName.place().compareTo(prompt.place()) < 0;
        return nameWins ? options.with(EmbedOptions.PROMPT, null) : options;
    }

    private <T> EmbedOptions withChosen(EmbedOptions options, Option<T> option) {
        return isChosen(option) ? options.with(option, get(option)) : options;
    }

    /** The configuration for Spark: what was submitted, with {@code --set} above it and the file below it. */
    public Map<String, String> sparkConf() {
        return texts(sparkConf);
    }

    /** These with settings of Spark's that the job adds itself. */
    public Settings withSpark(List<SparkStart.Added> added) {
        Map<String, Chosen> conf = new TreeMap<>(sparkConf);
        added.forEach(
                setting -> conf.put(setting.key(), new Chosen(setting.value(), setting.because(), Place.DEFAULT)));
        return new Settings(command, chosen, conf, notes);
    }

    /** The session that they ask for. */
    public SessionRequest session() {
        return new SessionRequest(
                "embark " + command.key(), sparkConf(), isOn(JobSettings.VERBOSE), Settings::isOfTheJob);
    }

    /** The words that give another command the same Spark, where somebody chose one; without secrets. */
    public List<String> wordsOfSpark() {
        List<String> words = new ArrayList<>();
        for (Option<String> setting : List.of(JobSettings.CONFIG, JobSettings.PACKAGES)) {
            Chosen value = chosen.get(setting.key());
            if (value != null && value.place() != Place.FILE && value.place() != Place.SPARK) {
                words.addAll(List.of("--" + setting.key(), secrets.value(setting.key(), value.text())));
            }
        }
        sparkConf.forEach((key, value) -> {
            if (value.place() == Place.SET) {
                words.addAll(List.of("--set", "%s=%s".formatted(key, secrets.value(key, value.text()))));
            }
        });
        return words;
    }

    private static Map<String, String> texts(Map<String, Chosen> values) {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((key, value) -> texts.put(key, value.text()));
        return texts;
    }

    /** What must not be shown of them. */
    public RunSecrets secrets() {
        return secrets;
    }

    /** All settings of the command, secrets taken out, in the order of help; then what was set for Spark here. */
    public List<Effective> effective() {
        List<Effective> all = new ArrayList<>();
        for (Option<?> setting : command.settings()) {
            if (setting.form() == Option.Form.ENTRIES) {
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
            // The jars of packages are told by these.
            boolean isTold = key.startsWith(SparkSettings.PREFIX) || SparkKeys.isOfSubmit(key);
            if (value.place() != Place.SPARK && !isTold) {
                all.add(shown(key, value));
            }
        });
        return all;
    }

    private static Effective unchosen(Option<?> setting) {
        boolean isDecided = setting.defaultValue() != null || !setting.hasDefault();
        return new Effective(
                setting.key(),
                setting.defaultValue() == null ? "" : setting.defaultText(),
                isDecided ? "default" : "default: " + setting.defaultText(),
                Place.DEFAULT);
    }

    private Effective shown(String key, Chosen value) {
        return new Effective(key, secrets.value(key, value.text()), value.origin(), value.place());
    }
}

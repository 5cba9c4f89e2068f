/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.Shown;
import io.embark.job.session.SparkKeys;
import io.embark.job.settings.Settings.Chosen;
import io.embark.job.settings.Settings.Place;
import io.embark.spark.models.SparkSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Reads settings from all places, the most important first: who comes first stays. Serves one command line.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SettingsReader {
    private static final String SPARK = "spark.";

    private final Arguments arguments;
    private final Map<String, Option<?>> own;
    private final Map<String, Option<?>> known;
    private final Map<String, Chosen> chosen = new TreeMap<>();
    private final Map<String, Chosen> sparkConf = new TreeMap<>();

    private final List<String> notes = new ArrayList<>();

    private SettingsReader(Arguments arguments) {
        this.arguments = arguments;
        this.own = byKey(arguments.command().settings());
        this.known = byKey(JobCommand.settingsOfAll());
    }

    /**
     * Finds each setting's value and checks it.
     *
     * @param arguments the command line
     * @param submitted Spark's configuration as it was submitted
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} for a key that no command knows, naming the nearest;
     *     {@link ErrorCode#OPTION_INVALID} for a value that its setting does not take, for two settings of which a run takes
     *     one, and for a configuration file that cannot be read
     */
    public static Settings read(Arguments arguments, Map<String, String> submitted) {
        return new SettingsReader(arguments).read(submitted);
    }

    private Settings read(Map<String, String> submitted) {
        readCommandLine();
        readSet();
        submitted.forEach((key, value) -> sparkConf.putIfAbsent(key, new Chosen(value, key, Place.SPARK)));
        Map<String, ConfigFile.Entry> file = given(JobSettings.CONFIG).stream()
                .findFirst()
                .map(name -> ConfigFile.read(Path.of(name)))
                .orElse(Map.of());
        file.forEach((key, entry) -> {
            if (key.startsWith(SPARK)) {
                sparkConf.putIfAbsent(key, new Chosen(entry.value(), entry.place(), Place.FILE));
            }
        });
        readSparkConf();
        file.forEach((key, entry) -> {
            if (!key.startsWith(SPARK)) {
                requireKnown(key, known, (entry.place() + ": ")::concat);
                choose(key, new Chosen(entry.value(), entry.place(), Place.FILE));
            }
        });

        refuseWhatComesTooLate(submitted);
        checkKeysOfSpark();
        chooseAmongAlternatives();
        dropWhatBelongsToAnotherSource();
        chosen.replaceAll((key, value) -> own.containsKey(key) ? typed(own.get(key), value) : value);
        chosen.replaceAll((key, value) -> key.indexOf('.') > 0 ? ReferredValue.of(key, value, System.getenv()) : value);
        sparkConf.replaceAll((key, value) ->
                value.place() == Place.SPARK ? value : ReferredValue.ofSpark(key, value, System.getenv()));
        return new Settings(arguments.command(), chosen, sparkConf, notes);
    }

    private void refuseWhatComesTooLate(Map<String, String> submitted) {
        sparkConf.forEach((key, value) -> {
            boolean isHeeded = value.text().equals(submitted.get(key));
            if (!isHeeded && value.place() != Place.SPARK && SparkKeys.isOfSubmit(key)) {
                EmbarkException late = SettingErrors.comesTooLate(key);
                throw value.place() == Place.FILE ? late.withProblem((value.origin() + ": ")::concat) : late;
            }
        });
    }

    /** What was submitted may come from a cluster's own file, which the user cannot correct. */
    private void checkKeysOfSpark() {
        if (sparkConf.keySet().stream().noneMatch(key -> key.startsWith(SparkKeys.SQL))) {
            return;
        }

        SparkKeys keys = new SparkKeys();
        sparkConf.forEach((key, value) -> {
            if (keys.knows(key)) {
                return;
            }

            Optional<String> nearest = keys.nearest(key);
            if (nearest.isPresent() && value.place() == Place.SET) {
                throw SettingErrors.noSettingOfSpark(key, nearest.get());
            }
            if (nearest.isPresent() && value.place() == Place.FILE) {
                throw SettingErrors.noSettingOfSpark(key, nearest.get()).withProblem((value.origin() + ": ")::concat);
            }
            if (nearest.isPresent()) {
                notes.add("Spark SQL has no setting %s and does not heed it; %s is one"
                        .formatted(Shown.value(key), nearest.get()));
            } else if (value.place() != Place.SPARK && !SparkKeys.isOpen(key)) {
                notes.add("Spark SQL has no setting %s; it means something only if a library reads it"
                        .formatted(Shown.value(key)));
            }
        });
    }

    /** The value as its setting reads it. Where it stands needs saying unless the same command line has it. */
    private static Chosen typed(Option<?> setting, Chosen value) {
        try {
            return new Chosen(setting.parse(value.text()), value.origin(), value.place());
        } catch (EmbarkException e) {
            boolean isInSight = value.place() == Place.COMMAND_LINE || value.place() == Place.SET;
            throw isInSight ? e : e.withProblem((value.origin() + ": ")::concat);
        }
    }

    private List<String> given(Option<?> setting) {
        return arguments.given().getOrDefault(setting.key(), List.of());
    }

    private void readCommandLine() {
        for (Option<?> setting : arguments.command().settings()) {
            List<String> values = given(setting);
            if (setting.form() != Option.Form.ENTRIES) {
                values.forEach(value -> chosen.put(setting.key(), onCommandLine(value)));
            } else if (setting != JobSettings.SET) {
                entries(setting, values)
                        .forEach((key, value) -> chosen.put(setting.key() + "." + key, onCommandLine(value)));
            }
        }
    }

    private static Chosen onCommandLine(String value) {
        return new Chosen(value, "command line", Place.COMMAND_LINE);
    }

    private void readSet() {
        entries(JobSettings.SET, given(JobSettings.SET)).forEach((key, value) -> {
            Chosen set = new Chosen(value, "--set", Place.SET);
            if (key.startsWith(SPARK)) {
                sparkConf.put(key, set);
            } else {
                requireKnown(key, own, UnaryOperator.identity());
                chosen.putIfAbsent(key, set);
            }
        });
    }

    private void readSparkConf() {
        // Some of these keys are read by executors, and by no command.
        Map<String, Option<?>> knownToSpark = new TreeMap<>(known);
        SparkSettings.all().forEach(setting -> knownToSpark.putIfAbsent(setting.key(), setting));
        sparkConf.forEach((key, value) -> {
            if (key.startsWith(SparkSettings.PREFIX)) {
                String bare = key.substring(SparkSettings.PREFIX.length());
                if (find(bare, knownToSpark).isEmpty()) {
                    throw SparkSettings.unknown(bare, knownToSpark.keySet());
                }
                choose(bare, new Chosen(value.value(), key, Place.SPARK));
            }
        });
    }

    /** A place that serves several commands may name settings that this one does not take: they are left aside. */
    private void choose(String key, Chosen value) {
        if (find(key, own).isPresent()) {
            chosen.putIfAbsent(key, value);
        }
    }

    private static Map<String, Option<?>> byKey(List<Option<?>> settings) {
        return settings.stream()
                .filter(setting -> setting != JobSettings.CONFIG && setting != JobSettings.SET)
                .collect(Collectors.toMap(Option::key, setting -> setting, (a, b) -> a, LinkedHashMap::new));
    }

    private static Map<String, String> entries(Option<?> setting, List<String> texts) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw SettingErrors.isNoEntry(setting, text);
            }

            entries.put(text.substring(0, equals).strip(), text.substring(equals + 1));
        }
        return entries;
    }

    /** The setting of a key, which for entries is the part before the first dot. */
    private static Optional<Option<?>> find(String key, Map<String, Option<?>> settings) {
        int dot = key.indexOf('.');
        Option<?> setting = settings.get(dot < 0 ? key : key.substring(0, dot));
        boolean fits = setting != null && (dot >= 0) == (setting.form() == Option.Form.ENTRIES);
        return fits ? Optional.of(setting) : Optional.empty();
    }

    private static void requireKnown(String key, Map<String, Option<?>> known, UnaryOperator<String> change) {
        if (find(key, known).isEmpty()) {
            throw Option.unknown(key, new TreeSet<>(known.keySet())).withProblem(change);
        }
    }

    /** Tables and queries have no format; one from a less important place was chosen for the input that they replace. */
    private void dropWhatBelongsToAnotherSource() {
        List.of(JobSettings.TABLE, JobSettings.SQL).forEach(source -> {
            Chosen named = chosen.get(source.key());
            if (named != null) {
                chosen.entrySet()
                        .removeIf(setting -> isOfASource(setting.getKey())
                                && setting.getValue().place().compareTo(named.place()) > 0);
            }
        });
    }

    private static boolean isOfASource(String key) {
        return key.equals(JobSettings.FORMAT.key()) || key.startsWith(JobSettings.SOURCE_OPTION.key() + ".");
    }

    private void chooseAmongAlternatives() {
        for (List<Option<?>> alternatives : JobSettings.ALTERNATIVES) {
            List<String> keys = alternatives.stream()
                    .map(Option::key)
                    .filter(chosen::containsKey)
                    .toList();
            Place best = keys.stream()
                    .map(key -> chosen.get(key).place())
                    .min(Comparator.naturalOrder())
                    .orElse(Place.FILE);
            List<String> kept =
                    keys.stream().filter(key -> chosen.get(key).place() == best).toList();
            if (kept.size() > 1) {
                throw SettingErrors.alternativesTogether(kept);
            }

            keys.stream().filter(key -> !kept.contains(key)).forEach(chosen::remove);
        }
    }
}

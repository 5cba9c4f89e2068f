package io.embark.job;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.job.Settings.Chosen;
import io.embark.job.Settings.Place;
import io.embark.spark.models.ExecutorSettings;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads settings from all places, the most important first: who comes first stays. Serves one command line. */
final class SettingsReader {
    private static final String SPARK = "spark.";
    private static final String SPARK_EMBARK = "spark.embark.";

    private final Arguments arguments;
    private final Map<String, Setting> own;
    private final Map<String, Setting> known;
    private final Map<String, Chosen> chosen = new TreeMap<>();
    private final Map<String, Chosen> sparkConf = new TreeMap<>();

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
    static Settings read(Arguments arguments, Map<String, String> submitted) {
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
                requireKnown("configuration file " + entry.place(), key, known);
                choose(key, new Chosen(entry.value(), entry.place(), Place.FILE));
            }
        });

        chooseAmongAlternatives();
        chosen.replaceAll((key, value) -> own.containsKey(key) ? checked(own.get(key), value) : value);
        return new Settings(arguments.command(), chosen, sparkConf);
    }

    private static Chosen checked(Setting setting, Chosen value) {
        try {
            return new Chosen(setting.read(value.value()), value.origin(), value.place());
        } catch (EmbarkException e) {
            if (value.place() == Place.COMMAND_LINE || value.place() == Place.SET) {
                throw e;
            }

            throw e.withProblem((value.origin() + ": ")::concat);
        }
    }

    private List<String> given(Setting setting) {
        return arguments.given().getOrDefault(setting.key(), List.of());
    }

    private void readCommandLine() {
        for (Setting setting : arguments.command().settings()) {
            List<String> values = given(setting);
            if (setting.kind() != Setting.Kind.ENTRIES) {
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
                requireKnown("--set", key, own);
                chosen.putIfAbsent(key, set);
            }
        });
    }

    private void readSparkConf() {
        sparkConf.forEach((key, value) -> {
            if (key.startsWith(SPARK_EMBARK) && !key.equals(ExecutorSettings.MAX_MODELS)) {
                String bare = key.substring(SPARK_EMBARK.length());
                requireKnown("Spark's configuration", bare, known);
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

    private static Map<String, Setting> byKey(List<Setting> settings) {
        return settings.stream()
                .filter(setting -> setting != JobSettings.CONFIG && setting != JobSettings.SET)
                .collect(Collectors.toMap(Setting::key, setting -> setting, (a, b) -> a, LinkedHashMap::new));
    }

    private static Map<String, String> entries(Setting setting, List<String> texts) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw new EmbarkException(
                        ErrorCode.OPTION_INVALID,
                        "option %s: '%s' is not of the form K=V".formatted(setting.key(), text),
                        "It takes a key, an equals sign and a value.",
                        "Write --%s KEY=VALUE.".formatted(setting.key()));
            }

            entries.put(text.substring(0, equals).strip(), text.substring(equals + 1));
        }
        return entries;
    }

    /** The setting of a key, which for entries is the part before the first dot. */
    private static Optional<Setting> find(String key, Map<String, Setting> settings) {
        int dot = key.indexOf('.');
        Setting setting = settings.get(dot < 0 ? key : key.substring(0, dot));
        boolean fits = setting != null && (dot >= 0) == (setting.kind() == Setting.Kind.ENTRIES);
        return fits ? Optional.of(setting) : Optional.empty();
    }

    private static void requireKnown(String place, String key, Map<String, Setting> known) {
        if (find(key, known).isPresent()) {
            return;
        }

        throw new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "%s: key '%s' does not exist".formatted(place, key),
                "The keys are %s.".formatted(String.join(", ", new TreeSet<>(known.keySet()))),
                NearestName.find(key, known.keySet())
                        .map("Did you mean %s?"::formatted)
                        .orElse("Leave it out, or choose one of these."));
    }

    private void chooseAmongAlternatives() {
        for (List<Setting> alternatives : JobSettings.ALTERNATIVES) {
            List<String> keys = alternatives.stream()
                    .map(Setting::key)
                    .filter(chosen::containsKey)
                    .toList();
            Place best = keys.stream()
                    .map(key -> chosen.get(key).place())
                    .min(Comparator.naturalOrder())
                    .orElse(Place.FILE);
            List<String> kept =
                    keys.stream().filter(key -> chosen.get(key).place() == best).toList();
            if (kept.size() > 1) {
                throw new EmbarkException(
                        ErrorCode.OPTION_INVALID,
                        "options %s: more than one is given".formatted(String.join(" and ", kept)),
                        "A run has one source and one sink.",
                        "Keep one of them.");
            }

            keys.stream().filter(key -> !kept.contains(key)).forEach(chosen::remove);
        }
    }
}

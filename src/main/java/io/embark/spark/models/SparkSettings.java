package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import scala.collection.JavaConverters;

/** What Spark's configuration chooses about embedding: {@code spark.embark.<key>}, for every key of {@link EmbedOptions}. */
public final class SparkSettings {
    private static final String PREFIX = "spark.embark.";

    /** Settings that an executor reads by itself; no call can choose them. */
    private static final Set<String> OF_EXECUTORS = Set.of(ExecutorSettings.MAX_MODELS);

    private static final List<String> KEYS =
            EmbedOptions.all().stream().map(Option::key).toList();

    private SparkSettings() {}

    /**
     * The choices among the entries of a configuration that may hold those of jobs too, which are left aside.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for a value that its option does not take
     */
    public static EmbedOptions options(Iterable<Map.Entry<String, String>> conf) {
        Map<String, String> settings = new TreeMap<>();
        for (Map.Entry<String, String> entry : conf) {
            String key = entry.getKey().startsWith(PREFIX) ? entry.getKey().substring(PREFIX.length()) : "";
            if (KEYS.contains(key)) {
                requireValid(key, entry.getValue());
                settings.put(key, entry.getValue());
            }
        }
        return EmbedOptions.parse(settings);
    }

    /**
     * The choices among the entries of a session's configuration.
     *
     * @throws EmbarkException as {@link #options}; {@link ErrorCode#OPTION_UNKNOWN} for a key below {@code spark.embark} that
     *     does not exist, naming the nearest one
     */
    static EmbedOptions ofSession(Iterable<Map.Entry<String, String>> conf) {
        for (Map.Entry<String, String> entry : conf) {
            String key = entry.getKey();
            if (key.startsWith(PREFIX) && !OF_EXECUTORS.contains(key)) {
                requireKnown(key.substring(PREFIX.length()));
            }
        }
        return options(conf);
    }

    /** What the session of this thread chooses, else the default session's; nothing where none is running. */
    public static EmbedOptions ofActiveSession() {
        // Not SQLConf.get: within a persistent view that is the view's own, which holds nothing of Embark.
        return activeSession()
                .map(session -> ofSession(
                        JavaConverters.mapAsJavaMap(session.conf().getAll()).entrySet()))
                .orElse(EmbedOptions.defaults());
    }

    /** The session of this thread, else the default one; empty where none is running. */
    public static Optional<SparkSession> activeSession() {
        scala.Option<SparkSession> active = SparkSession.getActiveSession();
        scala.Option<SparkSession> session = active.isDefined() ? active : SparkSession.getDefaultSession();
        return session.isEmpty() || session.get().sparkContext().isStopped()
                ? Optional.empty()
                : Optional.of(session.get());
    }

    private static void requireKnown(String key) {
        if (!KEYS.contains(key)) {
            throw new EmbarkException(
                    ErrorCode.OPTION_UNKNOWN,
                    "setting %s%s does not exist".formatted(PREFIX, key),
                    "Behind %s stands one of %s.".formatted(PREFIX, String.join(", ", KEYS)),
                    NearestName.find(key, KEYS)
                            .map(nearest -> "Did you mean %s%s? Take the other one back with RESET %s%s."
                                    .formatted(PREFIX, nearest, PREFIX, key))
                            .orElse("Take it back with RESET %s%s, or choose one of these.".formatted(PREFIX, key)));
        }
    }

    private static void requireValid(String key, String value) {
        try {
            EmbedOptions.option(key).parse(value);
        } catch (EmbarkException e) {
            throw e.withProblem(("setting " + PREFIX + key + ": ")::concat);
        }
    }
}

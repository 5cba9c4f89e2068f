/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Stage;
import io.embark.spark.version.Scala;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * What Spark's configuration chooses about embedding: {@code spark.embark.<key>}, for every key of {@link EmbedOptions} and for
 * what an executor reads by itself.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SparkSettings {
    /** What stands before the key of an option. */
    public static final String PREFIX = "spark.embark.";

    /** How many models an executor keeps side by side. It reads this by itself; no call can choose it. */
    static final Option<Integer> MAX_MODELS = Option.integer(
                    Stage.LOAD,
                    "max-models",
                    4,
                    1,
                    Integer.MAX_VALUE,
                    "models",
                    "How many models an executor keeps side by side.")
            .ofHost();

    private static final Map<String, Option<?>> ALL = Stream.concat(EmbedOptions.all().stream(), Stream.of(MAX_MODELS))
            .collect(Collectors.toMap(Option::key, Function.identity(), (a, b) -> a, LinkedHashMap::new));

    private SparkSettings() {}

    /** All options that are read from Spark's configuration, whoever reads them. */
    public static List<Option<?>> all() {
        return List.copyOf(ALL.values());
    }

    /** The key of an option with the prefix. */
    static String key(Option<?> option) {
        return PREFIX + option.key();
    }

    /**
     * The error of a key behind {@link #PREFIX} that none of the known options has; names the nearest.
     *
     * @param key the key without the prefix
     */
    public static EmbarkException unknown(String key, Collection<String> known) {
        return ConfigurationErrors.unknownKey(PREFIX, key, known);
    }

    /**
     * Reads the value of an option.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the option does not take it
     */
    static <T> T parse(Option<T> option, String value) {
        try {
            return option.parse(value);
        } catch (EmbarkException e) {
            throw e.withProblem((key(option) + ": ")::concat);
        }
    }

    /**
     * The choices among the entries of a configuration that may hold those of jobs too, which are left aside.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for a value that its option does not take
     */
    public static EmbedOptions options(Iterable<Map.Entry<String, String>> conf) {
        Map<String, String> written = new HashMap<>();
        conf.forEach(entry -> written.put(entry.getKey(), entry.getValue()));
        EmbedOptions options = EmbedOptions.defaults();
        for (Option<?> option : EmbedOptions.all()) {
            options = withChosen(options, option, written.get(key(option)));
        }
        return options;
    }

    private static <T> EmbedOptions withChosen(EmbedOptions options, Option<T> option, String value) {
        return value == null ? options : options.with(option, parse(option, value));
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
            if (key.startsWith(PREFIX) && !ALL.containsKey(key.substring(PREFIX.length()))) {
                throw unknown(key.substring(PREFIX.length()), ALL.keySet());
            }
        }
        return options(conf);
    }

    /** What the session of this thread chooses, else the default session's; nothing where none is running. */
    public static EmbedOptions ofActiveSession() {
        // Not SQLConf.get: within a persistent view that is the view's own, which holds nothing of Embark.
        return activeSession()
                .map(session -> ofSession(Scala.map(session.conf().getAll()).entrySet()))
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
}

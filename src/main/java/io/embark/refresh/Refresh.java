/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.refresh;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.job.print.Console;
import io.embark.job.refresh.RefreshCommand;
import io.embark.job.refresh.RefreshOutcome;
import io.embark.job.session.JobSession;
import io.embark.job.settings.Arguments;
import io.embark.job.settings.JobCommand;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RunMode;
import io.embark.job.settings.SettingErrors;
import io.embark.job.settings.Settings;
import io.embark.job.settings.SettingsReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Brings a table of vectors up to date with the rows of a program, as {@code embark embed --mode refresh} does with those of a
 * table: what is new or changed is embedded, nothing else is, and a run that dies is gone on with by the next one.
 *
 * <pre>{@code
 * Refreshed done = Refresh.of(articles)
 *         .key("id")
 *         .intoTable("lake.db.articles_embedded")
 *         .run();
 * }</pre>
 *
 * <p>Of a stream it takes one batch after the other; key and hash of a row make a batch that comes twice the same as one:
 *
 * <pre>{@code
 * stream.writeStream()
 *         .foreachBatch((VoidFunction2<Dataset<Row>, Long>) (batch, number) -> Refresh.ofPart(batch)
 *                 .key("id")
 *                 .intoTable("lake.db.articles_embedded")
 *                 .set("duplicates", "first")
 *                 .set("order-by", "updated_at DESC")
 *                 .run())
 *         .start();
 * }</pre>
 *
 * <p>The rows are read at least twice, and must be the same each time: {@code persist} those that are costly or differ, such as
 * with the time of now.
 *
 * <p>Immutable and thread-safe; each method gives a new one. Runs in one session follow each other. Of two runs into one target at
 * the same time, one is refused, or compares again.
 */
public final class Refresh {
    /** The rows are given, and so is the session with its settings. */
    private static final Set<String> OF_THE_COMMAND_LINE = Stream.of(
                    JobSettings.INPUT,
                    JobSettings.TABLE,
                    JobSettings.SQL,
                    JobSettings.FORMAT,
                    JobSettings.SOURCE_OPTION,
                    JobSettings.MODE,
                    JobSettings.CONFIG,
                    JobSettings.SET,
                    JobSettings.PACKAGES,
                    JobSettings.EXPLAIN,
                    JobSettings.VERBOSE)
            .map(Option::key)
            .collect(Collectors.toUnmodifiableSet());

    private static final Map<SparkSession, Object> LOCKS = Collections.synchronizedMap(new WeakHashMap<>());

    private final Dataset<Row> rows;
    private final boolean isPart;
    private final Map<String, List<String>> given;

    private Refresh(Dataset<Row> rows, boolean isPart, Map<String, List<String>> given) {
        this.rows = rows;
        this.isPart = isPart;
        this.given = given;
    }

    /**
     * From all rows of a source: what the target has beside them has left it, and is treated as option {@code deleted} says.
     *
     * @param source its rows
     */
    public static Refresh of(Dataset<Row> source) {
        return new Refresh(requireNonNull(source, "source is null"), false, Map.of());
    }

    /**
     * From some rows of a source, such as a batch of a stream or what changed since yesterday: nothing is ever deleted.
     *
     * @param rows may be none
     */
    public static Refresh ofPart(Dataset<Row> rows) {
        return new Refresh(requireNonNull(rows, "rows is null"), true, Map.of());
    }

    /**
     * Runs one refresh from its options alone: the door for PySpark, whose dictionaries come as maps.
     *
     * @param source all rows of the source
     * @param options as {@link #set(String, String)} takes them; values may be numbers and truth values too
     * @throws EmbarkException as {@link #set(String, String)} and {@link #run()}
     */
    public static Refreshed refresh(Dataset<Row> source, Map<String, ?> options) {
        return of(source).set(options).run();
    }

    /** Names the columns that tell rows apart: numbers that are no floating-point ones, texts, dates and the like. */
    public Refresh key(String... columns) {
        return set(JobSettings.ID_COLUMN.key(), String.join(",", columns));
    }

    /** Names a table of any catalog of the session; it is made if it is missing. */
    public Refresh intoTable(String name) {
        return set(JobSettings.OUTPUT_TABLE.key(), name);
    }

    /**
     * Names a folder; it is made if it is missing.
     *
     * @param path on any file system of Hadoop
     * @param format parquet, orc or delta
     */
    public Refresh intoFolder(String path, String format) {
        return set(JobSettings.OUTPUT.key(), path).set(JobSettings.OUTPUT_FORMAT.key(), format);
    }

    /** Names the column to embed, and that of its vectors. */
    public Refresh column(String text, String vectors) {
        return set(JobSettings.TEXT_COLUMN.key(), text).set(JobSettings.EMBEDDING_COLUMN.key(), vectors);
    }

    /** Chooses how to embed. What is not chosen, the session's {@code spark.embark.*} settings choose. */
    public Refresh options(EmbedOptions options) {
        return set(options.chosen());
    }

    /**
     * Sets several options.
     *
     * @throws EmbarkException as {@link #set(String, String)}
     */
    public Refresh set(Map<String, ?> options) {
        Refresh all = this;
        for (Map.Entry<String, ?> option : options.entrySet()) {
            all = all.set(option.getKey(), String.valueOf(option.getValue()));
        }
        return all;
    }

    /**
     * Sets an option of {@code embark embed}, as the command line takes it; of several values the last one counts. {@code quiet} is
     * true unless set.
     *
     * @param key without dashes, such as {@code deleted}; an entry with its name, such as {@code sink-option.url}
     * @param value such as {@code flag}
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} if there is no such option, naming the nearest; {@link
     *     ErrorCode#OPTION_INVALID} for one that names a source, the mode or a session
     */
    public Refresh set(String key, String value) {
        requireNonNull(key, "key is null");
        requireNonNull(value, "value is null");
        int dot = key.indexOf('.');
        String bare = dot < 0 ? key : key.substring(0, dot);
        if (OF_THE_COMMAND_LINE.contains(bare)) {
            throw SettingErrors.isForTheCommandLine(bare);
        }
        Map<String, Option<?>> known = known();
        Option<?> option = known.get(bare);
        if (option == null || (dot >= 0) != (option.form() == Option.Form.ENTRIES)) {
            throw Option.unknown(key, new TreeSet<>(known.keySet()));
        }
        Map<String, List<String>> all = new LinkedHashMap<>(given);
        if (dot < 0) {
            all.put(key, List.of(value));
        } else {
            String name = key.substring(dot + 1) + "=";
            List<String> entries = new ArrayList<>(all.getOrDefault(bare, List.of()));
            entries.removeIf(entry -> entry.startsWith(name));
            entries.add(name + value);
            all.put(bare, List.copyOf(entries));
        }
        return new Refresh(rows, isPart, all);
    }

    private static Map<String, Option<?>> known() {
        return JobCommand.EMBED.settings().stream()
                .filter(option -> !OF_THE_COMMAND_LINE.contains(option.key()))
                .collect(Collectors.toMap(Option::key, option -> option, (a, b) -> a, LinkedHashMap::new));
    }

    /**
     * Runs it, in the session of the rows. Nothing of the target changes unless all goes well, where the target can do that. Of the
     * session's {@code spark.embark.*} settings those hold that say how to embed; what is read and written is said here alone.
     *
     * @throws EmbarkException if an option has a value that it does not take, the source has doubled or missing keys, more rows
     *     left it than {@code max-deleted} allows, the target cannot be written, or the model cannot be read; each as the job
     *     tells it
     */
    public Refreshed run() {
        Map<String, List<String>> all = new LinkedHashMap<>(given);
        all.put(JobSettings.MODE.key(), List.of(Option.write(RunMode.REFRESH)));
        all.putIfAbsent(JobSettings.QUIET.key(), List.of("true"));
        SparkSession spark = rows.sparkSession();
        // The job's own settings are taken out of the session while one runs.
        synchronized (LOCKS.computeIfAbsent(spark, session -> new Object())) {
            Map<String, String> conf = new TreeMap<>(JobSession.conf(spark));
            conf.keySet().removeIf(Settings::isOfTheJob);
            Settings settings = SettingsReader.read(new Arguments(JobCommand.EMBED, all), conf);
            return refreshed(new RefreshCommand(settings, Console.system()).run(rows, isPart));
        }
    }

    private static Refreshed refreshed(RefreshOutcome outcome) {
        Map<String, Long> classes = outcome.classes();
        return new Refreshed(
                classes.get("new"),
                classes.get("changed"),
                classes.get("updated"),
                classes.get("unchanged"),
                classes.get("deleted"),
                classes.get("flagged"),
                classes.get("kept"),
                outcome.embedded(),
                outcome.failed(),
                outcome.seconds());
    }
}

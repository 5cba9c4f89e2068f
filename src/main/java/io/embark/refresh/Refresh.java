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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

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
 * <p>Immutable and thread-safe; each method gives a new one. Two runs into one target at the same time: one of them is refused,
 * or compares again.
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
     * @param source its rows; read at least twice, so what is costly to make should be kept with {@code persist}
     */
    public static Refresh of(Dataset<Row> source) {
        return new Refresh(requireNonNull(source, "source is null"), false, Map.of());
    }

    /**
     * From some rows of a source, such as a batch of a stream or what changed since yesterday: nothing is ever deleted.
     *
     * @param rows may be none; read at least twice
     */
    public static Refresh ofPart(Dataset<Row> rows) {
        return new Refresh(requireNonNull(rows, "rows is null"), true, Map.of());
    }

    /**
     * Runs one refresh from its options alone: the door for PySpark, whose dictionaries come as maps.
     *
     * @param source all rows of the source
     * @param options as {@link #set} takes them
     * @throws EmbarkException as {@link #set} and {@link #run()}
     */
    public static Refreshed run(Dataset<Row> source, Map<String, String> options) {
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
        return set(options.toMap());
    }

    /**
     * Sets several options.
     *
     * @throws EmbarkException as {@link #set(String, String)}
     */
    public Refresh set(Map<String, String> options) {
        Refresh all = this;
        for (Map.Entry<String, String> option : options.entrySet()) {
            all = all.set(option.getKey(), option.getValue());
        }
        return all;
    }

    /**
     * Sets an option of {@code embark embed}, as the command line takes it. One that takes entries, {@code sink-option}, may be
     * set more than once, each time to {@code name=value}; of any other the last value counts. {@code quiet} is true unless set.
     *
     * @param key without dashes, such as {@code deleted}
     * @param value such as {@code flag}
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} if there is no such option, naming the nearest; {@link
     *     ErrorCode#OPTION_INVALID} for one that names a source, the mode or a session
     */
    public Refresh set(String key, String value) {
        requireNonNull(key, "key is null");
        requireNonNull(value, "value is null");
        Map<String, Option<?>> known = known();
        if (OF_THE_COMMAND_LINE.contains(key)) {
            throw SettingErrors.isForTheCommandLine(key);
        }
        if (!known.containsKey(key)) {
            throw Option.unknown(key, new TreeSet<>(known.keySet()));
        }
        Map<String, List<String>> all = new LinkedHashMap<>(given);
        List<String> values = new ArrayList<>(
                known.get(key).form() == Option.Form.ENTRIES ? all.getOrDefault(key, List.of()) : List.of());
        values.add(value);
        all.put(key, List.copyOf(values));
        return new Refresh(rows, isPart, all);
    }

    private static Map<String, Option<?>> known() {
        return JobCommand.EMBED.settings().stream()
                .filter(option -> !OF_THE_COMMAND_LINE.contains(option.key()))
                .collect(Collectors.toMap(Option::key, option -> option, (a, b) -> a, LinkedHashMap::new));
    }

    /**
     * Runs it, in the session of the rows. Nothing of the target changes unless all goes well, where the target can do that.
     *
     * @throws EmbarkException if an option has a value that it does not take, the source has doubled or missing keys, more rows
     *     left it than {@code max-deleted} allows, the target cannot be written, or the model cannot be read; each as the job
     *     tells it
     */
    public Refreshed run() {
        Map<String, List<String>> all = new LinkedHashMap<>(given);
        all.put(JobSettings.MODE.key(), List.of(Option.write(RunMode.REFRESH)));
        all.putIfAbsent(JobSettings.QUIET.key(), List.of("true"));
        Settings settings =
                SettingsReader.read(new Arguments(JobCommand.EMBED, all), JobSession.conf(rows.sparkSession()));
        RefreshOutcome outcome = new RefreshCommand(settings, Console.system()).run(rows, isPart);
        return refreshed(outcome);
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

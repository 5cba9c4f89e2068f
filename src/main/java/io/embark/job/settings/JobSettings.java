/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.settings;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Stage;
import io.embark.job.sink.Capability;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.source.Deduplicate;
import io.embark.job.source.SourceFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every setting of the job's own, beside those of {@link EmbedOptions}. The key is the same word on the command line
 * ({@code --key}), under {@code --set}, as {@code spark.embark.key} and in a configuration file.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class JobSettings {
    public static final Option<String> INPUT =
            text("input", "PATH", "Files to read: a file, a folder or a glob, on any file system of Hadoop.");
    public static final Option<String> TABLE = text(
            "table",
            "NAME",
            "A table or view to read, of any catalog; with VERSION AS OF N or TIMESTAMP AS OF 'T' behind it as it was.");
    public static final Option<String> SQL = text("sql", "QUERY", "A query whose result is read.");
    public static final Option<String> FORMAT = text(
                    "format",
                    "NAME",
                    "What is read: %s, or any data source of Spark by its name or class, such as delta, iceberg, avro or jdbc, with or without --input. CSV files have a header, and quoted cells may hold line breaks."
                            .formatted(String.join(", ", SourceFormat.names())))
            .orElse(
                    "by what lies there: a table of Delta, Iceberg or Hudi, else by the file's extension, else parquet");
    public static final Option<String> SOURCE_OPTION = entries(
            "source-option",
            "An option of Spark's reader, such as sep=; for CSV; repeatable. env:NAME and, for passwords, file:PATH stand for what is there.");
    public static final Option<String> TEXT_COLUMN = text(
                    "text-column", "C[,C2...]", "The columns to embed, each into a column of its own.")
            .orElse("text if there is such a column, else the only string column");
    public static final Option<String> ID_COLUMN = text(
            "id-column",
            "C[,C2...]",
            "The columns that name a row: in dry runs, reports and search results, and in stores that keep rows by key.");
    public static final Option<String> WHERE = text("where", "CONDITION", "Read only rows for which this SQL is true.");
    public static final Option<Integer> LIMIT = Option.integer(
                    Stage.COMMAND, "limit", null, 0, Integer.MAX_VALUE, "rows", "Read only so many rows.")
            .orElse("all rows");

    public static final Option<Deduplicate> DEDUPLICATE = Option.choice(
            Stage.COMMAND,
            "deduplicate",
            Deduplicate.AUTO,
            "Whether rows of equal texts are brought together, so that each text is embedded once: where that pays, always, or never.");

    public static final Option<String> OUTPUT = text("output", "PATH", "The folder to write.");
    public static final Option<String> OUTPUT_TABLE = text("output-table", "NAME", "The table to write.");
    public static final Option<String> OUTPUT_FORMAT = text(
                    "output-format",
                    "NAME",
                    ("What is written: files of %s; delta; postgresql or milvus, by key; or any data source of Spark."
                                    + " Of files, %s alone keeps which model the vectors come from.")
                            .formatted(
                                    String.join(", ", FolderFormat.names()),
                                    Stream.of(FolderFormat.values())
                                            .filter(format -> format.keeps().contains(Capability.KEEPS_METADATA))
                                            .map(FolderFormat::sparkName)
                                            .collect(Collectors.joining(" and "))))
            .orElse("parquet; what a table or its catalog has");
    public static final Option<String> SINK_OPTION =
            entries("sink-option", "An option of Spark's writer, such as compression=zstd; repeatable.");
    public static final Option<RunMode> MODE = Option.choice(
            Stage.COMMAND,
            "mode",
            RunMode.ERROR,
            "What to do if the output exists. It is replaced only once the new one is complete. In stores that keep rows"
                    + " by key, append puts a row in the place of the one with its key. A refresh embeds what is new or changed.");
    public static final Option<String> PARTITION_BY = text(
                    "partition-by", "C[,C2...]", "The columns whose values become folders or partitions of the output.")
            .orElse("what the output has");
    public static final Option<String> VECTOR_TYPE = text(
                    "vector-type",
                    "T",
                    "What vectors in float32 are written as: %s. Halves are rounded, all else is exact."
                            .formatted(String.join(", ", VectorType.names())))
            .orElse("what the output has, else array<float>");
    public static final Option<String> EMBEDDING_COLUMN = text(
                    "embedding-column", "C", "The column of the vectors; a prefix where several columns are embedded.")
            .orElse("embedding; embedding_<column> where several are embedded");

    public static final Option<String> CONFIG =
            text("config", "FILE", "A file of settings, in HOCON, by the same words.");
    public static final Option<String> SET =
            entries("set", "Any setting, or any spark.* one, for this run; repeatable.");
    public static final Option<String> PACKAGES = text(
            "packages",
            "G:A:V[,...]",
            "Jars from Maven repositories with all that they need, such as io.delta:delta-spark_2.12:3.3.2.");
    public static final Option<Boolean> DRY_RUN =
            flag("dry-run", "Resolve everything, open the model, embed three rows, write nothing.");
    public static final Option<Boolean> EXPLAIN =
            flag("explain", "Print each setting with where it came from, and the plan; read and write no rows.");
    public static final Option<String> REPORT = text("report", "DIR", "A folder to write summary.json into.");
    public static final Option<Boolean> QUIET = flag("quiet", "Print nothing but errors.");
    public static final Option<Boolean> VERBOSE = flag("verbose", "Show Spark's log, and the stack trace of an error.");

    public static final Option<Deleted> DELETED = Option.choice(
            Stage.COMMAND,
            "deleted",
            Deleted.KEEP,
            "What a refresh does with rows that left the source: they stay, go, or get the time in <vectors>_deleted_at.");
    public static final Option<String> MAX_DELETED = text(
                    "max-deleted",
                    "SHARE",
                    "The most rows of the output that a refresh deletes or flags, as 10% or a number of rows; more are taken for a mistake.")
            .orElse("10%");
    public static final Option<Duplicates> DUPLICATES = Option.choice(
            Stage.COMMAND,
            "duplicates",
            Duplicates.FAIL,
            "What a refresh does with a key that the source has twice: it is refused, or the first row by --order-by is taken.");
    public static final Option<String> ORDER_BY = text(
            "order-by",
            "ORDER",
            "Which of the rows of one key is the first, in SQL: updated_at DESC; equal ones go by their hashes.");
    public static final Option<String> SINCE = text(
            "since",
            "CONDITION",
            "Compare only rows of the source for which this SQL is true, such as updated_at > '2026-01-01'; nothing is deleted then.");
    public static final Option<ReadChanges> CHANGES = Option.choice(
            Stage.COMMAND,
            "changes",
            ReadChanges.AUTO,
            "What a refresh reads of a table of Delta or Iceberg: what changed since the last one, where the table tells, or all of it.");
    public static final Option<NewColumns> NEW_COLUMNS = Option.choice(
            Stage.COMMAND,
            "new-columns",
            NewColumns.FAIL,
            "What a refresh does with columns of the source that the output lacks: it is refused, or the output gets them.");
    public static final Option<Boolean> REBUILD = flag(
            "rebuild", "Embed every row anew, with another model for instance, and replace the output in one step.");
    public static final Option<Boolean> ADOPT =
            flag("adopt", "Take over an output that a refresh did not make, by the texts that stand in it.");
    public static final Option<String> COMMIT_EVERY = text(
                    "commit-every",
                    "TIME|ROWS",
                    "How much work of a task a run may lose when it is killed: 10m, 30s, or a number of rows. A refresh puts its work aside by itself, runs of other modes if this is set, with --id-column.")
            .orElse("10m in a refresh");
    public static final Option<String> MERGE_EVERY = text(
                    "merge-every",
                    "TIME|ROWS",
                    "How much work of a refresh is merged into the output at a time: 2h, 30m, or a number of rows.")
            .orElse("all at once");
    public static final Option<String> STAGE = text(
                    "stage",
                    "PATH",
                    "Where finished vectors are kept until they are committed: a folder that every executor reaches.")
            .orElse("hidden beside the output");

    public static final Option<String> STATE = text(
            "state",
            "PATH|TABLE",
            "Where a refresh keeps the vectors and hashes of an output that cannot be read back, such as the index behind a connector: a folder, with a slash in its name, or a table.");

    public static final Option<String> MAX_FAILED = text(
                    "max-failed",
                    "SHARE|ROWS",
                    "The most rows without a vector, as 0.1% or a number of rows. Beyond it the run ends with exit code 3, and an output that was there stays.")
            .orElse("any number");
    public static final Option<String> ERROR_COLUMN = text(
            "error-column", "C", "A column beside the vectors that holds why a row has none; null in all other rows.");
    public static final Option<Boolean> SHOW_TEXT = flag(
            "show-text", "Show the first 80 characters of each text that failed, in the summary and in failed.json.");

    /** Settings that are heeded only where rows may have no vector. */
    public static final List<Option<?>> OF_FAILED_ROWS = List.of(MAX_FAILED, ERROR_COLUMN, SHOW_TEXT);

    /** Settings of runs that put their work aside. */
    public static final List<Option<?>> OF_STAGE = List.of(COMMIT_EVERY, STAGE);

    /** Settings that only a refresh heeds; those of a stage, other runs that have one too. */
    public static final List<Option<?>> OF_REFRESH = List.of(
            DELETED,
            MAX_DELETED,
            DUPLICATES,
            ORDER_BY,
            SINCE,
            CHANGES,
            NEW_COLUMNS,
            REBUILD,
            ADOPT,
            COMMIT_EVERY,
            MERGE_EVERY,
            STAGE,
            STATE);

    public static final Option<String> SEARCH_TABLE = text(
            "table",
            "P",
            "What embark embed wrote: a path, or the name of a table of any catalog; not needed where --format and its options say it.");
    public static final Option<String> SEARCH_COLUMN = text("embedding-column", "C", "The column of the vectors.")
            .orElse("the only column with vectors of Embark, else embedding");
    public static final Option<String> STATUS_TABLE = text(
            "table",
            "P",
            "What embark embed wrote: a path, or the name of a table of any catalog; not needed where --format and its options say it. Beside --output or --output-table it is the source.");

    /** Settings that say which output {@code embark status} counts, beside {@link #STATUS_TABLE}. */
    public static final List<Option<?>> OF_STATUS_OUTPUT = List.of(OUTPUT, OUTPUT_TABLE, OUTPUT_FORMAT, SINK_OPTION);

    /** Settings of a run of {@code embark embed} that say what a refresh would embed. */
    public static final List<Option<?>> OF_STATUS_SOURCE = List.of(
            INPUT,
            SQL,
            TEXT_COLUMN,
            ID_COLUMN,
            WHERE,
            LIMIT,
            VECTOR_TYPE,
            PARTITION_BY,
            DELETED,
            MAX_DELETED,
            DUPLICATES,
            ORDER_BY,
            SINCE,
            CHANGES,
            NEW_COLUMNS,
            ADOPT,
            STATE,
            ERROR_COLUMN,
            REPORT);

    public static final Option<String> QUERY = text("query", "TEXT", "What to search for.");
    public static final Option<Integer> TOP =
            Option.integer(Stage.COMMAND, "top", 10, 1, 1_000_000, "rows", "How many rows to show.");

    public static final Option<Integer> SAMPLE = Option.integer(
            Stage.COMMAND,
            "sample",
            20_000,
            100,
            1_000_000,
            "texts",
            "Texts of the source that settings are tried with.");
    public static final Option<String> BUDGET = text(
                    "budget", "TIME", "The time that all of it may take: 90s, 10m. More of it makes figures steadier.")
            .orElse("120s");
    public static final Option<String> SWEEP = text(
                    "sweep",
                    "WHAT[,...]",
                    "The settings that are tried: batch-tokens, threads, precision, window, executors. Threads and executors are tried where this command starts Spark by itself, on this machine.")
            .orElse("all of them");
    public static final Option<String> ROWS = text(
                    "rows", "N", "Rows of the table whose time is to be told, such as 250000000.")
            .orElse("those of the source where they are cheap to count");
    public static final Option<String> PRICE_PER_HOUR = text(
            "price-per-hour",
            "AMOUNT",
            "What a machine like this one costs in an hour, such as 0.40, in any currency.");
    public static final Option<String> FINISH_IN = text(
            "finish-in",
            "TIME",
            "The time in which the table is to be done, such as 6h: tells how many machines it takes.");

    public static final Option<String> BENCH_REPORT =
            text("report", "DIR", "A folder to write bench.json and bench.html into.");

    public static final Option<Boolean> JSON = flag("json", "Print JSON instead of text.");

    /** Settings of a run that every command takes. */
    public static final List<Option<?>> OF_EVERY_RUN = List.of(CONFIG, SET, PACKAGES, VERBOSE);

    /** Settings of which a run takes one; a more important place that names one of them drops the others. */
    public static final List<List<Option<?>>> ALTERNATIVES =
            List.of(List.of(INPUT, TABLE, SQL), List.of(OUTPUT, OUTPUT_TABLE));

    private JobSettings() {}

    private static Option<String> text(String key, String label, String description) {
        return Option.text(Stage.COMMAND, key, description).labelled(label);
    }

    private static Option<Boolean> flag(String key, String description) {
        return Option.flag(Stage.COMMAND, key, false, description).alone();
    }

    private static Option<String> entries(String key, String description) {
        return Option.entries(Stage.COMMAND, key, description);
    }
}

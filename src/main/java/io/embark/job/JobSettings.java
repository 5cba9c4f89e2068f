package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.job.table.SinkFormat;
import io.embark.job.table.SourceFormat;
import io.embark.job.table.WriteMode;
import java.util.List;

/** Every setting of the job's own, beside those of {@link EmbedOptions}. */
final class JobSettings {
    static final Setting INPUT = Setting.text(
            "input", "PATH", null, "Files to read: a file, a folder or a glob, on any file system of Hadoop.");
    static final Setting TABLE = Setting.text("table", "NAME", null, "A table or view to read.");
    static final Setting SQL = Setting.text("sql", "QUERY", null, "A query whose result is read.");
    static final Setting FORMAT = Setting.choice(
            "format",
            SourceFormat.names(),
            null,
            "by the file's extension, else parquet",
            "What the files of the input are. CSV files have a header, and quoted cells may hold line breaks.");
    static final Setting SOURCE_OPTION =
            Setting.entries("source-option", "An option of Spark's reader, such as sep=; for CSV; repeatable.");
    static final Setting TEXT_COLUMN = Setting.text(
            "text-column",
            "C[,C2...]",
            "text if there is such a column, else the only string column",
            "The columns to embed, each into a column of its own.");
    static final Setting ID_COLUMN = Setting.text(
            "id-column", "C", null, "The column that names a row to people, in dry runs, reports and search results.");
    static final Setting WHERE = Setting.text("where", "CONDITION", null, "Read only rows for which this SQL is true.");
    static final Setting LIMIT =
            Setting.number("limit", 0, Integer.MAX_VALUE, null, "all rows", "rows", "Read only so many rows.");

    static final Setting OUTPUT = Setting.text("output", "PATH", null, "The folder to write.");
    static final Setting OUTPUT_TABLE = Setting.text("output-table", "NAME", null, "The table to write.");
    static final Setting OUTPUT_FORMAT = Setting.choice(
            "output-format",
            SinkFormat.names(),
            SinkFormat.PARQUET.sparkName(),
            SinkFormat.PARQUET.sparkName(),
            "What the files of the output are. Only parquet keeps with the vectors which model they come from.");
    static final Setting SINK_OPTION =
            Setting.entries("sink-option", "An option of Spark's writer, such as compression=zstd; repeatable.");
    static final Setting MODE = Setting.choice(
            "mode",
            WriteMode.names(),
            WriteMode.ERROR.key(),
            WriteMode.ERROR.key(),
            "What to do if the output exists. It is replaced only once the new one is complete.");
    static final Setting EMBEDDING_COLUMN = Setting.text(
            "embedding-column",
            "C",
            "embedding; embedding_<column> where several are embedded",
            "The column of the vectors; a prefix where several columns are embedded.");

    static final Setting CONFIG =
            Setting.text("config", "FILE", null, "A file of settings, in HOCON, by the same words.");
    static final Setting SET = Setting.entries("set", "Any setting, or any spark.* one, for this run; repeatable.");
    static final Setting DRY_RUN =
            Setting.flag("dry-run", "Resolve everything, open the model, embed three rows, write nothing.");
    static final Setting EXPLAIN = Setting.flag(
            "explain", "Print each setting with where it came from, and the plan; read and write no rows.");
    static final Setting REPORT = Setting.text("report", "DIR", null, "A folder to write summary.json into.");
    static final Setting QUIET = Setting.flag("quiet", "Print nothing but errors.");
    static final Setting VERBOSE = Setting.flag("verbose", "Show Spark's log, and the stack trace of an error.");

    static final Setting SEARCH_TABLE =
            Setting.text("table", "P", null, "What embark embed wrote: a path, or the name of a table.");
    static final Setting SEARCH_COLUMN = Setting.text(
            "embedding-column",
            "C",
            "the only column with vectors of Embark, else embedding",
            "The column of the vectors.");
    static final Setting QUERY = Setting.text("query", "TEXT", null, "What to search for.");
    static final Setting TOP = Setting.number("top", 1, 1_000_000, 10L, "10", "rows", "How many rows to show.");

    static final Setting JSON = Setting.flag("json", "Print JSON instead of text.");

    /** The options of embedding, as settings. */
    static final List<Setting> EMBEDDING =
            EmbedOptions.all().stream().map(Setting::of).toList();

    /** Settings of which a run takes one; a more important place that names one of them drops the others. */
    static final List<List<Setting>> ALTERNATIVES = List.of(List.of(INPUT, TABLE, SQL), List.of(OUTPUT, OUTPUT_TABLE));

    private JobSettings() {}
}

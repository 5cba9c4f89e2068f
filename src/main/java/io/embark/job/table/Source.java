/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.ParsedStatement;

/**
 * The table that is read: files, a table of the catalog or the result of a query.
 *
 * @param rows its rows
 * @param name what it is, for people
 * @param path the path of its files; empty if it was not named by one
 * @param cheap whether its rows can be counted for much less than embedding them costs
 * @param note what people should know about it, if anything
 * @hidden Public for Embark's other rooms only.
 */
public record Source(Dataset<Row> rows, String name, Optional<String> path, boolean cheap, Optional<String> note) {
    private static final String CORRUPT = "_corrupt_record";

    /** A source that there is nothing to say about. */
    static Source of(Dataset<Row> rows, String name, Optional<String> path, boolean cheap) {
        return new Source(rows, name, path, cheap, Optional.empty());
    }

    /**
     * Opens the files at a path.
     *
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if there are none, or they cannot be read; {@link
     *     ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source files(SparkSession spark, String path, SourceRequest request) {
        return files(spark, path, request, "input").narrowed(request);
    }

    /**
     * Opens a table or view of the catalog.
     *
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if there is none of this name; {@link
     *     ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source table(SparkSession spark, String name, SourceRequest request) {
        return table(spark, name).narrowed(request);
    }

    /**
     * Opens the result of a query.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it or the condition cannot be read, or it is no query
     */
    public static Source query(SparkSession spark, String query, SourceRequest request) {
        return query(spark, query).narrowed(request);
    }

    /** Opens the files at a path or, if nothing is there, the table of this name. */
    public static Source pathOrTable(SparkSession spark, String reference, SourceRequest request) {
        boolean isTable = !reference.contains("/") && !exists(spark, reference) && tableExists(spark, reference);
        Source whole = isTable ? table(spark, reference) : files(spark, reference, request, "table");
        return whole.narrowed(request);
    }

    private static boolean exists(SparkSession spark, String path) {
        try {
            Path pattern = new Path(path);
            FileStatus[] found =
                    pattern.getFileSystem(spark.sessionState().newHadoopConf()).globStatus(pattern);
            return found != null && found.length > 0;
        } catch (IOException | RuntimeException e) {
            // Whoever opens it next says why it cannot be reached.
            return false;
        }
    }

    private static boolean tableExists(SparkSession spark, String name) {
        try {
            return spark.catalog().tableExists(name);
        } catch (Exception e) {
            // Not a name at all, such as articles.parquet: the caller says that there is no such file.
            return false;
        }
    }

    private static Source files(SparkSession spark, String path, SourceRequest request, String noun) {
        FileStatus first = firstFile(spark, path, noun);
        SourceFormat format = request.format()
                .or(() -> SourceFormat.ofFile(first.getPath().getName()))
                .orElse(SourceFormat.PARQUET);
        Map<String, String> options =
                new LinkedHashMap<>(format.defaults(first.getPath().getName()));
        Map<String, String> chosen = request.options();
        // Spark's reader takes its options in letters of either case.
        options.keySet().removeIf(key -> chosen.keySet().stream().anyMatch(key::equalsIgnoreCase));
        options.putAll(chosen);

        DataFrameReader reader = spark.read().format(format.sparkName()).options(options);
        Dataset<Row> rows = SparkCall.translate(
                () -> reader.load(path),
                e -> new EmbarkException(
                        ErrorCode.INPUT_NOT_FOUND,
                        "%s %s: cannot be read as %s".formatted(noun, path, format.sparkName()),
                        Failures.rootLine(e),
                        "Check the files, or say what they are with --format %s."
                                .formatted(String.join("|", SourceFormat.names())),
                        e));
        if (rows.columns().length == 0) {
            throw new EmbarkException(
                    ErrorCode.INPUT_NOT_FOUND,
                    "%s %s: is empty".formatted(noun, path),
                    "Not even the names of columns are there.",
                    "Check how it was written.");
        }

        List<String> columns = List.of(rows.columns());
        if (format.keepsBadLines() && columns.equals(List.of(CORRUPT))) {
            throw new EmbarkException(
                    ErrorCode.INPUT_NOT_FOUND,
                    "%s %s: no line of it is JSON".formatted(noun, path),
                    "Each line has to be one JSON object.",
                    "For one array over many lines, add --source-option multiLine=true.");
        }

        Optional<String> note = format.keepsBadLines() && columns.contains(CORRUPT)
                ? Optional.of(
                        "some lines are not JSON; they are kept in column %s, with null elsewhere".formatted(CORRUPT))
                : Optional.empty();
        return new Source(rows, path, Optional.of(path), true, note);
    }

    /** The first file that is not hidden, whose name tells what the files are. */
    private static FileStatus firstFile(SparkSession spark, String path, String noun) {
        return SparkCall.translate(
                () -> firstFile(new Path(path), spark, noun),
                e -> new EmbarkException(
                        ErrorCode.INPUT_NOT_FOUND,
                        "%s %s: cannot be reached".formatted(noun, path),
                        Failures.rootLine(e),
                        "Check the path, its permissions, and the jars and settings of its file system.",
                        e));
    }

    private static FileStatus firstFile(Path path, SparkSession spark, String noun) throws IOException {
        FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
        FileStatus[] found = files.globStatus(path);
        if (found == null || found.length == 0) {
            throw new EmbarkException(
                    ErrorCode.INPUT_NOT_FOUND,
                    "%s %s: does not exist".formatted(noun, path),
                    "No file or folder is there.",
                    "Check the path; a relative one starts at %s.".formatted(files.getWorkingDirectory()));
        }

        return firstFile(files, found)
                .orElseThrow(() -> new EmbarkException(
                        ErrorCode.INPUT_NOT_FOUND,
                        "%s %s: holds no files".formatted(noun, path),
                        "It is empty, or the names of all its files begin with _ or a dot, which hides them.",
                        "Check the path."));
    }

    private static Optional<FileStatus> firstFile(FileSystem files, FileStatus[] candidates) throws IOException {
        for (FileStatus candidate : candidates) {
            String name = candidate.getPath().getName();
            boolean hidden = name.startsWith(".") || (name.startsWith("_") && !name.contains("="));
            if (hidden) {
                continue;
            }

            Optional<FileStatus> found = candidate.isDirectory()
                    ? firstFile(files, files.listStatus(candidate.getPath()))
                    : Optional.of(candidate);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Source table(SparkSession spark, String name) {
        Dataset<Row> rows = SparkCall.translate(
                () -> spark.table(name),
                e -> new EmbarkException(
                        ErrorCode.INPUT_NOT_FOUND,
                        "table %s: does not exist".formatted(name),
                        Failures.firstLine(e),
                        "Check the name and the catalog of this Spark session.",
                        e));
        return of(rows, name, Optional.empty(), true);
    }

    private static Source query(SparkSession spark, String query) {
        LogicalPlan parsed = SparkCall.translate(
                () -> spark.sessionState().sqlParser().parsePlan(query),
                e -> invalid("option sql: is not valid SQL", e));
        if (parsed.exists(node -> node instanceof Command || node instanceof ParsedStatement)) {
            throw new EmbarkException(
                    ErrorCode.OPTION_INVALID,
                    "option sql: is not a query",
                    "Only a SELECT is read; this statement would change something.",
                    "Give a query, and name the output with --output or --output-table.");
        }

        Dataset<Row> rows =
                SparkCall.translate(() -> spark.sql(query), e -> invalid("option sql: names what does not exist", e));
        return of(rows, "the result of --sql", Optional.empty(), false);
    }

    private Source narrowed(SourceRequest request) {
        Dataset<Row> met = request.where().map(this::where).orElse(rows);
        Dataset<Row> limited =
                request.limit().isPresent() ? met.limit(request.limit().getAsInt()) : met;
        return new Source(limited, name, path, cheap, note);
    }

    private Dataset<Row> where(String condition) {
        return SparkCall.translate(
                () -> rows.where(condition),
                e -> invalid("option where: '%s' does not hold for the input".formatted(condition), e));
    }

    private static EmbarkException invalid(String problem, Exception e) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                problem,
                Failures.firstLine(e),
                "Write it as Spark SQL does, with columns of the input.",
                e);
    }
}

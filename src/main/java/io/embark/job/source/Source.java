/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.QueryCheck;
import io.embark.job.table.FormatOptions;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.SparkVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
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
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.CommandExecutionMode;

/**
 * The table that is read: files, a table of the catalog or the result of a query.
 *
 * @param rows its rows
 * @param name what it is, for people
 * @param path the path of its files; empty if it was not named by one
 * @param cheap whether its rows can be counted for much less than embedding them costs
 * @param notes what people should know about it
 * @hidden Public for Embark's other rooms only.
 */
public record Source(Dataset<Row> rows, String name, Optional<String> path, boolean cheap, List<String> notes) {
    private static final String CORRUPT = "_corrupt_record";

    /** Takes its own copy of the notes. */
    public Source {
        notes = List.copyOf(notes);
    }

    /** A source that there is nothing to say about. */
    public static Source of(Dataset<Row> rows, String name, Optional<String> path, boolean cheap) {
        return new Source(rows, name, path, cheap, List.of());
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

    /** Opens the files at a path or, if nothing is there, the table of this name: NAME, or FORMAT.`PATH`. */
    public static Source pathOrTable(SparkSession spark, String reference, SourceRequest request) {
        boolean isQuoted = reference.contains("`");
        boolean isTable = (isQuoted || !reference.contains("/"))
                && !exists(spark, reference)
                && (isQuoted || tableExists(spark, reference));
        Source whole = isTable ? table(spark, reference) : files(spark, reference, request, "table");
        return whole.narrowed(request);
    }

    private static boolean exists(SparkSession spark, String path) {
        try {
            Path pattern = new Path(
                    LiteralPath.escapedIfThere(path, spark.sessionState().newHadoopConf()));
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
        String input = "%s %s".formatted(noun, path);
        String pattern = SparkCall.translate(
                () -> LiteralPath.escapedIfThere(path, spark.sessionState().newHadoopConf()),
                e -> InputErrors.cannotBeReached(input, e));
        FileStatus first = firstFile(spark, pattern, input);
        SourceFormat format = request.format()
                .or(() -> SourceFormat.ofFile(first.getPath().getName()))
                .orElse(SourceFormat.PARQUET);
        Map<String, String> options =
                new LinkedHashMap<>(format.defaults(first.getPath().getName()));
        Map<String, String> chosen = request.options();
        FormatOptions.requireKnown("source-option", format.sparkName(), chosen);
        // Spark's reader takes its options in letters of either case.
        options.keySet().removeIf(key -> chosen.keySet().stream().anyMatch(key::equalsIgnoreCase));
        options.putAll(chosen);

        DataFrameReader reader = spark.read().format(format.sparkName()).options(options);
        Dataset<Row> rows =
                SparkCall.translate(() -> reader.load(pattern), e -> InputErrors.cannotBeReadAs(format, input, e));
        if (rows.columns().length == 0) {
            throw InputErrors.isEmpty(input);
        }

        List<String> notes = new ArrayList<>();
        if (format.isText()) {
            notes.addAll(new TextFiles(format, input, options)
                    .check(rows, spark.sessionState().newHadoopConf()));
        }
        List<String> columns = List.of(rows.columns());
        if (format.keepsBadLines() && columns.equals(List.of(CORRUPT))) {
            throw InputErrors.noLineIsJson(input);
        }

        if (format.keepsBadLines() && columns.contains(CORRUPT)) {
            notes.add("some lines are not JSON; they are kept in column %s, with null elsewhere".formatted(CORRUPT));
        }
        return new Source(rows, path, Optional.of(path), true, notes);
    }

    /** The first file that is not hidden, whose name tells what the files are. */
    private static FileStatus firstFile(SparkSession spark, String path, String input) {
        return SparkCall.translate(
                () -> firstFile(new Path(path), spark, input), e -> InputErrors.cannotBeReached(input, e));
    }

    private static FileStatus firstFile(Path path, SparkSession spark, String input) throws IOException {
        ForeignTables.requireNoneRead(input, List.of(path), spark.sessionState().newHadoopConf());
        FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
        FileStatus[] found = files.globStatus(path);
        if (found == null || found.length == 0) {
            throw InputErrors.doesNotExist(input, files.getWorkingDirectory());
        }

        return firstFile(files, found).orElseThrow(() -> InputErrors.holdsNoFiles(input));
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
        Dataset<Row> rows = SparkCall.translate(() -> spark.table(name), e -> InputErrors.noSuchTable(name, e));
        // It may be a view, which holds a query.
        QueryCheck.require(rows.queryExecution().analyzed(), "table " + name);
        requireNoForeignTable(rows, "table " + name);
        return of(rows, name, Optional.empty(), true);
    }

    private static Source query(SparkSession spark, String query) {
        LogicalPlan parsed =
                SparkCall.translate(() -> spark.sessionState().sqlParser().parsePlan(query), InputErrors::queryIsNoSql);
        QueryCheck.require(parsed, "option sql");
        // Spark's own sql() runs a statement as soon as it is given one.
        LogicalPlan analyzed = SparkCall.translate(
                () -> spark.sessionState()
                        .executePlan(parsed, CommandExecutionMode.SKIP())
                        .analyzed(),
                InputErrors::queryNamesWhatDoesNotExist);
        QueryCheck.require(analyzed, "option sql");
        Dataset<Row> rows = SparkVersion.rows(spark, analyzed);
        requireNoForeignTable(rows, "option sql");
        return of(rows, "the result of --sql", Optional.empty(), false);
    }

    private static void requireNoForeignTable(Dataset<Row> rows, String subject) {
        SparkCall.translate(
                () -> {
                    ForeignTables.requireNoneRead(subject, rows);
                    return null;
                },
                e -> InputErrors.cannotBeReached(subject, e));
    }

    /** The same with what people should know about columns that they named. */
    public Source noting(Collection<String> columns) {
        List<String> all = new ArrayList<>(notes);
        all.addAll(PartitionColumns.notes(rows, columns));
        return new Source(rows, name, path, cheap, all);
    }

    private Source narrowed(SourceRequest request) {
        Dataset<Row> met = request.where().map(this::where).orElse(rows);
        Dataset<Row> limited =
                request.limit().isPresent() ? met.limit(request.limit().getAsInt()) : met;
        return new Source(limited, name, path, cheap, notes);
    }

    private Dataset<Row> where(String condition) {
        Dataset<Row> met =
                SparkCall.translate(() -> rows.where(condition), e -> InputErrors.conditionDoesNotHold(condition, e));
        QueryCheck.require(met.queryExecution().analyzed(), "option where");
        return met;
    }
}

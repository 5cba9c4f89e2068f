/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.guard.QueryCheck;
import io.embark.job.table.MissingCatalog;
import io.embark.job.table.SparkCall;
import io.embark.job.table.TableLabels;
import io.embark.job.table.TablePin;
import io.embark.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.CommandExecutionMode;

/**
 * The table that is read: files, a table of a catalog, the result of a query, or whatever a data source of Spark reads.
 *
 * @param rows its rows
 * @param name what it is, for people
 * @param path the path of its files; empty if it was not named by one
 * @param cheap whether its rows can be counted for much less than embedding them costs
 * @param notes what people should know about it
 * @param version the version that it is held at, as people call it; empty where two reads may see different rows
 * @hidden Public for Embark's other rooms only.
 */
public record Source(
        Dataset<Row> rows,
        String name,
        Optional<String> path,
        boolean cheap,
        List<String> notes,
        Optional<String> version) {
    /** Takes its own copy of the notes. */
    public Source {
        notes = List.copyOf(notes);
    }

    /** A source that there is nothing to say about. */
    public static Source of(Dataset<Row> rows, String name, Optional<String> path, boolean cheap) {
        return new Source(rows, name, path, cheap, List.of(), Optional.empty());
    }

    /**
     * Opens what lies at a path: files, or a table that its own maker's reader reads.
     *
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if there is nothing, or it cannot be read; {@link
     *     ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source files(SparkSession spark, String path, SourceRequest request) {
        return files(spark, path, request, "input").narrowed(request);
    }

    /**
     * Opens what the options of a data source name, such as a table of a database.
     *
     * @param request must name the data source
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if it cannot be read; {@link ErrorCode#OPTION_INVALID} if there
     *     is no such data source, or the condition cannot be read
     */
    public static Source format(SparkSession spark, SourceRequest request) {
        String name = request.format().orElseThrow();
        ReadRows read = new FormatReader(spark, "format " + name, request).read(name, Optional.empty());
        return of(read, "the rows of --format " + name, Optional.empty()).narrowed(request);
    }

    /**
     * Opens a table of any catalog of the session, or a view.
     *
     * @param name {@code [CATALOG.][DATABASE.]NAME} or {@code FORMAT.`PATH`}, with {@code VERSION AS OF} or {@code TIMESTAMP AS
     *     OF} behind it where the table has a history
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if there is none of this name; {@link
     *     ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source table(SparkSession spark, String name, SourceRequest request) {
        return table(spark, request, name).narrowed(request);
    }

    /**
     * Opens the result of a query.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it or the condition cannot be read, or it is no query
     */
    public static Source query(SparkSession spark, String query, SourceRequest request) {
        return query(spark, query).narrowed(request);
    }

    /**
     * Takes rows that a program has at hand.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source rows(Dataset<Row> rows, SourceRequest request) {
        // What a program made of them is its own matter; only the condition is asked for here.
        Dataset<Row> met = request.where()
                .map(condition -> SparkCall.translate(
                        () -> rows.where(condition), e -> InputErrors.conditionDoesNotHold(condition, e)))
                .orElse(rows);
        return of(
                request.limit().isPresent() ? met.limit(request.limit().getAsInt()) : met,
                "the rows that were given",
                Optional.empty(),
                false);
    }

    /** Opens what is at a path or, if nothing is there, the table of this name, as {@link #table} takes it. */
    public static Source pathOrTable(SparkSession spark, String reference, SourceRequest request) {
        boolean isTable = request.format().isEmpty() && new PathOrTable(spark, reference).isTable();
        return isTable
                ? table(spark, reference, request)
                : files(spark, reference, request, "table").narrowed(request);
    }

    private static Source files(SparkSession spark, String path, SourceRequest request, String noun) {
        return of(new FilesReader(spark, noun, request).read(path), path, Optional.of(path));
    }

    private static Source table(SparkSession spark, SourceRequest request, String name) {
        ReadRows read = new TableReader(spark, request).read(name);
        ReadRows.requireNoForeignTable(read.rows(), "table " + name);
        return of(read, name, Optional.empty());
    }

    private static Source of(ReadRows read, String name, Optional<String> path) {
        return new Source(TableLabels.labelled(read.rows()), name, path, read.cheap(), read.notes(), Optional.empty());
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
                e -> cannotBeAnalyzed(spark, parsed, e));
        QueryCheck.require(analyzed, "option sql");
        Dataset<Row> rows = SparkVersion.rows(spark, analyzed);
        ReadRows.requireNoForeignTable(rows, "option sql");
        return of(rows, "the result of --sql", Optional.empty(), false);
    }

    private static EmbarkException cannotBeAnalyzed(SparkSession spark, LogicalPlan parsed, Exception thrown) {
        return QueryCheck.tables(parsed).stream()
                .flatMap(name -> MissingCatalog.behind(thrown, spark, name).stream())
                .findFirst()
                .map(missing -> InputErrors.noCatalog("option sql", missing, thrown))
                .orElseGet(() -> InputErrors.queryNamesWhatDoesNotExist(thrown));
    }

    /** The same with what people should know about columns that they named. */
    public Source noting(Collection<String> columns) {
        List<String> all = new ArrayList<>(notes);
        all.addAll(PartitionColumns.notes(rows, columns));
        return new Source(rows, name, path, cheap, all, version);
    }

    /**
     * The same, held at the version that it has now, where it is a table that keeps versions, such as one of Delta Lake or
     * Iceberg: each read sees the same rows, whatever is committed meanwhile. Any other is given back as it is, and so are a
     * query, a view, a limit and a condition that may hold for other rows the next time.
     */
    public Source pinned() {
        return TablePin.of(rows)
                .map(pin -> new Source(pin.rows(), name, path, cheap, notes, Optional.of(pin.version())))
                .orElse(this);
    }

    /** The same with other rows of the same columns. */
    public Source with(Dataset<Row> others) {
        return new Source(others, name, path, cheap, notes, version);
    }

    private Source narrowed(SourceRequest request) {
        Dataset<Row> met = request.where().map(this::where).orElse(rows);
        Dataset<Row> limited =
                request.limit().isPresent() ? met.limit(request.limit().getAsInt()) : met;
        return with(limited);
    }

    private Dataset<Row> where(String condition) {
        Dataset<Row> met =
                SparkCall.translate(() -> rows.where(condition), e -> InputErrors.conditionDoesNotHold(condition, e));
        QueryCheck.require(met.queryExecution().analyzed(), "option where");
        return met;
    }
}

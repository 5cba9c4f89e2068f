/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.ColumnErrors;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.StructType;

/** What is refused of the table that is read and of its columns, one method for each mistake. */
final class InputErrors {
    private static final String AS_SPARK_DOES = "Write it as Spark SQL does, with columns of the input.";

    private InputErrors() {}

    /** @param input what is read, as people say it: "input /a" */
    static EmbarkException cannotBeReached(String input, Exception thrown) {
        return notFound(
                "%s: cannot be reached".formatted(input),
                Failures.rootLine(thrown),
                "Check the path, its permissions, and the jars and settings of its file system.",
                thrown);
    }

    static EmbarkException doesNotExist(String input, Path workingDirectory) {
        return notFound(
                "%s: does not exist".formatted(input),
                "No file or folder is there.",
                "Check the path; a relative one starts at %s.".formatted(workingDirectory),
                null);
    }

    static EmbarkException holdsNoFiles(String input) {
        return notFound(
                "%s: holds no files".formatted(input),
                "It is empty, or the names of all its files begin with _ or a dot, which hides them.",
                "Check the path.",
                null);
    }

    static EmbarkException cannotBeReadAs(SourceFormat format, String input, Exception thrown) {
        return notFound(
                "%s: cannot be read as %s".formatted(input, format.sparkName()),
                Failures.rootLine(thrown),
                "Check the files, or say what they are with --format %s."
                        .formatted(String.join("|", SourceFormat.names())),
                thrown);
    }

    static EmbarkException isEmpty(String input) {
        return notFound(
                "%s: is empty".formatted(input),
                "Not even the names of columns are there.",
                "Check how it was written.",
                null);
    }

    static EmbarkException noLineIsJson(String input) {
        return notFound(
                "%s: no line of it is JSON".formatted(input),
                "Each line has to be one JSON object.",
                "For one array over many lines, add --source-option multiLine=true.",
                null);
    }

    static EmbarkException noSuchTable(String name, Exception thrown) {
        return notFound(
                "table %s: does not exist".formatted(name),
                Failures.firstLine(thrown),
                "Check the name and the catalog of this Spark session.",
                thrown);
    }

    private static EmbarkException notFound(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.INPUT_NOT_FOUND, problem, reason, remedy, thrown);
    }

    static EmbarkException queryIsNoSql(Exception thrown) {
        return invalid("option sql: is not valid SQL", Failures.firstLine(thrown), AS_SPARK_DOES, thrown);
    }

    static EmbarkException queryIsAStatement() {
        return invalid(
                "option sql: is not a query",
                "Only a SELECT is read; this statement would change something.",
                "Give a query, and name the output with --output or --output-table.",
                null);
    }

    static EmbarkException queryNamesWhatDoesNotExist(Exception thrown) {
        return invalid("option sql: names what does not exist", Failures.firstLine(thrown), AS_SPARK_DOES, thrown);
    }

    static EmbarkException conditionDoesNotHold(String condition, Exception thrown) {
        return invalid(
                "option where: '%s' does not hold for the input".formatted(condition),
                Failures.firstLine(thrown),
                AS_SPARK_DOES,
                thrown);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy, thrown);
    }

    static EmbarkException severalColumnsOfTheName(String name, int found, StructType schema) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': there are %s of this name".formatted(name, found),
                "The columns are %s.".formatted(ColumnErrors.listed(List.of(schema.fieldNames()))),
                "Select them under different names with --sql.");
    }

    static EmbarkException textColumnIsNotNamed(StructType schema) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "text column: not named, and %s holds strings"
                        .formatted(ColumnErrors.strings(schema).isEmpty() ? "none" : "more than one"),
                "The columns are %s.".formatted(ColumnErrors.described(schema)),
                "Name the column to embed with --text-column.");
    }
}

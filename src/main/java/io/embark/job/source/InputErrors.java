/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.base.Shown;
import io.embark.job.table.Failures;
import org.apache.hadoop.fs.Path;

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

    static EmbarkException isAnArrayOverLines(String input, Path file) {
        return notFound(
                "%s: is one JSON array over several lines".formatted(input),
                "Read line by line, rows of %s would be lost.".formatted(Shown.line(file.getName())),
                "Add --source-option multiLine=true.",
                null);
    }

    static EmbarkException holdsMoreThanOneValue(String input, Path file) {
        return notFound(
                "%s: holds more than one JSON value".formatted(input),
                "With multiLine=true only the first one of %s would be read.".formatted(Shown.line(file.getName())),
                "Leave multiLine out if each line is one object; else put the objects into one array.",
                null);
    }

    static EmbarkException hasAnUnclosedQuote(String input, Path file, int line) {
        return notFound(
                "%s: a quoted cell does not end".formatted(input),
                "It begins in line %s of %s, and all lines behind it would be read as part of it."
                        .formatted(line, Shown.line(file.getName())),
                "Close the quote, or write it twice if it is part of the cell; or add --source-option quote= if quotes are"
                        + " letters like others.",
                null);
    }

    static EmbarkException isInAnotherEncoding(SourceFormat format, String input, Path file, String encoding) {
        return notFound(
                "%s: is in %s".formatted(input, encoding),
                "%s is read as UTF-8, which would give no words.".formatted(Shown.line(file.getName())),
                format == SourceFormat.CSV
                        ? "Add --source-option encoding=%s, or write it again in UTF-8.".formatted(encoding)
                        : "Write it again in UTF-8, such as with iconv -f %s -t UTF-8.".formatted(encoding),
                null);
    }

    static EmbarkException noSuchTable(String name, Exception thrown) {
        return notFound(
                "table %s: does not exist".formatted(name),
                Failures.line(thrown),
                "Check the name and the catalog of this Spark session.",
                thrown);
    }

    private static EmbarkException notFound(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.INPUT_NOT_FOUND, problem, reason, remedy, thrown);
    }

    static EmbarkException queryIsNoSql(Exception thrown) {
        return invalid("option sql: is not valid SQL", Failures.line(thrown), AS_SPARK_DOES, thrown);
    }

    static EmbarkException queryNamesWhatDoesNotExist(Exception thrown) {
        return invalid("option sql: names what does not exist", Failures.line(thrown), AS_SPARK_DOES, thrown);
    }

    static EmbarkException conditionDoesNotHold(String condition, Exception thrown) {
        return invalid(
                "option where: '%s' does not hold for the input".formatted(Redaction.query(condition)),
                Failures.line(thrown),
                AS_SPARK_DOES,
                thrown);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy, thrown);
    }
}

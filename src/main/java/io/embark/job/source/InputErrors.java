/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.base.Shown;
import io.embark.job.guard.FoundTable;
import io.embark.job.table.Failures;
import io.embark.job.table.KnownFormats;
import io.embark.job.table.MissingCatalog;
import io.embark.spark.version.SparkVersion;
import java.util.Collection;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;

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

    /** @param format the data source that was tried, which may be any */
    static EmbarkException cannotBeReadAs(String format, String input, Exception thrown) {
        boolean isOurs = SourceFormat.named(format).isPresent();
        return notFound(
                "%s: cannot be read as %s".formatted(input, Shown.value(format)),
                Failures.rootLine(thrown),
                isOurs
                        ? "Check the files, or say what they are with --format %s."
                                .formatted(String.join("|", SourceFormat.names()))
                        : "Check what is read, the options of --source-option, and the jars and settings of %s."
                                .formatted(Shown.value(format)),
                thrown);
    }

    /** @param table what the input is; its jar is missing */
    static EmbarkException isForeignTable(String input, FoundTable table) {
        return new EmbarkException(
                ErrorCode.INPUT_NOT_FOUND,
                "%s: is %s".formatted(input, table.words()),
                "Its files hold rows that were deleted or replaced; its %s says which of them count."
                        .formatted(table.marks()),
                table.format()
                        .flatMap(KnownFormats::coordinate)
                        .map("Add --packages %s, and it is read as what it is."::formatted)
                        .orElse("Add the jar that reads such tables with --packages."));
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

    static EmbarkException isNoTable(String name, Exception thrown) {
        return notFound(
                "table %s: does not exist".formatted(name),
                Failures.line(thrown),
                "Write [CATALOG.][DATABASE.]NAME, with VERSION AS OF N or TIMESTAMP AS OF 'T' behind it for an earlier state.",
                thrown);
    }

    static EmbarkException noCatalog(String subject, MissingCatalog missing, Exception thrown) {
        return notFound(
                "%s: there is %s".formatted(subject, missing.problem()), missing.reason(), missing.remedy(), thrown);
    }

    /** @param missing what it begins with, if that is what is wrong with it as the name of a table */
    static EmbarkException isNeitherPathNorTable(
            String reference, Optional<MissingCatalog> missing, Path workingDirectory) {
        return notFound(
                "table %s: does not exist".formatted(reference),
                "No file or folder is there. "
                        + missing.map(MissingCatalog::reason).orElse("No table or view has this name."),
                "%s A relative path starts at %s."
                        .formatted(
                                missing.map(MissingCatalog::remedy)
                                        .orElse("Check the name and the catalog of this Spark session."),
                                workingDirectory),
                null);
    }

    /**
     * @param name as people wrote it
     * @param byPath whether it is named by a data source and a path
     */
    static EmbarkException cannotBeOpened(String name, TableReference table, boolean byPath, Exception thrown) {
        String condition = thrown instanceof SparkThrowable told ? String.valueOf(SparkVersion.condition(told)) : "";
        if (condition.startsWith("UNSUPPORTED_DATASOURCE_FOR_DIRECT_QUERY")) {
            return notFound(
                    "table %s: cannot be read by its path".formatted(name),
                    Failures.line(thrown),
                    "Name the path itself, and the data source with --format %s."
                            .formatted(Shown.value(table.name().get(0))),
                    thrown);
        }
        if (condition.startsWith("UNSUPPORTED_FEATURE.TIME_TRAVEL") || condition.equals("UNSUPPORTED_FEATURE")) {
            return notFound(
                    "table %s: has no earlier states".formatted(name),
                    Failures.line(thrown),
                    "Leave VERSION AS OF and TIMESTAMP AS OF out, or name a table that keeps its history.",
                    thrown);
        }
        if (condition.startsWith("TABLE_OR_VIEW_NOT_FOUND")) {
            return notFound(
                    "table %s: does not exist".formatted(name),
                    byPath ? "No such table is at its path." : "There is no table or view of this name.",
                    byPath
                            ? "Check the path."
                            : "Check the name. A table of a catalog other than the session's is CATALOG.DATABASE.NAME.",
                    thrown);
        }
        Optional<String> missing = KnownFormats.missing(thrown);
        String remedy = table.isOfThePast()
                ? "Name a version or a time that the table has."
                : byPath ? "Check the path." : "Check the name, and the settings of its catalog.";
        return notFound(
                "table %s: cannot be read".formatted(name),
                Failures.rootLine(thrown),
                missing.map("Add --packages %s."::formatted).orElse(remedy),
                thrown);
    }

    /** @param coordinate what brings its data source, which is not there */
    static EmbarkException cannotBeReadByItsPath(String name, String format, String coordinate, Exception thrown) {
        return notFound(
                "table %s: cannot be read by its path".formatted(name),
                "No jar here reads tables of %s.".formatted(Shown.value(format)),
                "Add --packages %s.".formatted(coordinate),
                thrown);
    }

    static EmbarkException formatHasNoPath(String input, String format) {
        return invalid(
                "%s: is not read with format %s".formatted(input, format),
                "Options alone say what a database reads; the path would be ignored.",
                "Leave --input out, or name the format of its files.",
                null);
    }

    static EmbarkException tableHasAFormat(String name, String format) {
        return invalid(
                "option format: '%s' is not heeded for table %s".formatted(Shown.value(format), name),
                "A table of a catalog is read as what it is.",
                "Leave --format out, or name the place of its files instead.",
                null);
    }

    /** @param options those that were given */
    static EmbarkException tableReadsNoOptions(String name, Collection<String> options) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "option source-option: '%s' is not read".formatted(Shown.value(String.join("', '", options))),
                "Table %s is a view, or a table whose reader takes no options.".formatted(name),
                "Leave it out, or name the table behind the view.");
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

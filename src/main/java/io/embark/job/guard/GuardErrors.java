/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.job.table.KnownFormats;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.ScriptTransformation;

/** What is refused since it would lose something or read what counts no more, one method for each mistake. */
final class GuardErrors {
    private static final String OTHER_OUTPUT = "Choose another --output.";
    private static final String OTHER_REPORT = "Name another folder with --report.";
    private static final String CANNOT_BE_REPLACED = "cannot be replaced";

    private GuardErrors() {}

    /**
     * @param subject where the plan comes from
     * @param operator the part of it that does more than read
     */
    static EmbarkException isNoQuery(String subject, LogicalPlan operator) {
        return invalid(
                "%s: is not a query".formatted(subject),
                "It holds %s, and only what reads and changes nothing is run.".formatted(words(operator)),
                "Give a SELECT, and name the output with --output or --output-table; run all else in Spark SQL before.");
    }

    /** An operator as SQL names it: INSERT INTO DIR. */
    private static String words(LogicalPlan operator) {
        if (operator instanceof ScriptTransformation) {
            return "TRANSFORM, which runs a program";
        }
        return operator.getClass()
                .getSimpleName()
                .replaceFirst("(Command|Statement|Query)?\\$?$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toUpperCase(Locale.ROOT);
    }

    static EmbarkException callsAnyMethod(String subject, String function) {
        return invalid(
                "%s: calls %s".formatted(subject, function),
                "This function runs any method of Java, whatever that does; only what reads and changes nothing is run.",
                "Use a function of Spark SQL, such as uuid(), or one that is registered in the catalog.");
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }

    static EmbarkException isForeignInput(String input, FoundTable found) {
        return foreign("%s: %s".formatted(input, words(found)), found);
    }

    /** @param subject what names the files: a query, a table */
    static EmbarkException readsForeignTable(String subject, FoundTable found) {
        return foreign("%s: reads from %s, %s".formatted(subject, found.kind().words(), path(found.table())), found);
    }

    private static EmbarkException foreign(String problem, FoundTable found) {
        return new EmbarkException(
                ErrorCode.INPUT_NOT_FOUND,
                problem,
                "Its files hold rows that were deleted or replaced; its %s says which of them count."
                        .formatted(found.kind().marks()),
                found.format()
                        .map(format -> "Read %s as a whole with --format %s, its jar added with --packages%s."
                                .formatted(
                                        path(found.table()),
                                        format,
                                        KnownFormats.coordinate(format)
                                                .map(" "::concat)
                                                .orElse("")))
                        .orElse("Export it first: Spark does not read such tables."));
    }

    static EmbarkException isForeignOutput(String output, FoundTable found) {
        return refused(
                output,
                words(found),
                "Files that are put there are not seen by its readers, and without its %s it is none any more."
                        .formatted(found.kind().marks()),
                writing(found));
    }

    private static String writing(FoundTable found) {
        if (found.kind() == ForeignTable.DELTA && found.relation().equals("is")) {
            return "Add --output-format delta to write it as what it is, or choose another --output.";
        }
        return found.format()
                .flatMap(KnownFormats::coordinate)
                .map(
                        "Write the table itself with --output-table CATALOG.DATABASE.NAME and --packages %s, or choose another --output."
                                ::formatted)
                .orElse(OTHER_OUTPUT);
    }

    private static String words(FoundTable found) {
        return "%s %s%s"
                .formatted(
                        found.relation(),
                        found.kind().words(),
                        found.relation().equals("is") ? "" : ", " + path(found.table()));
    }

    /** @param target what the link leads to */
    static EmbarkException isALink(String output, String target) {
        return refused(
                output,
                "is a symbolic link",
                "It leads to %s. A new folder would take the place of the link, and the old rows would stay."
                        .formatted(Shown.value(target)),
                "Name the folder itself with --output.");
    }

    static EmbarkException isAFile(String output) {
        return refused(
                output,
                "is a file",
                "A run writes a folder, which would take its place.",
                "Choose another --output, or remove the file first.");
    }

    static EmbarkException holdsWhatNoRunWrote(String output, Path foreign) {
        return refused(
                output,
                "holds more than the rows of an output",
                "Replacing it would delete %s, which neither Spark nor a run writes.".formatted(path(foreign)),
                "Choose another --output, or move what is to stay out of it first.");
    }

    static EmbarkException containsInput(String output, Path input) {
        return refused(
                output, "contains the input", "Replacing it would delete %s.".formatted(path(input)), OTHER_OUTPUT);
    }

    static EmbarkException isTheInputInPart(String output) {
        return refused(
                output,
                "is the input",
                "It would be replaced by a part of its rows or columns, and the others would be lost.",
                "Choose another place to write to, or read every row and column of it.");
    }

    static EmbarkException isPartOfTheInput(String output, Path file) {
        return refused(
                output,
                "is a part of the input",
                "Replacing it would delete %s, which is read.".formatted(path(file)),
                OTHER_OUTPUT);
    }

    static EmbarkException containsDatabase(String output, String database, Path location) {
        return refused(
                output,
                "contains database %s".formatted(Shown.value(database)),
                "Replacing it would delete %s with all tables in it.".formatted(path(location)),
                OTHER_OUTPUT);
    }

    static EmbarkException containsTable(String output, String table, Path location) {
        return refused(
                output,
                "contains table %s".formatted(Shown.value(table)),
                "Replacing it would delete %s, the folder of this table.".formatted(path(location)),
                OTHER_OUTPUT);
    }

    static EmbarkException isPartOfATable(String output, String table, Path location) {
        return refused(
                output,
                "is a part of table %s".formatted(Shown.value(table)),
                "Replacing it would delete rows of this table, whose folder is %s.".formatted(path(location)),
                OTHER_OUTPUT);
    }

    static EmbarkException isTheFolderOfATable(String output, String table) {
        return refused(
                output,
                "is the folder of table %s".formatted(Shown.value(table)),
                "The new files would not be what the catalog says of this table: its format, partitions or buckets.",
                "Choose another --output, or name the table with --output-table.");
    }

    /**
     * @param provider the format of the table, as its catalog calls it
     * @param writable the formats that can be written
     */
    static EmbarkException isOfAnotherProvider(
            String output, String provider, String format, Collection<String> writable) {
        String remedy = writable.contains(provider)
                ? "Add --output-format %s, or choose another --output-table.".formatted(provider)
                : "Choose another --output-table, or add rows to it as what it is with --mode append.";
        return refused(
                output,
                CANNOT_BE_REPLACED,
                "It is a table of %s and would become one of %s, without its history and settings."
                        .formatted(Shown.value(provider), format),
                remedy);
    }

    /** @param losses what the table has and a new one would not */
    static EmbarkException wouldLose(String output, List<String> losses) {
        return refused(
                output,
                CANNOT_BE_REPLACED,
                "It has %s, which the new table would not have.".formatted(String.join(", ", losses)),
                "Choose another --output-table, or empty this one with Spark SQL (TRUNCATE TABLE) and use --mode append.");
    }

    /** @param what the rows that lie in the folder */
    static EmbarkException reportLiesIn(String report, String what, Path folder) {
        return refused(
                report,
                "lies in %s".formatted(what),
                "Its files would be among those of the rows in %s.".formatted(path(folder)),
                OTHER_REPORT);
    }

    /** @param what what the file is */
    static EmbarkException reportWouldReplace(String report, Path file, String what) {
        return refused(
                report, "is taken", "It would replace %s, which is %s.".formatted(path(file), what), OTHER_REPORT);
    }

    private static String path(Path path) {
        return Shown.value(
                "file".equals(path.toUri().getScheme()) ? path.toUri().getPath() : path);
    }

    private static EmbarkException refused(String output, String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OUTPUT_INVALID, "%s: %s".formatted(output, problem), reason, remedy);
    }
}

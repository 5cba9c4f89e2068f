/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.Shown;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.Collection;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * What is refused of the place that is written, one method for each mistake. An output is named as people say it: "output
 * /a", "output table a".
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class OutputErrors {
    private static final String OTHER_FOLDER = "Choose another --output.";
    private static final String CANNOT_BE_WRITTEN = "cannot be written";

    private OutputErrors() {}

    /**
     * Under {@code --mode error} an output that exists is left alone.
     *
     * @param option the option that names another place
     */
    public static EmbarkException exists(String output, String option) {
        return refused(
                output,
                "exists",
                "With --mode error, the default, an output that exists is left alone.",
                "Choose another %s, or --mode overwrite or append.".formatted(option));
    }

    /**
     * The same for an output that came to be while the run embedded.
     *
     * @param option the option that names another place
     */
    public static EmbarkException existsByNow(String output, String option) {
        return refused(
                output,
                "exists",
                "Somebody wrote it while this run embedded; it was left alone.",
                "Choose another %s, or --mode overwrite.".formatted(option));
    }

    /** What was compared is not what is there any more. */
    public static EmbarkException changedMeanwhile(String output) {
        return refused(
                output,
                "has changed since it was compared",
                "Somebody wrote it while this run embedded; it was left alone.",
                "Run it again.");
    }

    public static EmbarkException codesHaveNoVectorType(Encoding encoding, VectorType type) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option vector-type: %s does not go with --encoding %s".formatted(type.label(), Option.write(encoding)),
                "Codes are whole numbers; the types are for vectors in float32.",
                "Leave one of both out.");
    }

    /**
     * Codes that need ranges, on their way to where none can be kept.
     *
     * @param place what it is called, such as the name of a data source
     */
    public static EmbarkException keepsNoRanges(String place, Encoding encoding) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option encoding: %s needs ranges, and %s has no place for them"
                        .formatted(Option.write(encoding), place),
                "Codes are worth nothing without the ranges that they were made with.",
                "Name a file of ranges that you keep with --encoding-ranges.");
    }

    public static EmbarkException isRoot(String output) {
        return refused(output, "is the root of a file system", "Nothing can be put in its place.", "Name a folder.");
    }

    public static EmbarkException hasColon(String output) {
        return refused(
                output,
                "has a colon in a name",
                "Hadoop takes what stands before it for the scheme of a file system.",
                OTHER_FOLDER);
    }

    public static EmbarkException isAFile(String output) {
        return refused(output, "is a file", "Only a folder can be appended to.", OTHER_FOLDER);
    }

    public static EmbarkException isBelowAFile(String output, Path file) {
        return refused(output, CANNOT_BE_WRITTEN, "%s is a file.".formatted(file), OTHER_FOLDER);
    }

    public static EmbarkException isForbidden(String output, AccessControlException thrown) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                Failures.line(thrown),
                "Choose another --output, or have the permission granted.",
                thrown);
    }

    public static EmbarkException isUnreachable(String output, Exception thrown) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                Failures.rootLine(thrown),
                "Check the path, its permissions, and the jars and settings of its file system.",
                thrown);
    }

    public static EmbarkException cannotBePutInItsPlace(String output, IOException thrown) {
        return failed("%s: cannot be put in its place".formatted(output), thrown);
    }

    public static EmbarkException noDatabase(String output, String database) {
        return refused(output, CANNOT_BE_WRITTEN, "There is no database %s.".formatted(database), "Create it first.");
    }

    public static EmbarkException placeIsTaken(String output, Path location) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "There is no such table, but its place is taken by %s.".formatted(location),
                "Remove this folder, or choose another --output-table, or --output.");
    }

    public static EmbarkException warehouseIsUnreachable(String output, Exception thrown) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                Failures.rootLine(thrown),
                "Check the warehouse of this Spark session.",
                thrown);
    }

    /**
     * The catalog has not the files of a table.
     *
     * @param type what the catalog says of it
     */
    public static EmbarkException isNotManaged(String output, String type) {
        return refused(
                output,
                "cannot be replaced",
                "Its files are not managed by the catalog (%s).".formatted(type),
                "Choose another --output-table, or replace its files with --output.");
    }

    public static EmbarkException hasPartitions(String output) {
        return refused(
                output,
                "cannot be replaced",
                "It has partitions, and the new table would have none.",
                "Choose another --output-table.");
    }

    /** Of files that Spark's own writer replaces. */
    public static EmbarkException folderIsEmptiedFirst(String output, String format) {
        return refused(
                output,
                "cannot be replaced at once",
                "For %s, Spark empties a folder before it takes the new rows: a run that fails would lose all."
                        .formatted(Shown.value(format)),
                "Write to a new --output, empty this one first, or choose --output-format parquet, orc, json or avro.");
    }

    /** Of a table in a database, whichever way leads to it. */
    public static EmbarkException databaseIsEmptiedFirst(String output) {
        return refused(
                output,
                "cannot be replaced at once",
                "A database empties a table before it takes the new rows: a run that fails would lose all.",
                "Write to a new table, or empty this one first and use --mode append; a table of PostgreSQL is kept up to date by"
                        + " its key with --output-format postgresql.");
    }

    public static EmbarkException rangesCannotBeWritten(String output, IOException thrown) {
        return failed("%s: its ranges cannot be written".formatted(output), thrown);
    }

    public static EmbarkException losesName(String output, String column, String format, String why) {
        return refused(
                output,
                "column '%s' has a name that %s does not keep".formatted(Shown.value(column), format),
                why,
                "Name the column otherwise with --sql, or choose another --output-format.");
    }

    /** Spark's writers take the place as an option too, and would empty that one. */
    public static void requireNoPlace(Collection<String> options) {
        options.stream().filter("path"::equalsIgnoreCase).findFirst().ifPresent(option -> {
            throw new EmbarkException(
                    ErrorCode.OPTION_INVALID,
                    "option sink-option: %s is not taken".formatted(option),
                    "Where rows are written says --output or --output-table alone.",
                    "Leave it out.");
        });
    }

    private static EmbarkException refused(String output, String problem, String reason, String remedy) {
        return refused(output, problem, reason, remedy, null);
    }

    private static EmbarkException refused(
            String output, String problem, String reason, String remedy, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID, "%s: %s".formatted(output, problem), reason, remedy, thrown);
    }

    private static EmbarkException failed(String problem, IOException thrown) {
        return new EmbarkException(ErrorCode.RUN_FAILED, problem, Failures.line(thrown), Failures.VERBOSE, thrown);
    }
}

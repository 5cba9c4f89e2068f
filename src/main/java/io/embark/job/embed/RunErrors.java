/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Precision;
import io.embark.base.Shown;
import io.embark.job.print.Figures;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.RowLimit;
import io.embark.job.sink.Half;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.VectorType;
import io.embark.job.table.Failures;
import io.embark.model.ModelFolder;
import io.embark.spark.ColumnErrors;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What commands refuse once their settings are read, one method for each mistake: those of embed, then those of search.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RunErrors {
    private static final String STOPPED = "the run was stopped";
    private static final String OUTPUT_IS_COMPLETE =
            "The output is complete; its summary is not. Do not append it again.";

    private RunErrors() {}

    public static EmbarkException chunksOfSeveralColumns(int texts) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: chunks is for one text column, not %s".formatted(EmbedOptions.LONG_TEXT.key(), texts),
                "Each chunk is a row, and the chunks of one column are none of another's.",
                "Name one column with --text-column, or set long-text to truncate, fail or mean.");
    }

    public static EmbarkException vectorsWouldTakeTheName(String column) {
        return ColumnErrors.exists(
                column,
                "The vectors would get the same name.",
                "Name the column of the vectors with --embedding-column.");
    }

    public static EmbarkException chunksWouldTakeTheName(String column) {
        return ColumnErrors.exists(
                column,
                "The number or the place of the chunk would get the same name.",
                "Rename it with --sql, or the vectors with --embedding-column.");
    }

    public static EmbarkException reasonsWouldTakeTheName(String column) {
        return ColumnErrors.exists(
                column,
                "The reasons why rows have no vector would get the same name.",
                "Name another column with --error-column.");
    }

    /**
     * More rows without a vector than --max-failed allows.
     *
     * @param failed how many
     * @param all of how many
     * @param examples the first of them with their reasons; blank if none can be named
     * @param isWhole whether none of the rows is in the output
     */
    public static EmbarkException tooManyFailed(
            long failed, long all, RowLimit limit, String examples, String output, boolean isWhole) {
        String remedy = "Repair these rows or leave them out with --where, or raise --%s."
                .formatted(JobSettings.MAX_FAILED.key());
        return new EmbarkException(
                ErrorCode.TOO_MANY_FAILED,
                "%s of %s could not be embedded, and --%s allows %s"
                        .formatted(
                                Figures.count(failed),
                                Figures.count(all, "text", "texts"),
                                JobSettings.MAX_FAILED.key(),
                                limit),
                examples.isBlank() ? "They cannot be named where their rows are not read back." : examples,
                isWhole
                        ? "Nothing was written to %s. %s".formatted(output, remedy)
                        : "A part of the rows may be in %s, where a new run adds or replaces them. %s"
                                .formatted(output, remedy));
    }

    /**
     * A sample that is too small to take ranges from.
     *
     * @param texts how many texts have a vector: none, or one
     */
    public static EmbarkException tooFewTextsForRanges(Encoding encoding, long texts) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option encoding: %s has no ranges, and the table has %s to take them from"
                        .formatted(Option.write(encoding), texts == 0 ? "no text" : "only one text"),
                "Ranges span at least two vectors.",
                "Set --encoding-ranges, to %s in an output of the same model for instance."
                        .formatted(RangesRecord.FILE));
    }

    public static EmbarkException reportCannotBeWritten(String reference, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "report %s: cannot be written".formatted(reference),
                Failures.rootLine(thrown),
                "Name another folder with --report.",
                thrown);
    }

    public static EmbarkException reportCannotBeRead(String reference, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "report %s: cannot be read".formatted(reference),
                Failures.rootLine(thrown),
                "Name the folder of an earlier run with --report, or none.",
                thrown);
    }

    public static EmbarkException reportHasNoRoom(String reference, Path folder, long free) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "report %s: cannot be written".formatted(reference),
                "The disk of %s is full: %s are free.".formatted(folder, Figures.bytes(free)),
                "Free some of it, or name another folder with --report.");
    }

    /**
     * The summary of a run that is done cannot be kept.
     *
     * @param free what is free on its disk, in bytes
     */
    public static EmbarkException reportFailedAfterTheRun(Path file, long free, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "report %s: cannot be written, though the output is complete".formatted(file),
                "%s; %s are free on its disk.".formatted(Failures.rootLine(thrown), Figures.bytes(free)),
                "The output needs no second run. What the report would say is printed above, unless --quiet.",
                thrown);
    }

    /**
     * A disk of the run is full.
     *
     * @param disks those that may be meant
     */
    public static EmbarkException diskIsFull(String disks, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "the run failed: a disk is full",
                "%s; %s.".formatted(Failures.rootLine(thrown), disks),
                "Free some of it, or name a place on a larger one: --output, or --set spark.local.dir for Spark's own files.",
                thrown);
    }

    /**
     * The process was told to end, with no rows seen.
     *
     * @param thrown what failed since the process was told to end
     */
    public static EmbarkException stopped(Throwable thrown) {
        return thrown instanceof EmbarkException ours && ours.problem().equals(STOPPED)
                ? ours
                : stopped("An output that was there is as it was. Run it again.", thrown);
    }

    /**
     * The same with the output in its place.
     *
     * @param thrown what failed since the process was told to end, after the output was in its place
     */
    public static EmbarkException stoppedWithOutput(Throwable thrown) {
        return stopped(OUTPUT_IS_COMPLETE, thrown);
    }

    /**
     * The same where rows are seen as they come.
     *
     * @param thrown what failed since the process was told to end, where rows are seen as they come
     */
    public static EmbarkException stoppedHalfWay(Throwable thrown) {
        return stopped("A part of the rows may be in the output, where a new run adds or replaces them.", thrown);
    }

    /** The same where finished rows are put aside until all of them are. */
    public static EmbarkException stoppedInARefresh(Throwable thrown) {
        return stopped(
                "The output is as it was, unless it was being put in its place; what was finished is put aside. Run it again: it"
                        + " goes on from there.",
                thrown);
    }

    /** Whoever believes that nothing was started would write the rows once more. */
    public static EmbarkException failedWithOutput(String problem, String reason, Throwable thrown) {
        return new EmbarkException(ErrorCode.RUN_FAILED, problem, reason, OUTPUT_IS_COMPLETE, thrown);
    }

    private static EmbarkException stopped(String remedy, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                STOPPED,
                "The process was told to end, by Ctrl-C or from outside, before it was done.",
                remedy,
                thrown);
    }

    public static EmbarkException placeHasNoSuchVectors(String output, VectorType type) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option vector-type: %s is no type of %s".formatted(type.label(), output),
                "It is a type of stores of vectors, such as --output-format postgresql.",
                "Choose array<float>, array<double> or float16-bytes, or leave it out.");
    }

    /**
     * A component that no half can hold.
     *
     * @param id what names the row; blank if nothing does
     */
    public static EmbarkException isTooGreatForAHalf(String id, int component, float value) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "the vector of %s does not fit into halves"
                        .formatted(id.isBlank() ? "a row" : "row " + Shown.value(id)),
                "Component %s is %s; the greatest number of 16 bits is %s.".formatted(component, value, Half.MAX),
                "Choose --vector-type array<float>, or --normalize true; --id-column names the row.");
    }

    /**
     * A vector that was read back is another.
     *
     * @param id what names the row; blank if nothing does
     */
    public static EmbarkException vectorHasChanged(
            String output, String column, String id, String stored, String computed) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: column %s of %s is not what was written"
                        .formatted(output, column, id.isBlank() ? "a row" : "row " + Shown.value(id)),
                "It has %s; embedded once more, its text gives %s.".formatted(stored, computed),
                "Look for a type or a constraint that changes texts or vectors on the way; --vector-type chooses another.");
    }

    public static EmbarkException severalColumnsOfVectors(String table, List<StructField> columns) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "table %s: has more than one column of vectors".formatted(table),
                "They are %s."
                        .formatted(ColumnErrors.listed(
                                columns.stream().map(StructField::name).toList())),
                "Name one of them with --embedding-column.");
    }

    public static EmbarkException noColumnOfVectors(String table, StructType schema) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "table %s: has no column of vectors".formatted(table),
                "Its columns are %s.".formatted(ColumnErrors.listed(List.of(schema.fieldNames()))),
                "Embed it with embark embed, and search the output.");
    }

    public static EmbarkException holdsNoVectors(StructField column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': holds no vectors but %s"
                        .formatted(column.name(), column.dataType().simpleString()),
                "A vector is an array of floats.",
                "Name the column of the vectors with --embedding-column.");
    }

    public static EmbarkException holdsAnotherEncoding(StructField column, Encoding encoding) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': holds %s, not vectors in %s"
                        .formatted(column.name(), column.dataType().simpleString(), Option.write(encoding)),
                "Codes are arrays of whole numbers, vectors in float32 arrays of floats.",
                "Say with --encoding how it was embedded and, for int8 and uint8, with --encoding-ranges by which"
                        + " ranges.");
    }

    public static EmbarkException isAnotherModel(ModelFolder model, String table, EmbeddingMetadata embedded) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "model %s: is not the one that table %s was embedded with".formatted(model.name(), table),
                "The table has %s, fingerprint %.12s; the model here has %.12s."
                        .formatted(embedded.model(), embedded.fingerprint(), model.fingerprint()),
                "Name the same model with --model, or embed the table anew.");
    }

    /**
     * Vectors that a run replaces, or was to.
     *
     * @param models the fingerprints that may be those of its vectors
     */
    public static EmbarkException isUnsettled(String table, StructField column, String models) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "table %s: column %s holds vectors of nobody knows which model"
                        .formatted(table, Shown.value(column.name())),
                "A run that replaces them is at work, or did not come to its end; they are of %s.".formatted(models),
                "Let it end, or replace them with embark embed --mode overwrite; or name their model with --model.");
    }

    public static EmbarkException severalModels(String table, StructField column, List<EmbeddingMetadata> labels) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "table %s: column '%s' holds vectors of several models".formatted(table, column.name()),
                "Its parts were embedded with %s; vectors of two models cannot be compared."
                        .formatted(labels.stream()
                                .map(label -> "%s (fingerprint %.12s%s)"
                                        .formatted(label.shown(), label.fingerprint(), precision(label)))
                                .collect(Collectors.joining(" and "))),
                "Search one of its parts, or embed the others anew with one model.");
    }

    private static String precision(EmbeddingMetadata label) {
        return label.precision() == Precision.AUTO ? "" : ", precision " + Option.write(label.precision());
    }

    /**
     * A table whose rows hold vectors of another model.
     *
     * @param other the fingerprint that most of its rows hold
     */
    public static EmbarkException noRowOfTheModel(String table, String other) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "table %s: none of its rows was embedded with this model".formatted(table),
                "Most have fingerprint %.12s.".formatted(other),
                "Name the model of these rows with --model, or embed the table anew.");
    }

    public static EmbarkException queryHasNoVector() {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option query: has no vector",
                "The options in force give none to a blank text.",
                "Search for some text.");
    }

    public static EmbarkException otherDimension(String table, long ofTable, int ofQuery) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "table %s: its vectors have %s components, that of the query %s".formatted(table, ofTable, ofQuery),
                "Both have to come from the same model, cut to the same length.",
                "Name the table's model with --model, and --dimensions if it was cut.");
    }
}

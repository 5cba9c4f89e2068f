/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.base.Shown;
import io.embark.job.print.Figures;
import io.embark.job.table.Columns;
import io.embark.job.table.Failures;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/** What a refresh refuses, one method for each mistake. Nothing was written when one of these is told, unless it says so. */
final class RefreshErrors {
    private RefreshErrors() {}

    static EmbarkException nameIsTaken(String column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': exists already".formatted(column),
                "A refresh writes a column of this name beside the vectors.",
                "Leave it out or rename it with --sql, or name the vectors with --embedding-column.");
    }

    static EmbarkException keyIsMissing() {
        return option(
                "option id-column: --mode refresh needs one",
                "Rows of source and output are compared by their keys.",
                "Name the columns that tell rows apart: --id-column id.");
    }

    static EmbarkException keyOfTheStageIsMissing() {
        return option(
                "option id-column: --commit-every needs one",
                "Rows that are put aside are found again by their keys.",
                "Name the columns that tell rows apart, --id-column id, or leave --commit-every out.");
    }

    static EmbarkException orderWithoutDuplicates() {
        return option(
                "option order-by: is not heeded without --duplicates first",
                "Keys that stand twice are refused, and of one row none is the first.",
                "Add --duplicates first, or leave it out.");
    }

    static EmbarkException orderCannotBeRead(String order, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option order-by: %s is no order of columns of the source".formatted(Shown.value(order)),
                Failures.line(thrown),
                "Write columns with ASC or DESC, such as updated_at DESC.",
                thrown);
    }

    static EmbarkException sinceCannotBeRead(String condition, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option since: %s is no condition on the source".formatted(Shown.value(condition)),
                Failures.line(thrown),
                "Write SQL that is true for the rows to compare, such as updated_at > '2026-01-01'.",
                thrown);
    }

    static EmbarkException deletesNothing(String option) {
        return option(
                "option deleted: does not go with --%s".formatted(option),
                "Rows of the source that are not read would be taken for rows that left it.",
                "Leave one of both out; a run over the whole source deletes.");
    }

    static EmbarkException sourceDiffersAtEachRead(long rows) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "the source: %s not there when it was read again"
                        .formatted(Figures.count(rows, "row was", "rows were")),
                "A refresh compares the source and then reads it once more. The time of now, for one, differs each time.",
                "Write such rows to a table first, or keep them with persist().");
    }

    static EmbarkException isNotForAPart(String option) {
        return option(
                "option %s: does not go with a part of the source".formatted(option),
                "Rows of the source that were not given would be taken for rows that left it.",
                "Leave it out, or give all rows of the source with Refresh.of.");
    }

    static EmbarkException togetherMakeNoSense(String one, String other) {
        return option(
                "options %s and %s: do not go together".formatted(one, other),
                "An output is brought up to date or taken over as it is, or made anew in one step.",
                "Keep one of them.");
    }

    /** @param mayUpdate whether it may put a row in the place of the one with its key */
    static EmbarkException cannotBeRefreshed(String output, boolean mayUpdate) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be refreshed".formatted(output),
                "Its rows cannot be read back and updated by key.",
                mayUpdate
                        ? "Name a folder or table that keeps what was written, --state PATH, if it puts a row in the place of the"
                                + " one with its key; else use --mode overwrite."
                        : "Refresh a Parquet or ORC folder, a table, Delta, Iceberg, PostgreSQL or Milvus; else use --mode overwrite.");
    }

    static EmbarkException keepsItsState(String output) {
        return option(
                "option state: is not for %s".formatted(output),
                "This output keeps what a refresh compares beside its vectors.",
                "Leave it out.");
    }

    static EmbarkException hasNoKeys(String output) {
        return option(
                "option state: is not for %s".formatted(output),
                "This output adds rows and replaces none, so that a changed one would stand there twice.",
                "Refresh a Parquet or ORC folder, a table, Delta, Iceberg, PostgreSQL or Milvus; else use --mode overwrite.");
    }

    static EmbarkException cannotKeepState(String state) {
        return option(
                "option state: %s cannot keep it".formatted(state),
                "Its rows cannot be read back and updated by key.",
                "Name a folder, such as ./articles_state, or a table of Parquet, ORC, Delta or Iceberg.");
    }

    static EmbarkException isNoState(String state, String column) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "option state: %s is none".formatted(state),
                "It lacks %s, which says what output its rows are in.".formatted(column),
                "Name the one of the first run, or a folder or table that is not there yet.");
    }

    /** @param mark the file that says so */
    static EmbarkException mayBeAppended(String output, Path mark) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: the rows of a run that did not come to its end may be in it".formatted(output),
                "It was appending them. They are kept in %s."
                        .formatted(Redaction.text(mark.getParent().toString())),
                "Look whether they are there: if so, remove that folder; if not, remove the file %s in it. Then run it again."
                        .formatted(mark.getName()));
    }

    static EmbarkException isNotMerged(String output) {
        return option(
                "option merge-every: is not for %s".formatted(output),
                "Rows go into this output batch by batch, as they are embedded.",
                "Leave it out.");
    }

    static EmbarkException doesNotGoWithState(String option, String because) {
        return option(
                "option %s: does not go with --state".formatted(option),
                because,
                "Leave it out, or refresh an output that keeps its state itself.");
    }

    static EmbarkException keyHasNoEquals(String column, DataType type) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': %s cannot be a key".formatted(column, type.simpleString()),
                "Floating-point numbers, maps and arrays are not told apart by being equal.",
                "Name other columns with --id-column, or make a text of it with --sql.");
    }

    static EmbarkException keyIsText(String column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': is key and text".formatted(column),
                "A text that changes would be a new row, and none is ever changed.",
                "Name another column with --id-column.");
    }

    static EmbarkException keyHasAnotherType(String output, String column, DataType there, DataType here) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: key '%s' has another type".formatted(output, column),
                "It is %s; the source has %s. Keys are compared as they are, without casts."
                        .formatted(there.simpleString(), here.simpleString()),
                "Cast the source with --sql, or replace the output with --rebuild.");
    }

    static EmbarkException otherColumns(String output, StructType fields, List<String> there, List<String> here) {
        List<String> added = here.stream().filter(name -> !there.contains(name)).toList();
        List<String> missing =
                there.stream().filter(name -> !here.contains(name)).toList();
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: has other columns than the source".formatted(output),
                "%s%s%s."
                        .formatted(
                                added.isEmpty() ? "" : "It lacks " + String.join(", ", added),
                                added.isEmpty() || missing.isEmpty() ? "" : "; ",
                                missing.isEmpty() ? "" : "the source lacks " + String.join(", ", missing)),
                missing.isEmpty()
                        ? "Give them to the output with --new-columns add, or leave them out."
                        : "Fill them with --sql, SELECT *, CAST(NULL AS %s) AS `%s` for instance, or replace the output with --rebuild."
                                .formatted(
                                        Columns.byName(fields)
                                                .get(missing.get(0))
                                                .dataType()
                                                .sql(),
                                        missing.get(0)));
    }

    static EmbarkException lacksKeyOrText(String output, String column) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: has no column %s".formatted(output, column),
                "Rows are found by their keys, and their texts stand beside their vectors.",
                "Name the key and the texts of the first run, or replace the output with --rebuild.");
    }

    static EmbarkException hasNoState(String output, Collection<String> missing, boolean canBeAdopted) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: was not made by a refresh".formatted(output),
                "It lacks %s, by which rows are compared.".formatted(String.join(", ", missing)),
                canBeAdopted
                        ? "Take it over as it is with --adopt, or replace it with --rebuild."
                        : "Replace it with --rebuild where it can be replaced, or write to another output.");
    }

    static EmbarkException hasNoFlags(String output, String column, boolean canBeAdopted) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: has no column %s".formatted(output, column),
                "No refresh has flagged its rows so far, and --deleted flag writes there when a row left the source.",
                canBeAdopted
                        ? "Add it once with --adopt, or to a table with ALTER TABLE, as TIMESTAMP; or use --deleted delete."
                        : "Add it there as TIMESTAMP, or use --deleted delete.");
    }

    static EmbarkException cannotBeAdopted(String output, String because) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be adopted".formatted(output),
                because,
                "Replace it with --rebuild.");
    }

    static EmbarkException isOfAnotherModel(String output, long rows, String key, String shape) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: %s of another model or other options".formatted(output, Figures.count(rows, "row is", "rows are")),
                "Row %s for instance; this run has %s. Vectors of two models cannot be compared."
                        .formatted(Shown.value(key), shape),
                "Embed all rows anew with --rebuild, into another --embedding-column, or into another output; or name the"
                        + " model and the options of the first run.");
    }

    static EmbarkException keyIsNull(long rows) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "option id-column: %s no key".formatted(Figures.count(rows, "row has", "rows have")),
                "A column of their key is null, or empty where it names a partition.",
                "Fill it with --sql, or leave such rows out with --where.");
    }

    /** @param canTakeFirst whether one row of each key may be taken */
    static EmbarkException keyStandsTwice(long keys, String example, boolean canTakeFirst) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "option id-column: %s more than one row of the source"
                        .formatted(Figures.count(keys, "key has", "keys have")),
                "Key %s for instance.".formatted(Shown.value(example)),
                canTakeFirst
                        ? "Name more columns with --id-column, or take the first row of each with --duplicates first --order-by ORDER."
                        : "Name more columns with --id-column, or leave --commit-every out.");
    }

    static EmbarkException keyStandsTwiceThere(String output, long keys, String example) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: %s more than one row".formatted(output, Figures.count(keys, "key has", "keys have")),
                "Key %s for instance. Nobody knows which of them is right.".formatted(Shown.value(example)),
                "Remove the others, or replace the output with --rebuild.");
    }

    static EmbarkException sourceIsEmpty(String source, long there) {
        return new EmbarkException(
                ErrorCode.INPUT_NOT_FOUND,
                "%s: has no rows".formatted(source),
                "The output has %s, which would all count as deleted.".formatted(Figures.count(there, "row", "rows")),
                "Look whether the source is complete; an output is emptied by hand.");
    }

    static EmbarkException tooManyDeleted(String output, long gone, long there, String most) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: %s of %s left the source"
                        .formatted(output, Figures.count(gone), Figures.count(there, "row", "rows")),
                "More than --max-deleted %s are taken for a mistake.".formatted(most),
                "Look whether the source is complete; if it is, raise --max-deleted.");
    }

    /** @param canDelete whether rows of the output can be deleted */
    static EmbarkException wouldMixModels(String output, long gone, boolean canDelete) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: %s left the source and cannot be embedded anew"
                        .formatted(output, Figures.count(gone, "row", "rows")),
                "Beside those of a rebuild they would keep vectors that cannot be compared.",
                canDelete ? "Add --deleted delete to drop them." : "Write to another output, with another --state.");
    }

    /** @param isPartIn whether a part of the rows was merged before */
    static EmbarkException lostTooOften(String output, int times, boolean isPartIn) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: another run was quicker, %s times".formatted(output, times),
                "Each time the output had changed since it was compared. %s of this run is in it."
                        .formatted(isPartIn ? "A part" : "Nothing"),
                "Run it again: its vectors are kept in the stage, and are not computed twice.");
    }

    private static EmbarkException option(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}

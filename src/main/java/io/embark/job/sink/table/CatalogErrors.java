/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.job.sink.Partitions;
import io.embark.job.table.Failures;
import io.embark.job.table.KnownFormats;
import io.embark.job.table.MissingCatalog;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Collection;
import java.util.List;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.types.DataType;

/** What is refused of a table of any catalog, one method for each mistake. */
final class CatalogErrors {
    private static final String CANNOT_BE_WRITTEN = "cannot be written";
    private static final String OTHER_TABLE = "Choose another --output-table.";
    private static final String MERGE = "--sink-option mergeSchema=true";

    private CatalogErrors() {}

    static EmbarkException isNoTableName(String output, Exception thrown) {
        return refused(
                output,
                "is not a name of a table",
                Failures.line(thrown),
                "Write NAME, DATABASE.NAME or CATALOG.DATABASE.NAME, with `backticks` about a part that holds other signs than"
                        + " letters, digits and _.",
                thrown);
    }

    /** @param isDelta whether its tables have a path too */
    static EmbarkException nobodyNamesTheTable(String format, boolean isDelta) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option output-format: %s writes tables, and none is named".formatted(Shown.value(format)),
                "Nobody could tell which model the vectors that are there come from, nor say it of new ones.",
                isDelta
                        ? "Add --output PATH or --output-table NAME."
                        : "Name the table with --output-table CATALOG.DATABASE.NAME, and leave --output out.");
    }

    static EmbarkException catalogCannotBeOpened(String output, String catalog, Exception thrown) {
        return refused(
                output,
                "catalog %s cannot be opened".formatted(Shown.value(catalog)),
                Failures.rootLine(thrown),
                KnownFormats.missing(thrown)
                        .map("Add --packages %s."::formatted)
                        .orElse(
                                "Check --set spark.sql.catalog.%s=CLASS with its settings, and add its jar with --packages."
                                        .formatted(catalog)),
                thrown);
    }

    static EmbarkException catalogHasNoTables(String output, String catalog) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "Catalog %s has functions only, no tables.".formatted(Shown.value(catalog)),
                OTHER_TABLE);
    }

    static EmbarkException cannotBeLookedUp(String output, String catalog, Exception thrown) {
        return refused(
                output,
                "cannot be looked up",
                "Catalog %s says: %s".formatted(catalog, Failures.rootLine(thrown)),
                "Check the settings spark.sql.catalog.%s and its jar.".formatted(catalog),
                thrown);
    }

    static EmbarkException noCatalog(String output, MissingCatalog missing) {
        return refused(
                output,
                "there is %s".formatted(missing.problem()),
                missing.reason(),
                missing.remedy() + " A table of the session's catalog is DATABASE.NAME.");
    }

    static EmbarkException currentCatalogIsAnother(String output, String catalog) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "The current catalog is %s (spark.sql.defaultCatalog), and Spark would make new tables there."
                        .formatted(Shown.value(catalog)),
                "Add --set spark.sql.defaultCatalog=spark_catalog.");
    }

    static EmbarkException placeIsTaken(String output) {
        return refused(
                output,
                "holds files already",
                "There is no table of Delta Lake, and its files would lie among others.",
                "Choose another --output, or empty this folder.");
    }

    /** Spark throws checked exceptions without declaring them, and whoever catches them knows their words. */
    static RuntimeException unchecked(Exception thrown) {
        return CatalogErrors.<RuntimeException>sneak(thrown);
    }

    @SuppressWarnings("unchecked") // the type of an exception is no part of what is thrown
    private static <E extends Exception> RuntimeException sneak(Exception thrown) throws E {
        throw (E) thrown;
    }

    static EmbarkException noNamespace(String output, String catalog, List<String> namespace, String sql) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "There is no database %s in catalog %s.".formatted(String.join(".", namespace), catalog),
                "Create it first: CREATE NAMESPACE %s".formatted(sql));
    }

    static EmbarkException isAView(String output) {
        return refused(
                output, CANNOT_BE_WRITTEN, "It is a view, which holds a query and no rows.", "Name a table instead.");
    }

    /** @param missing what the table would have to be capable of, in Spark's words */
    static EmbarkException cannot(String output, String verb, String kind, TableCapability missing) {
        return refused(
                output,
                "cannot be %s".formatted(verb),
                "Tables of %s lack what Spark needs for it (%s).".formatted(kind, missing),
                OTHER_TABLE);
    }

    static EmbarkException isOfAnotherFormat(String output, String provider, String format) {
        return refused(
                output,
                "is a table of %s".formatted(Shown.value(provider)),
                "--output-format %s is for a new table; one that exists keeps its format.".formatted(format),
                "Leave --output-format out, or choose another --output-table.");
    }

    static EmbarkException makesAnotherFormat(String output, String catalog, String usual, String format) {
        return refused(
                output,
                "cannot be made as a table of %s".formatted(Shown.value(format)),
                "Catalog %s makes tables of %s.".formatted(Shown.value(catalog), usual),
                "Leave --output-format out, or choose another --output-table.");
    }

    static EmbarkException isPartitionedOtherwise(String output, String has, String asked) {
        return refused(
                output,
                "is partitioned otherwise",
                "It is by %s, and --partition-by says %s.".formatted(has, asked),
                "Leave --partition-by out: a table that exists keeps its partitions.");
    }

    static EmbarkException otherColumns(String output, Collection<String> old, Collection<String> added) {
        return refused(
                output,
                "has other columns than what would be written",
                "It has %s; written would be %s.".formatted(String.join(", ", old), String.join(", ", added)),
                "Write to another --output-table, or add the new columns with %s.".formatted(MERGE));
    }

    static EmbarkException lacksColumns(String output, Collection<String> missing) {
        return refused(
                output,
                "has columns that would not be written",
                "They are %s, and would be null in every new row.".formatted(String.join(", ", missing)),
                "Write to another --output-table, or select them with --sql.");
    }

    static EmbarkException otherType(String output, String column, DataType old, DataType added) {
        return refused(
                output,
                "column %s has another type".formatted(Shown.value(column)),
                "It is %s; written would be %s.".formatted(old.simpleString(), added.simpleString()),
                "Write to another --output-table or another --embedding-column.");
    }

    static EmbarkException schemaStays(String output, String option, String kind) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option sink-option: %s is not taken for %s".formatted(option, output),
                "Tables of %s change their columns with ALTER TABLE only.".formatted(kind),
                "Leave it out, or use %s, which adds columns.".formatted(MERGE));
    }

    static EmbarkException takesNoCondition(String output) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option sink-option: %s is not taken for %s".formatted(CatalogMode.REPLACE_WHERE, output),
                "Only tables of Delta Lake replace the rows of a condition; of this one all rows would be replaced.",
                "Leave it out, or replace the partitions of the new rows with --sink-option %s=dynamic."
                        .formatted(Partitions.OVERWRITE_MODE));
    }

    static EmbarkException doesNotFit(String output, Exception thrown) {
        return refused(
                output,
                "does not take these rows",
                Failures.line(thrown),
                "Select what the table takes with --sql, or write to another --output-table.",
                thrown);
    }

    /** @param loss what the table would lose if its columns were declared anew */
    static EmbarkException labelIsStuck(
            String output, String column, EmbeddingMetadata old, EmbeddingMetadata added, String loss) {
        return refused(
                output,
                "column %s holds vectors of another model".formatted(Shown.value(column)),
                "It has %s (fingerprint %.12s), written would be %s (%.12s); to say so with the column, it would have to be declared anew, and %s."
                        .formatted(old.model(), old.fingerprint(), added.model(), added.fingerprint(), loss),
                "Write another --embedding-column or another --output-table, or drop this table first.");
    }

    static EmbarkException isUnsettled(String output, String column, String fingerprints) {
        return refused(
                output,
                "column %s holds vectors of nobody knows which model".formatted(Shown.value(column)),
                "A run that replaced them did not come to its end; they are of %s.".formatted(fingerprints),
                "Replace them as a whole, with --mode overwrite.");
    }

    /** @param column whose label nobody may set any more */
    static EmbarkException labelIsInDoubt(String output, String column) {
        return replacedMeanwhile(output, column, "nobody knows which model");
    }

    static EmbarkException labelChanged(String output, String column) {
        return replacedMeanwhile(output, column, "two models");
    }

    private static EmbarkException replacedMeanwhile(String output, String column, String models) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: column %s holds vectors of %s".formatted(output, Shown.value(column), models),
                "Another run replaced its vectors by those of another model while this one embedded, and both were committed.",
                "Replace them as a whole, with --mode overwrite.");
    }

    static EmbarkException lostAgainstAnother(String output, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: another run wrote it meanwhile".formatted(output),
                Failures.line(thrown),
                "Nothing of this run is in the table. Run it again.",
                thrown);
    }

    static EmbarkException failedInPlace(String output, String what, Exception thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: %s".formatted(output, what),
                Failures.rootLine(thrown),
                "Check the rights on the table and its catalog, and run it again.",
                thrown);
    }

    /** For rows that were committed, whatever became of the rest. */
    static EmbarkException isWrittenBut(String output, String what, EmbarkException thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "%s: holds the new rows, but %s".formatted(output, what),
                Failures.rootLine(thrown),
                "Look at the table before anything is added to it again: nobody checked that its vectors are of one model.",
                thrown);
    }

    static EmbarkException noPropertiesToLabel(String output, String catalog, Exception thrown) {
        return refused(
                output,
                "cannot be told which model its vectors come from",
                "Catalog %s says: %s".formatted(catalog, Failures.rootLine(thrown)),
                "Write another --embedding-column or another --output-table.",
                thrown);
    }

    static EmbarkException isNotReplacedAtOnce(String output, String kind) {
        return refused(
                output,
                "cannot be replaced at once",
                "Nobody knows whether %s empties a table before it writes the new rows: a run that fails could lose all."
                        .formatted(kind),
                "Write to a new --output-table, or empty this one first and use --mode append.");
    }

    static EmbarkException mergesLetOthersThrough(String output, String property, String level) {
        return refused(
                output,
                "cannot be refreshed",
                "Its property %s is %s: two runs at once could add a row of the same key each."
                        .formatted(property, Shown.value(level)),
                "Set the property to serializable.");
    }

    static EmbarkException isNoNameOfDelta(String output, String column) {
        return refused(
                output,
                "column %s cannot be called so".formatted(Shown.value(column)),
                "Delta Lake takes no blanks and none of ,;{}()= in the names of a new table's columns.",
                "Rename it with --sql, or create the table first with TBLPROPERTIES ('delta.columnMapping.mode' = 'name') and"
                        + " use --mode append.");
    }

    static EmbarkException deltaHasNoCatalog(String output) {
        return refused(
                output,
                CANNOT_BE_WRITTEN,
                "Delta Lake writes through its own session catalog, and another one is set.",
                "Add --set spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog and --set"
                        + " spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension.");
    }

    private static EmbarkException refused(String output, String problem, String reason, String remedy) {
        return refused(output, problem, reason, remedy, null);
    }

    private static EmbarkException refused(
            String output, String problem, String reason, String remedy, Throwable thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID, "%s: %s".formatted(output, problem), reason, remedy, thrown);
    }
}

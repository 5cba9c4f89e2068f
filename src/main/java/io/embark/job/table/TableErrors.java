/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.NearestName;
import io.embark.base.Shown;
import io.embark.spark.ColumnErrors;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;

/** What is refused of columns and of options of formats, one method for each mistake. */
final class TableErrors {
    private TableErrors() {}

    /** @param option the option of ours that carries it */
    static EmbarkException noOptionOfTheFormat(String option, String format, String name, Collection<String> known) {
        return new EmbarkException(
                ErrorCode.OPTION_UNKNOWN,
                "option %s: '%s' does not exist".formatted(option, Shown.value(name)),
                "Spark would ignore it. Its options for %s are %s.".formatted(format, String.join(", ", known)),
                NearestName.find(name, known)
                        .map("Did you mean %s?"::formatted)
                        .orElse("Leave it out, or choose one of these."));
    }

    /**
     * @param option the option of ours that names it
     * @param usual names that may have been meant
     */
    static EmbarkException noSuchDataSource(String option, String name, Collection<String> usual, Throwable thrown) {
        boolean isBroken = thrown instanceof LinkageError;
        List<String> known =
                Stream.concat(usual.stream(), KnownFormats.names().stream()).toList();
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: '%s' %s"
                        .formatted(
                                option,
                                Shown.value(name),
                                isBroken ? "cannot be loaded" : "is no data source of this Spark"),
                isBroken
                        ? "Its jar was made for another Spark or Scala: %s".formatted(Failures.rootLine(thrown))
                        : "Neither Spark nor a jar on the class path has one of this name.",
                KnownFormats.coordinate(name)
                        .map("Add --packages %s."::formatted)
                        .or(() -> NearestName.find(name, known).map("Did you mean %s?"::formatted))
                        .orElse("Add its jar with --packages GROUP:ARTIFACT:VERSION, or name one of %s."
                                .formatted(String.join(", ", usual))),
                thrown);
    }

    /** @param option the option of ours that would carry it */
    static EmbarkException databaseIsNotNamed(String option) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: 'url' is missing".formatted(option),
                "JDBC needs the address of a database.",
                "Add --%s url=jdbc:..., and dbtable or query.".formatted(option));
    }

    /**
     * @param driver the class that was asked for; empty if none was
     * @param coordinate what brings it, if that is known
     */
    static EmbarkException noDriver(String option, String address, String driver, Optional<String> coordinate) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: there is no driver for %s".formatted(option, Shown.value(address)),
                driver.isEmpty()
                        ? "No jar on the class path has one."
                        : "There is no class %s.".formatted(Shown.value(driver)),
                coordinate
                        .map("Add --packages %s."::formatted)
                        .orElse("Add the jar of the driver with --packages, and its class with --%s driver=CLASS."
                                .formatted(option)));
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

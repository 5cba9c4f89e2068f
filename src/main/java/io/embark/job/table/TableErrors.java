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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import org.apache.spark.sql.types.StructField;

/** What is refused of a stage, one method for each mistake. */
final class StageErrors {
    private StageErrors() {}

    static EmbarkException isNoInterval(String option, String text) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: '%s' is neither a time nor a number of rows".formatted(option, Shown.value(text)),
                "It takes a whole number of at least 1, alone for rows or with h, m or s for a time.",
                "Write --%s 10m, for instance.".formatted(option));
    }

    static EmbarkException cannotBeKept(StructField column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': its rows cannot be kept until they are committed".formatted(Shown.value(column.name())),
                "They are kept in Parquet files, which have no %s."
                        .formatted(column.dataType().simpleString()),
                "Make it another type with --sql, or leave it out.");
    }
}

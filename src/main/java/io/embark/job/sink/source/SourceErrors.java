/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.source;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.Shown;
import io.embark.job.sink.WriteMode;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.Locale;

/** What is refused of a data source that is to be written, one method for each mistake. */
final class SourceErrors {
    private SourceErrors() {}

    static EmbarkException cannotBeWritten(String name) {
        return invalid(
                "option output-format: %s cannot be written".formatted(Shown.value(name)),
                "This data source only reads.",
                "Choose another --output-format.");
    }

    static EmbarkException takesNoSuchMode(String name, WriteMode mode) {
        return invalid(
                "option mode: %s is not taken by %s".formatted(Option.write(mode), Shown.value(name)),
                "Spark cannot ask this data source whether there are rows already.",
                "Add --mode append to add rows, or --mode overwrite to replace what is there.");
    }

    static EmbarkException failed(String output, String name, Exception thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new EmbarkException(
                root instanceof IOException ? ErrorCode.RUN_FAILED : ErrorCode.OUTPUT_INVALID,
                "%s: cannot be written by %s".formatted(output, Shown.value(name)),
                Failures.rootLine(thrown),
                remedy(name, root),
                thrown);
    }

    private static String remedy(String name, Throwable root) {
        boolean lacksArrays =
                String.valueOf(root.getMessage()).toLowerCase(Locale.ROOT).contains("array<");
        if (lacksArrays) {
            return name.equalsIgnoreCase("jdbc")
                    ? "It has no type for vectors: add --vector-type float16-bytes, or choose another --output-format."
                    : "It has no type for vectors: choose another --output-format, such as parquet or json.";
        }
        return name.equalsIgnoreCase("iceberg")
                ? "Name a table of a catalog with --output-table in place of a path, as conf/iceberg.conf does."
                : "Check --mode and each --sink-option against what this data source takes.";
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}

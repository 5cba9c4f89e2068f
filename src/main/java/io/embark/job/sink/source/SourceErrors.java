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
                "Check --mode and each --sink-option against what this data source takes.",
                thrown);
    }

    private static EmbarkException invalid(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OPTION_INVALID, problem, reason, remedy);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.table.Failures;
import io.embark.job.table.KnownFormats;

/** What is refused of folders alone, one method for each mistake. */
final class FolderErrors {
    private FolderErrors() {}

    static EmbarkException hasNoJar(String format, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option output-format: %s has no jar on the class path".formatted(format),
                Failures.line(thrown),
                KnownFormats.coordinate(format)
                        .map("Add --packages %s."::formatted)
                        .orElse("Choose another."),
                thrown);
    }
}

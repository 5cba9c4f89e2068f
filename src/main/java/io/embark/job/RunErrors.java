/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.job.table.Failures;
import io.embark.job.table.RangesRecord;
import io.embark.spark.ColumnErrors;
import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** What a run that embeds a table refuses, one method for each mistake. */
final class RunErrors {
    private RunErrors() {}

    static EmbarkException chunksOfSeveralColumns(int texts) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option %s: chunks is for one text column, not %d".formatted(EmbedOptions.LONG_TEXT.key(), texts),
                "Each chunk is a row, and the chunks of one column are none of another's.",
                "Name one column with --text-column, or set long-text to truncate, fail or mean.");
    }

    static EmbarkException vectorsWouldTakeTheName(String column) {
        return ColumnErrors.exists(
                column,
                "The vectors would get the same name.",
                "Name the column of the vectors with --embedding-column.");
    }

    static EmbarkException chunksWouldTakeTheName(String column) {
        return ColumnErrors.exists(
                column,
                "The number or the place of the chunk would get the same name.",
                "Rename it with --sql, or the vectors with --embedding-column.");
    }

    /** @param texts how many texts have a vector: none, or one */
    static EmbarkException tooFewTextsForRanges(Encoding encoding, long texts) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option encoding: %s has no ranges, and the table has %s to take them from"
                        .formatted(Option.write(encoding), texts == 0 ? "no text" : "only one text"),
                "Ranges span at least two vectors.",
                "Set --encoding-ranges, to %s in an output of the same model for instance."
                        .formatted(RangesRecord.FILE));
    }

    static EmbarkException reportCannotBeWritten(String reference, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "report %s: cannot be written".formatted(reference),
                Failures.rootLine(thrown),
                "Name another folder with --report.",
                thrown);
    }

    static EmbarkException reportFailedAfterTheRun(Path folder, IOException thrown) {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "report %s: cannot be written, though the output is complete".formatted(folder),
                Failures.firstLine(thrown),
                Failures.VERBOSE,
                thrown);
    }
}

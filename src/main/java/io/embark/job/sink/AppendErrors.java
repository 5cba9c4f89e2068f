/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Precision;
import io.embark.job.source.RefreshRecord;
import io.embark.job.table.Failures;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Collection;
import java.util.Optional;
import org.apache.spark.sql.types.DataType;

/**
 * What is refused of rows that are to be appended to an output, one method for each mistake.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class AppendErrors {
    private AppendErrors() {}

    public static EmbarkException isOfAnotherFormat(String output, String format, Exception thrown) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: cannot be appended to as %s".formatted(output, format),
                Failures.rootLine(thrown),
                "Choose the --output-format that it has, or another --output.",
                thrown);
    }

    public static EmbarkException otherColumns(String output, Collection<String> old, Collection<String> added) {
        return refused(
                "%s: has other columns than what would be appended".formatted(output),
                "It has %s; appended would be %s.".formatted(String.join(", ", old), String.join(", ", added)));
    }

    /** An output that a refresh made, to which rows without its record would be added. */
    public static EmbarkException isKeptByARefresh(String output, String vectors) {
        return new EmbarkException(
                ErrorCode.OUTPUT_INVALID,
                "%s: is kept right by refreshes".formatted(output),
                "Rows that are appended would lack %s, by which the next one knows whether a vector is right."
                        .formatted(RefreshRecord.TEXT_HASH.beside(vectors)),
                "Add them with --mode refresh, of a part of the source with --since; or write to another output.");
    }

    public static EmbarkException otherType(String output, String column, DataType old, DataType added) {
        return refused(
                "%s: column '%s' has another type".formatted(output, column),
                "It is %s; appended would be %s.".formatted(old.simpleString(), added.simpleString()));
    }

    public static EmbarkException otherModel(
            String output, String column, EmbeddingMetadata old, EmbeddingMetadata added) {
        return refused(
                "%s: column '%s' holds vectors of another model".formatted(output, column),
                "It has %s (%s components, fingerprint %.12s); appended would be %s (%s components, fingerprint %.12s)."
                        .formatted(
                                old.model(),
                                old.dimension(),
                                old.fingerprint(),
                                added.model(),
                                added.dimension(),
                                added.fingerprint()));
    }

    public static EmbarkException otherPrecision(String output, String column, Precision old, Precision added) {
        return refused(
                "%s: column '%s' holds vectors of another precision".formatted(output, column),
                "They were computed with precision %s; appended would be %s.".formatted(inWords(old), inWords(added)),
                "Append with --precision %s, write to another output, or replace this one with --mode overwrite."
                        .formatted(Option.write(old)));
    }

    private static String inWords(Precision precision) {
        return precision == Precision.AUTO ? "auto, as the host chose" : Option.write(precision);
    }

    public static EmbarkException otherEncoding(String output, String column, Encoding old, Encoding added) {
        return refused(
                "%s: column '%s' holds vectors of another encoding".formatted(output, column),
                "It is %s; appended would be %s.".formatted(Option.write(old), Option.write(added)));
    }

    public static EmbarkException otherRanges(String output, String column, Encoding encoding) {
        return refused(
                "%s: column '%s' holds codes of other ranges".formatted(output, column),
                "Codes of %s can be compared only if their ranges are the same; without --encoding-ranges, those of its %s are taken."
                        .formatted(Option.write(encoding), RangesRecord.FILE));
    }

    /**
     * The ranges of codes differ.
     *
     * @param recorded those that the output has beside its rows; empty if there are none
     */
    public static EmbarkException otherRangesRecorded(String output, Optional<String> recorded) {
        return refused(
                "%s: holds vectors of another encoding".formatted(output),
                recorded.isPresent()
                        ? "What would be appended has not the ranges of its %s.".formatted(RangesRecord.FILE)
                        : "What would be appended has ranges, and there is no %s.".formatted(RangesRecord.FILE));
    }

    private static EmbarkException refused(String problem, String reason) {
        return refused(problem, reason, "Write to another output, or replace this one with --mode overwrite.");
    }

    private static EmbarkException refused(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.OUTPUT_INVALID, problem, reason, remedy);
    }
}

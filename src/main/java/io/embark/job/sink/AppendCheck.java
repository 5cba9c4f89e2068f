/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.source.RefreshRecord;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Holds what is to be appended against what is there. Spark itself would put files of any columns side by side.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class AppendCheck {
    private AppendCheck() {}

    /**
     * Checks that rows can be added to those that are there.
     *
     * @param subject the output, for the error
     * @param typed whether the types of the existing columns are known, not guessed from text
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if the columns differ, or the vectors come from another model,
     *     were computed in another precision, or are encoded in another way
     */
    public static void check(String subject, StructType existing, StructType added, boolean typed) {
        Map<String, StructField> there = Columns.byName(existing);
        Map<String, StructField> here = Columns.byName(added);
        requireNoRecord(subject, there::keySet, added);
        if (!there.keySet().equals(here.keySet())) {
            throw AppendErrors.otherColumns(subject, there.keySet(), here.keySet());
        }

        here.forEach((name, field) -> {
            StructField old = there.get(name);
            Optional<EmbeddingMetadata> oldVectors = EmbeddingMetadata.of(old);
            Optional<EmbeddingMetadata> newVectors = EmbeddingMetadata.of(field);
            if (oldVectors.isPresent() && newVectors.isPresent()) {
                requireSameModel(subject, name, oldVectors.get(), newVectors.get());
                requireSamePrecision(subject, name, oldVectors.get(), newVectors.get());
                requireSameEncoding(subject, name, oldVectors.get(), newVectors.get());
            }
            if (typed && !old.dataType().sameType(field.dataType())) {
                throw AppendErrors.otherType(subject, name, old.dataType(), field.dataType());
            }
        });
    }

    /**
     * Refuses rows that lack what a refresh keeps beside their vectors: in the place of others they would get the record of those.
     *
     * @param there the names of the columns of the output, in small letters; asked only if the rows lack it
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if they do
     */
    public static void requireNoRecord(String subject, Supplier<Set<String>> there, StructType added) {
        Set<String> here = Columns.byName(added).keySet();
        EmbeddingMetadata.columns(added).stream()
                .map(StructField::name)
                .filter(vectors ->
                        !RefreshRecord.standsBeside(vectors, here) && RefreshRecord.standsBeside(vectors, there.get()))
                .findFirst()
                .ifPresent(vectors -> {
                    throw AppendErrors.isKeptByARefresh(subject, vectors);
                });
    }

    /**
     * The same for an output whose columns say nothing: holds the ranges that are recorded beside it against those of what is to
     * be appended.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if they differ, or only one of both has ranges
     */
    public static void checkRanges(String subject, Optional<String> recorded, StructType added) {
        boolean unknown = EmbeddingMetadata.columns(added).stream()
                .flatMap(column -> EmbeddingMetadata.of(column).stream())
                .anyMatch(metadata ->
                        metadata.encoding().needsRanges() && metadata.ranges().isEmpty());
        if (unknown || !recorded.equals(RangesRecord.of(added))) {
            throw AppendErrors.otherRangesRecorded(subject, recorded);
        }
    }

    private static void requireSameModel(
            String subject, String column, EmbeddingMetadata old, EmbeddingMetadata added) {
        if (!old.fingerprint().equals(added.fingerprint()) || old.dimension() != added.dimension()) {
            throw AppendErrors.otherModel(subject, column, old, added);
        }
    }

    private static void requireSamePrecision(
            String subject, String column, EmbeddingMetadata old, EmbeddingMetadata added) {
        if (!EmbeddingMetadata.areAlike(old.precision(), added.precision())) {
            throw AppendErrors.otherPrecision(subject, column, old.precision(), added.precision());
        }
    }

    private static void requireSameEncoding(
            String subject, String column, EmbeddingMetadata old, EmbeddingMetadata added) {
        if (old.encoding() != added.encoding()) {
            throw AppendErrors.otherEncoding(subject, column, old.encoding(), added.encoding());
        }
        if (!old.ranges().equals(added.ranges())) {
            throw AppendErrors.otherRanges(subject, column, old.encoding());
        }
    }
}

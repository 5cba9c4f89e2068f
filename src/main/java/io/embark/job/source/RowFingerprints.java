/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.table.Columns;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The column beside one of vectors that says of each row which model its vector is of. It is right where the label of the
 * column may not be: after an append, an update or a union the label holds for some rows only.
 *
 * @param column its name
 * @hidden Public for Embark's other rooms only.
 */
public record RowFingerprints(String column) {
    /** What stands behind the model's fingerprint, where a refresh wrote both. */
    private static final String OPTIONS = ":";

    /** Fewer characters of a fingerprint do not tell models apart. */
    private static final int SHORTEST = 8;

    /** The one beside a column of vectors: {@code embedding_fingerprint} beside {@code embedding}. */
    public static Optional<RowFingerprints> beside(String vectors, StructType schema) {
        return Arrays.stream(schema.fields())
                .filter(field -> field.name().equalsIgnoreCase(RefreshRecord.FINGERPRINT.beside(vectors))
                        && field.dataType().equals(DataTypes.StringType))
                .findFirst()
                .map(field -> new RowFingerprints(field.name()));
    }

    /** Whether a column is a refresh's own record beside one of vectors, which tells people nothing. */
    public static boolean isRecord(String name, String vectors, StructType schema) {
        Set<String> names = Columns.byName(schema).keySet();
        return names.contains(Columns.lower(RefreshRecord.TEXT_HASH.beside(vectors)))
                && Arrays.stream(RefreshRecord.values())
                        .map(record -> record.beside(vectors))
                        .anyMatch(name::equalsIgnoreCase);
    }

    /**
     * Whether a row's vector is of a model; never null.
     *
     * @param fingerprint of the model; rows may hold the start of it
     * @param otherwise what holds for a row that says nothing
     */
    public Column isOf(String fingerprint, boolean otherwise) {
        Column own = functions.substring_index(Columns.named(column), OPTIONS, 1);
        Column isSame = functions
                .length(own)
                .geq(SHORTEST)
                .and(functions.lit(fingerprint).startsWith(own));
        return functions.when(own.isNull(), functions.lit(otherwise)).otherwise(isSame);
    }
}

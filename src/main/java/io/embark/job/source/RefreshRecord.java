/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The columns that a refresh writes beside vectors, so that the next one knows without computing them whether they are right.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum RefreshRecord {
    /** A hash of the text; null where it failed. */
    TEXT_HASH,

    /** A hash of the columns that are neither key nor text. */
    ROW_HASH,

    /** What shaped the vector: model and options. */
    FINGERPRINT,

    /** How many chunks the document has. */
    CHUNKS,

    /** When the row was missed in the source. */
    DELETED_AT;

    /** The name beside a column of vectors: {@code embedding_text_hash} beside {@code embedding}. */
    public String beside(String vectors) {
        return vectors + "_" + name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether a refresh has written what it needs beside a column of vectors.
     *
     * @param names of all columns, in small letters
     */
    public static boolean standsBeside(String vectors, Set<String> names) {
        return Stream.of(TEXT_HASH, FINGERPRINT)
                .allMatch(column -> names.contains(column.beside(vectors).toLowerCase(Locale.ROOT)));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What databases, collections and fields can be called. */
final class MilvusName {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");

    /** Words of the server's expressions in these spellings; pkg/common of Milvus lists them. */
    private static final Set<String> KEYWORDS = Set.of("like", "and", "or", "not", "in", "True", "False");

    /** More of them, in small letters and in large ones. */
    private static final Set<String> KEYWORDS_IN_BOTH = Set.of(
            "exists",
            "true",
            "false",
            "json_contains",
            "json_contains_all",
            "json_contains_any",
            "array_contains",
            "array_contains_all",
            "array_contains_any",
            "array_length",
            "text_match",
            "phrase_match",
            "random_sample");

    /** Fields that the server makes itself, in every collection. */
    private static final Set<String> OF_THE_SERVER = Set.of("RowID", "Timestamp");

    /** The same of Milvus Lite. */
    private static final Set<String> OF_LITE = Set.of("_seq", "_partition");

    /** Words of the expressions of Milvus Lite, in any spelling. */
    private static final Set<String> KEYWORDS_OF_LITE = Set.of("iso", "interval");

    private MilvusName() {}

    /** Whether the characters are those of a name. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether no field can be called so because the name means something else. */
    static boolean isReserved(String field) {
        String small = field.toLowerCase(Locale.ROOT);
        boolean inOneSpelling = field.equals(small) || field.equals(field.toUpperCase(Locale.ROOT));
        return KEYWORDS.contains(field)
                || (inOneSpelling && KEYWORDS_IN_BOTH.contains(small))
                || small.equals("null")
                || OF_THE_SERVER.contains(field);
    }

    /** The same for what only Milvus Lite keeps to itself. */
    static boolean isReservedByLite(String field) {
        return OF_LITE.contains(field) || KEYWORDS_OF_LITE.contains(field.toLowerCase(Locale.ROOT));
    }

    /** A key as the expressions of Milvus have it: a number, or a string in which all but these characters stand for themselves. */
    static String literal(Object key) {
        return key instanceof String text
                ? "\"%s\""
                        .formatted(text.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\r", "\\r"))
                : String.valueOf(key);
    }
}

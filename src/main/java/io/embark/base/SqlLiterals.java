/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query and what may identify somebody in it: texts, comments and numbers of six digits or more. Shorter numbers stay, since
 * years, limits and thresholds say what a run did. Reads what is no SQL as well, as far as it can: a text that does not end goes to
 * the end of the query.
 *
 * @param masked the query with {@code '***'} for each of them
 * @param values what the texts and numbers say, escapes left as they are
 */
record SqlLiterals(String masked, List<String> values) {
    /** As the lexer of Spark has it; hints look like comments and are none. */
    private static final Pattern TOKEN = Pattern.compile(String.join(
            "|",
            "(?<comment>--[^\\r\\n]*+|/\\*(?!\\+)(?s:.*?)(?:\\*/|\\z))",
            "(?<name>`[^`]*+`?)",
            "(?<raw>(?<!\\w)[rR](?:'[^']*+'?|\"[^\"]*+\"?))",
            "(?<text>(?:'[^'\\\\]*+(?:\\\\(?s:.)[^'\\\\]*+)*+'?)++|(?:\"[^\"\\\\]*+(?:\\\\(?s:.)[^\"\\\\]*+)*+\"?)++)",
            "(?<dollar>(?<tag>\\$\\w*+\\$)(?s:.*?)(?:\\k<tag>|\\z))",
            "(?<number>(?<![\\w.])(?=(?:\\d\\.?){6})[\\d.]++\\w*+)"));

    static SqlLiterals of(String sql) {
        List<String> values = new ArrayList<>();
        String masked = TOKEN.matcher(sql).replaceAll(match -> Matcher.quoteReplacement(mask(match.group(), values)));
        return new SqlLiterals(masked, List.copyOf(values));
    }

    private static String mask(String token, List<String> values) {
        char first = token.charAt(0);
        return switch (first) {
            case '`' -> token;
            case '-' -> "-- ***";
            case '/' -> "/* *** */";
            case '$' -> {
                values.add(token.replaceAll("^\\$\\w*+\\$|\\$\\w*+\\$$", ""));
                yield "'***'";
            }
            case '\'', '"' -> {
                values.add(inner(token));
                yield "'***'";
            }
            case 'r', 'R' -> {
                values.add(inner(token.substring(1)));
                yield "'***'";
            }
            default -> {
                values.add(token.replaceAll("[^\\d.]+$", ""));
                yield "***";
            }
        };
    }

    /** What stands between the quotes, of which the last may be missing. */
    private static String inner(String text) {
        boolean ends = text.length() > 1 && text.charAt(text.length() - 1) == text.charAt(0);
        return text.substring(1, text.length() - (ends ? 1 : 0));
    }
}

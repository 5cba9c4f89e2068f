/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.base;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names with passwords in addresses: {@code scheme://user:password@host} and Oracle's {@code jdbc:oracle:thin:user/password@host}.
 * They go up to the last @ of an address, since passwords hold slashes and @ as well. In code, since a pattern that looks for the
 * last of something takes time that grows with the square of the text.
 */
final class Logins {
    /** Where a login may begin, and what parts its name from its password. Digits behind a colon are a port. */
    private static final Pattern START =
            Pattern.compile("://(?<user>[^\\s/@:'\"<>?#\\[]*+):(?!\\d{1,5}+(?:[/?#,;\\s'\")]|$))"
                    + "|(?i:jdbc:oracle:[a-z]{2,9}+:)(?<owner>[^\\s/@'<>]++)/");

    private Logins() {}

    /** The text with {@code mask} in place of each, whose passwords are added to {@code found}. */
    static String masked(String text, String mask, List<String> found) {
        Matcher starts = START.matcher(text);
        StringBuilder result = new StringBuilder();
        int done = 0;
        int end = 0;
        int last = -1;
        int from = 0;
        while (starts.find(from)) {
            boolean oracle = starts.group("owner") != null;
            if (starts.end() > end) {
                end = end(text, starts.end());
                last = text.lastIndexOf('@', end - 1);
            }
            if (last >= starts.end()) {
                found.add(text.substring(starts.end(), last));
                result.append(text, done, starts.start(oracle ? "owner" : "user"))
                        .append(mask);
                done = last;
                from = last;
            } else {
                from = starts.end();
            }
        }
        return result.append(text, done, text.length()).toString();
    }

    /** Where the address ends. A password of Oracle's may stand in quotes. */
    private static int end(String text, int start) {
        int end = start;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && "'<>".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}

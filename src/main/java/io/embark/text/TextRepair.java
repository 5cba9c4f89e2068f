/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

/** Makes a text fit for a tokenizer: whole characters only, and no more of them than can matter. */
final class TextRepair {
    private static final char REPLACEMENT = '\uFFFD';

    private TextRepair() {}

    /**
     * The first {@code maxChars} chars of a text; one less where the cut would part a surrogate pair.
     *
     * @return the text itself if it is not longer
     */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        boolean parts =
                Character.isHighSurrogate(text.charAt(maxChars - 1)) && Character.isLowSurrogate(text.charAt(maxChars));
        return text.substring(0, parts ? maxChars - 1 : maxChars);
    }

    /** The last {@code maxChars} chars of a text, as {@link #cut} the first ones. */
    static String cutStart(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int start = text.length() - maxChars;
        boolean parts =
                Character.isLowSurrogate(text.charAt(start)) && Character.isHighSurrogate(text.charAt(start - 1));
        return text.substring(parts ? start + 1 : start);
    }

    /**
     * The text with U+FFFD in place of each surrogate that has no partner. One of them would make the tokenizer's
     * native side read every emoji of the text as garbage.
     *
     * @return the text itself if it has none
     */
    static String replaceUnpairedSurrogates(String text) {
        int first = unpaired(text, 0);
        if (first < 0) {
            return text;
        }

        StringBuilder repaired = new StringBuilder(text);
        for (int i = first; i >= 0; i = unpaired(text, i + 1)) {
            repaired.setCharAt(i, REPLACEMENT);
        }
        return repaired.toString();
    }

    /** Index of the first unpaired surrogate at or behind {@code from}, which is no second half; -1 if there is none. */
    private static int unpaired(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                return i;
            }
        }
        return -1;
    }
}

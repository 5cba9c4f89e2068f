/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Regular expressions that take no longer for a text than it is long. The library's engine goes back and tries again without
 * end for others, or gives up after ten million times and ends the process.
 *
 * <p>Either one of those that real models have, or a choice of alternatives each of which is a row of single characters and
 * classes, the first {@value #MOST_OPTIONAL} of which may be optional, and of which only the last may be repeated without end:
 * nothing follows that could fail, so nothing is tried again.
 */
final class LinearPattern {
    static final int MOST_CHARS = 1_000;

    private static final int MOST_OPTIONAL = 3;

    private static final String TOO_SLOW =
            "The regular expression may take endlessly on some texts: it is none of those that "
                    + "known models have, and something follows a repetition in it, or a group is repeated.";

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String CONTRACTIONS_OF_GPT2 = "'s|'t|'re|'ve|'m|'ll|'d";
    private static final String CONTRACTIONS_OF_TIKTOKEN = "'(?i:[sdmt]|ll|ve|re)";
    private static final String CONTRACTIONS_SPELT_OUT = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private static final String BLANKS = "\\s+(?!\\S)|\\s+";
    private static final String LINES_AND_BLANKS = "\\s*[\\r\\n]+|" + BLANKS;
    private static final String SIGNS_LINES_AND_BLANKS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" + LINES_AND_BLANKS;
    private static final String WORDS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String TIKTOKEN_REST = "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|" + BLANKS;

    /**
     * Each ends a word before white space that follows a letter or a digit, wherever it stands; {@link TextPieces} relies on
     * it.
     */
    private static final Set<String> KNOWN = Set.of(
            // GPT-2, RoBERTa, ModernBERT and others
            CONTRACTIONS_OF_GPT2 + "| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|" + BLANKS,
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|" + BLANKS,
            // Llama 3, EuroBERT
            CONTRACTIONS + "|" + WORDS + "|\\p{N}{1,3}|" + SIGNS_LINES_AND_BLANKS,
            CONTRACTIONS_SPELT_OUT + "|" + WORDS + "|\\p{N}{1,3}|" + SIGNS_LINES_AND_BLANKS,
            // Qwen 2 and 3
            CONTRACTIONS + "|" + WORDS + "|\\p{N}|" + SIGNS_LINES_AND_BLANKS,
            CONTRACTIONS_SPELT_OUT + "|" + WORDS + "|\\p{N}|" + SIGNS_LINES_AND_BLANKS,
            // Qwen 3.5
            CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
                    + LINES_AND_BLANKS,
            // cl100k of tiktoken, and what others make of it
            CONTRACTIONS_OF_TIKTOKEN + "|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}" + TIKTOKEN_REST,
            CONTRACTIONS_OF_TIKTOKEN + "|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,2}" + TIKTOKEN_REST,
            CONTRACTIONS_OF_TIKTOKEN + "|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}" + TIKTOKEN_REST,
            // o200k of tiktoken
            "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|[^\\r\\n\\p{L}\\p{N}]?" + UPPER
                    + "+" + LOWER + "*" + CONTRACTIONS + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
                    + LINES_AND_BLANKS,
            // Mistral's Tekken
            "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+|[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER
                    + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + LINES_AND_BLANKS,
            // BLOOM
            " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
            // DeepSeek 3
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
                    + " ?[\\p{P}\\p{S}]+[\\r\\n]*|" + LINES_AND_BLANKS);

    private static final String ESCAPE = "\\\\(?:[sSdDwWhHnrtfv]|[pP]\\{\\^?[A-Za-z_]{1,32}\\}|u[0-9A-Fa-f]{4}"
            + "|x\\{[0-9A-Fa-f]{1,6}\\}|[\\p{Punct}\\s])";
    private static final String CLASS = "\\[\\^?(?:" + ESCAPE + "|[^\\[\\]\\\\&])++\\]";
    private static final String ATOM = "(?:" + ESCAPE + "|" + CLASS + "|[^\\\\\\[\\](){}|?*+^$])";
    private static final String GROUP = "\\((?:\\?i?:)?+" + ATOM + "{1,8}+(?:\\|" + ATOM + "{1,8}+)*+\\)";
    private static final String ONCE = "(?:" + ATOM + "|" + GROUP + ")(?:\\{[1-9][0-9]?\\})?+(?![?*+{])";
    private static final String OPTIONAL = "(?:" + ATOM + "|" + GROUP + ")\\?\\+?+(?![?*+{])";
    private static final String LAST = ATOM + "(?:\\+[+?]?+|\\{[1-9][0-9]?(?:,[0-9]{0,2})?\\})(?![?*+{])";
    private static final String AHEAD = "(?:\\(\\?[!=]" + ATOM + "\\))?+";

    /** Never empty: something in it must be there once. */
    private static final String ALTERNATIVE = "\\^?+(?:" + OPTIONAL + "){0," + MOST_OPTIONAL + "}+" + "(?:" + LAST
            + "|(?:" + ONCE + ")++(?:" + LAST + "|" + ATOM + "\\*|" + OPTIONAL + "|" + AHEAD + "))";

    private static final Pattern LINEAR =
            Pattern.compile("(?:%s)(?:\\|(?:%s))*+".formatted(ALTERNATIVE, ALTERNATIVE), Pattern.DOTALL);

    private LinearPattern() {}

    /** Some files have line breaks as such where others have escapes. */
    static boolean isKnown(String regex) {
        return KNOWN.contains(regex.replace("\r", "\\r").replace("\n", "\\n"));
    }

    /** A sentence on why it may be slow. */
    static Optional<String> problem(String regex) {
        return isKnown(regex) || LINEAR.matcher(regex).matches() ? Optional.empty() : Optional.of(TOO_SLOW);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonObject;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Parts a long text where its parts have the tokens of the whole, so that no call of the library sees all of it: its engine for
 * regular expressions gives up on ten million blanks and ends the process, and some of its steps take much memory or time for
 * each character. Where a text has no such place, or nothing is certain of the tokenizer, one call sees up to
 * {@value #MOST_CHARS} characters, and the rest of the text is lost as it is behind the token limit.
 *
 * @param breaks the white space at which a text may be parted, see {@link WordBreaks}
 * @param longChars texts of no more stay whole
 * @param mostChars the most of a text without such a place that is kept
 */
record TextPieces(String breaks, int longChars, int mostChars) {
    /** The most that one call sees; fewer where the parts of a tokenizer are many, or make several characters of one. */
    static final int MOST_CHARS = 250_000;

    private static final int LONG_CHARS = 1 << 16;

    /** A letter that joins the blank behind it to one character for readers. */
    private static final char PREPENDED_LETTER = '\u0D4E';

    /** Behind it stand forms of other letters, some of which are made of blanks. */
    private static final char FIRST_COMPATIBILITY_FORM = '\uF900';

    /**
     * A parted text.
     *
     * @param pieces in the order in which they are read
     * @param whole whether nothing of the text was lost
     */
    record Parted(List<String> pieces, boolean whole) {
        Parted {
            pieces = List.copyOf(pieces);
        }
    }

    static TextPieces of(JsonObject tokenizer) {
        long growth = TextGrowth.of(TokenizerParts.NORMALIZERS.steps(tokenizer.get("normalizer")));
        // Each keeps all words of the one before until it has its own, and those are as many as the characters at
        // worst.
        int splits = TokenizerParts.PRE_TOKENIZERS
                .steps(tokenizer.get("pre_tokenizer"))
                .size();
        long mostChars = MOST_CHARS / (growth * Math.max(splits, 1));
        return new TextPieces(WordBreaks.of(tokenizer), LONG_CHARS, (int) Math.max(mostChars, LONG_CHARS));
    }

    /** @param fromEnd whether the last piece comes first, and the start of the text may be lost instead of its end */
    Parted part(String text, boolean fromEnd) {
        return fromEnd ? fromEnd(text) : fromStart(text);
    }

    private Parted fromStart(String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        while (text.length() - start > longChars) {
            int place = lastPlace(text, start, start + longChars);
            if (place < 0) {
                place = firstPlace(text, start + longChars, Math.min(start + mostChars, text.length()));
            }
            if (place < 0 && text.length() - start > mostChars) {
                pieces.add(TextRepair.cut(text.substring(start), mostChars));
                return new Parted(pieces, false);
            }
            if (place < 0) {
                break;
            }
            pieces.add(text.substring(start, place));
            start = place;
        }
        pieces.add(text.substring(start));
        return new Parted(pieces, true);
    }

    private Parted fromEnd(String text) {
        List<String> pieces = new ArrayList<>();
        int end = text.length();
        while (end > longChars) {
            int place = firstPlace(text, end - longChars, end);
            if (place < 0) {
                place = lastPlace(text, Math.max(end - mostChars, 0), end - longChars);
            }
            if (place < 0 && end > mostChars) {
                pieces.add(TextRepair.cutStart(text.substring(0, end), mostChars));
                return new Parted(pieces, false);
            }
            if (place < 0) {
                break;
            }
            pieces.add(text.substring(place, end));
            end = place;
        }
        pieces.add(text.substring(0, end));
        return new Parted(pieces, true);
    }

    /** The last place behind {@code from} and up to {@code to}; -1 if there is none. */
    private int lastPlace(String text, int from, int to) {
        for (int place = to; place > from; place--) {
            if (isPlace(text, place)) {
                return place;
            }
        }
        return -1;
    }

    private int firstPlace(String text, int from, int to) {
        for (int place = from; place < to; place++) {
            if (isPlace(text, place)) {
                return place;
            }
        }
        return -1;
    }

    private boolean isPlace(String text, int place) {
        return place > 0
                && place + 1 < text.length()
                && breaks.indexOf(text.charAt(place)) >= 0
                && isPlain(text.charAt(place - 1))
                && isPlain(text.charAt(place + 1));
    }

    /** Whether all normalisers make a word of it that ends with a letter or digit. */
    private static boolean isPlain(char c) {
        if (c < 0x80) {
            return Character.isLetterOrDigit(c);
        }
        int type = Character.getType(c);
        boolean letter = type == Character.UPPERCASE_LETTER
                || type == Character.LOWERCASE_LETTER
                || type == Character.OTHER_LETTER;
        return letter && c < FIRST_COMPATIBILITY_FORM && c != PREPENDED_LETTER && decomposesToLetters(c);
    }

    private static boolean decomposesToLetters(char c) {
        return Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKD)
                .codePoints()
                .allMatch(part -> Character.isLetter(part) || Character.getType(part) == Character.NON_SPACING_MARK);
    }
}

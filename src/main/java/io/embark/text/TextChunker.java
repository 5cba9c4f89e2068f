/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Cuts a text of any length into parts within the limit, one after the other without gap or overlap, so that together they
 * are the text. Each takes as much of what is left as fits: it ends behind the last token that does, or earlier at white space
 * where the second half of the part has some, or before a character that does not belong to the one before. Reads no more of
 * the text at a time than one part needs.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TextChunker implements Iterator<TextChunk> {
    /** More than a token has in most languages, so that the first look mostly shows the whole part. */
    private static final int LIKELY_CHARS_PER_TOKEN = 8;

    private static final int JOINER = 0x200D;

    private final TextTokenizer tokenizer;
    private final String prompt;
    private final String text;
    private final int room;
    private int look;

    /** Where the next part starts, in chars and in code points. */
    private int start;

    private int startPoint;
    private boolean ended;

    /**
     * Tokenises each part when it is asked for, on the thread that asks.
     *
     * @param prompt put before each part; counts against the limit
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the prompt fills the limit
     */
    public TextChunker(TextTokenizer tokenizer, String prompt, String text) {
        this.tokenizer = tokenizer;
        this.prompt = prompt;
        this.text = text;
        this.room = Math.min(tokenizer.maxChars() - prompt.length(), TextPieces.MOST_CHARS);
        if (room <= 1 || tokenizer.tokenize(List.of(prompt)).get(0).ids().length >= tokenizer.maxTokens()) {
            throw TokenizerErrors.noRoomBesidePrompt(tokenizer.maxTokens());
        }
        this.look = (int) Math.min((long) tokenizer.maxTokens() * LIKELY_CHARS_PER_TOKEN, room);
    }

    /** Never false before the first part: an empty text is one. */
    @Override
    public boolean hasNext() {
        return !ended;
    }

    @Override
    public TextChunk next() {
        if (ended) {
            throw new NoSuchElementException();
        }
        while (true) {
            String piece = TextRepair.cut(text.substring(start, Math.min(start + look + 1, text.length())), look);
            boolean last = start + piece.length() == text.length();
            TokenEnds ends = tokenizer.ends(prompt, piece);
            if (ends.tokens().truncated()) {
                return firstThatFits(piece, ends.ends());
            }
            if (last || look == room) {
                return chunk(piece, ends);
            }
            look = (int) Math.min(2L * look, room);
        }
    }

    /** A part may have other tokens by itself than as the beginning of more, so each is tried out. */
    private TextChunk firstThatFits(String piece, List<Integer> ends) {
        List<Integer> cuts = cuts(piece, ends);
        int step = 1;
        for (int i = 0; i < cuts.size(); i += step, step *= 2) {
            String part = piece.substring(0, cuts.get(i));
            TokenEnds own = tokenizer.ends(prompt, part);
            if (!own.tokens().truncated()) {
                return chunk(part, own);
            }
        }
        // One character alone may have more tokens than there is room for, and is cut to the limit then.
        String character = piece.substring(0, piece.offsetByCodePoints(0, 1));
        return chunk(character, tokenizer.ends(prompt, character));
    }

    private TextChunk chunk(String part, TokenEnds ends) {
        int end = startPoint + part.codePointCount(0, part.length());
        TextChunk chunk =
                new TextChunk(part, startPoint, end, ends.tokens(), ends.ends().size());
        start += part.length();
        startPoint = end;
        ended = start == text.length();
        // The next one is likely to be as long; half as much again shows where it ends.
        look = Math.min(part.length() + part.length() / 2 + 1, room);
        return chunk;
    }

    /** Where the piece may be cut, best place first. */
    private static List<Integer> cuts(String piece, List<Integer> ends) {
        List<Integer> places = ends.stream()
                .filter(end -> end > 0 && end < piece.length())
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        int half = places.isEmpty() ? 0 : places.get(0) / 2;
        Set<Integer> cuts = new LinkedHashSet<>();
        places.stream().filter(cut -> cut > half && isBetweenWords(piece, cut)).forEach(cuts::add);
        places.stream()
                .filter(cut -> cut > half && !isWithinCharacter(piece, cut))
                .forEach(cuts::add);
        cuts.addAll(places);
        return List.copyOf(cuts);
    }

    private static boolean isBetweenWords(String piece, int cut) {
        return Character.isWhitespace(piece.charAt(cut)) || Character.isWhitespace(piece.charAt(cut - 1));
    }

    /** Whether readers see one character where the cut would go through: accents and joined emoji are several. */
    private static boolean isWithinCharacter(String piece, int cut) {
        int next = piece.codePointAt(cut);
        int type = Character.getType(next);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || next == JOINER
                || piece.charAt(cut - 1) == JOINER;
    }
}

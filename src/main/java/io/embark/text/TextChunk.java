/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import static java.util.Objects.requireNonNull;

/**
 * A part of a long text that has no more tokens than the limit, special tokens and prompt included.
 *
 * @param text the part itself, without the prompt
 * @param start code points of the text before the part
 * @param end code points of the text up to the end of the part
 * @param tokens the tokens of prompt and part together, as those of a text of its own
 * @param ownTokens how many of them stand for the part: neither special nor of the prompt alone
 * @hidden Public for Embark's other rooms only.
 */
public record TextChunk(String text, int start, int end, TokenizedText tokens, int ownTokens) {
    /** Refuses null. */
    public TextChunk {
        requireNonNull(text, "text is null");
        requireNonNull(tokens, "tokens is null");
    }

    /** A text that fits is its only chunk; what its tokens stand for does not matter then. */
    public static TextChunk whole(String text, TokenizedText tokens) {
        return new TextChunk(text, 0, text.codePointCount(0, text.length()), tokens, tokens.ids().length);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

/**
 * The tokens of one text. Immutable, but for the array that it hands out.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TokenizedText {
    private final int[] ids;
    private final boolean truncated;

    TokenizedText(int[] ids, boolean truncated) {
        this.ids = ids;
        this.truncated = truncated;
    }

    /** The numbers of the tokens, special ones included, {@code [tokens]}; at most the tokenizer's limit. Not a copy. */
    public int[] ids() {
        return ids;
    }

    /** Whether the text was longer than the limit. */
    public boolean truncated() {
        return truncated;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import java.util.Optional;

/**
 * The tokens of one text. Immutable, but for the array that it hands out.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TokenizedText {
    private final int[] ids;
    private final boolean truncated;
    private final Optional<String> misses;

    /** @param misses see {@link #misses()} */
    TokenizedText(int[] ids, boolean truncated, Optional<String> misses) {
        this.ids = ids;
        this.truncated = truncated;
        this.misses = misses;
    }

    /** The numbers of the tokens, special ones included, {@code [tokens]}; at most the tokenizer's limit. Not a copy. */
    public int[] ids() {
        return ids;
    }

    /** A sentence on the token that the model's weights lack, if there is one; then the text has no vector. */
    public Optional<String> misses() {
        return misses;
    }

    /** Whether the text was longer than the limit. */
    public boolean truncated() {
        return truncated;
    }
}

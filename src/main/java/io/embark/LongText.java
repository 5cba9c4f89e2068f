/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/**
 * What becomes of a text with more tokens than the model takes.
 *
 * <p>{@link #MEAN} and {@link #CHUNKS} read it to its end, in chunks without gap or overlap. Each has the special tokens and the
 * prompt that a text of its own has, and no more tokens than the limit with them; its vector is the one of a text that consists
 * of the chunk alone. A chunk ends behind the last token that fits, or earlier: at white space where its second half has some,
 * else where no accent and no joined emoji is parted. So does one of 250 chars for each token of the limit, however few tokens it
 * has. A text within the limit is its only chunk, and has the vector that {@link #TRUNCATE} gives.
 */
public enum LongText {
    /** It is cut as the model says, and counted. */
    TRUNCATE,
    /** It is an error of its row, see {@link OnError}. */
    FAIL,
    /**
     * Its vector is the mean of its chunks' vectors, each as heavy as it has tokens that are neither special nor the prompt's. The
     * mean is taken of what the model's modules give, before vectors are cut to {@link EmbedOptions#DIMENSIONS} and normalised;
     * where the model itself normalises, the mean is normalised again.
     */
    MEAN,
    /** Each of its chunks has a vector of its own. */
    CHUNKS;

    /** Whether a long text is read to its end, in chunks. */
    public boolean readsChunks() {
        return this == MEAN || this == CHUNKS;
    }
}

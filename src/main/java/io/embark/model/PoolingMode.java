/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

/**
 * How the vectors of a text's tokens become one; the formulas are those of Sentence Transformers' {@code Pooling}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum PoolingMode {
    /** The first token. */
    CLS,
    /** The largest value of each component. */
    MAX,
    /** The mean over the tokens. */
    MEAN,
    /** The sum over the tokens divided by the square root of their count. */
    MEAN_SQRT_LEN,
    /** The mean over the tokens, the first weighing 1, the second 2, and so on. */
    WEIGHTED_MEAN,
    /** The last token. */
    LAST_TOKEN
}

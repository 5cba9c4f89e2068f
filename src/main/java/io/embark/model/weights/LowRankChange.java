/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static java.util.Objects.requireNonNull;

/**
 * What an adapter adds to a matrix: {@code scale up down} (Hu and others, "LoRA", arXiv:2106.09685). Its two factors are tensors of
 * the weights.
 *
 * @param matrix the canonical name of what it is added to, {@code [out, in]}
 * @param down the name of the factor {@code [rank, in]}, LoRA's A
 * @param up the name of the factor {@code [out, rank]}, LoRA's B
 * @param scale what the product is multiplied by
 * @hidden Public for Embark's other rooms only.
 */
public record LowRankChange(String matrix, String down, String up, double scale) {
    /** Refuses null. */
    public LowRankChange {
        requireNonNull(matrix, "matrix is null");
        requireNonNull(down, "down is null");
        requireNonNull(up, "up is null");
    }
}

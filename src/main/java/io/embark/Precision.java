/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/**
 * The number format of weights and activations; vectors are always pooled and returned as float32, and have the same bits among
 * whatever other texts.
 */
public enum Precision {
    /** float32 on a CPU; on a GPU float16, or bfloat16 for models whose numbers outgrow that. */
    AUTO,
    /** IEEE 754 binary32. */
    FLOAT32,
    /** IEEE 754 binary16; GPU only. */
    FLOAT16,
    /**
     * The upper half of a binary32. On a CPU for what goes into products of matrices and comes out of them, all else is float32;
     * for CPUs that multiply in it: {@code avx512_bf16} or {@code amx_bf16}.
     */
    BFLOAT16,
    /**
     * Bytes in the products of matrices, scaled by each token and by each row of a matrix, all else is float32; only for CPUs that
     * add up products of bytes exactly: {@code avx512_vnni} or {@code avx_vnni}.
     */
    INT8
}

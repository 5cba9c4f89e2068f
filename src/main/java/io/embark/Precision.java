/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/** The number format of weights and activations; vectors are always pooled and returned as float32. */
public enum Precision {
    /** float32 on a CPU; on a GPU float16, or bfloat16 for models whose numbers outgrow that. */
    AUTO,
    /** IEEE 754 binary32. */
    FLOAT32,
    /** IEEE 754 binary16; GPU only. */
    FLOAT16,
    /** The upper half of a binary32; GPU only. */
    BFLOAT16
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.family.TensorNames;

/**
 * The number format of a stored tensor, among those that weights can be read from.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum DataType {
    /** IEEE 754 binary32. */
    FLOAT32(4),
    /** IEEE 754 binary64. */
    FLOAT64(8),
    /** IEEE 754 binary16. */
    FLOAT16(2),
    /** The upper half of a binary32. */
    BFLOAT16(2),
    /** A whole number with a sign. */
    INT8(1),
    /** The same, four times as wide. */
    INT32(4),
    /** The same, eight times as wide. */
    INT64(8);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Whether a tensor can have it: rows are counted in wide whole numbers, and a table without a network may have narrow ones. */
    boolean fits(String canonicalName) {
        return switch (this) {
            case INT32, INT64 -> canonicalName.equals(TensorNames.ROWS);
            case INT8 -> canonicalName.equals(TensorNames.STATIC);
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> !canonicalName.equals(TensorNames.ROWS);
        };
    }

    /** The size of one number in bytes. */
    int bytes() {
        return bytes;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

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
    INT32(4),
    /** The same, twice as wide. */
    INT64(8);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Whether it has whole numbers only, which count rather than weigh. */
    boolean isWhole() {
        return this == INT32 || this == INT64;
    }

    /** The size of one number in bytes. */
    int bytes() {
        return bytes;
    }
}

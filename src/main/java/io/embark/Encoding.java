/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark;

/**
 * How a finished vector is written down: as its components, or as codes that take a quarter or a thirty-second of the room.
 * The formulas are those of Sentence Transformers 5.7 and later ({@code quantize_embeddings}); all of them start from the same
 * float32 vector.
 */
public enum Encoding {
    /** The components themselves. */
    FLOAT32,
    /** One code of -128 to 127 for each component: that of {@link #UINT8}, less 128. */
    INT8,
    /** One code of 0 to 255 for each component: how many 255ths of its range it lies above the range's lower end. */
    UINT8,
    /** The bytes of {@link #UBINARY}, less 128, so that they are signed. */
    BINARY,
    /** One bit for each component, 1 if it is above 0: eight to a byte, the first one highest, the last byte filled with 0. */
    UBINARY;

    /** Whether codes depend on a range of each component, which must be the same for all vectors that are compared. */
    public boolean needsRanges() {
        return this == INT8 || this == UINT8;
    }

    /** Whether each code holds one bit of eight components. */
    public boolean isPacked() {
        return this == BINARY || this == UBINARY;
    }

    /** Numbers in the encoded form of a vector of so many components. */
    public int length(int dimension) {
        return isPacked() ? (dimension + Byte.SIZE - 1) / Byte.SIZE : dimension;
    }

    /** Bytes of the encoded form of a vector of so many components. */
    public int bytes(int dimension) {
        return length(dimension) * (this == FLOAT32 ? Float.BYTES : Byte.BYTES);
    }
}

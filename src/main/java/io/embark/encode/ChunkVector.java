/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

/** A part of a text and its vector, or the codes of it. Immutable, but for the array that it hands out. */
public final class ChunkVector {
    private final int start;
    private final int end;
    private final float[] vector;
    private final byte[] codes;

    /** One of the arrays is null. */
    ChunkVector(int start, int end, float[] vector, byte[] codes) {
        this.start = start;
        this.end = end;
        this.vector = vector;
        this.codes = codes;
    }

    /** Code points of the text before the chunk; an emoji is one, where a Java {@code String} has two chars. */
    public int start() {
        return start;
    }

    /** Code points of the text up to the end of the chunk. */
    public int end() {
        return end;
    }

    /**
     * {@code [dimension]}, the caller's own.
     *
     * @throws IllegalStateException if the encoding gives codes
     */
    public float[] vector() {
        return require(vector, "this chunk has codes, not floats");
    }

    /**
     * As a row of {@link Embedder#embedCodes}, the caller's own.
     *
     * @throws IllegalStateException if the encoding gives floats
     */
    public byte[] codes() {
        return require(codes, "this chunk has floats, not codes");
    }

    private static <T> T require(T array, String message) {
        if (array == null) {
            throw new IllegalStateException(message);
        }
        return array;
    }
}

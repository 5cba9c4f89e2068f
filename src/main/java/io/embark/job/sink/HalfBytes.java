/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

/**
 * Vectors as bytes, two for each component as {@link Half} has it, the low one first.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class HalfBytes {
    private HalfBytes() {}

    /** The bytes of a vector whose components are rounded to halves. */
    public static byte[] of(float[] vector) {
        byte[] bytes = new byte[vector.length * Short.BYTES];
        for (int i = 0; i < vector.length; i++) {
            short half = Half.of(vector[i]);
            bytes[2 * i] = (byte) half;
            bytes[2 * i + 1] = (byte) (half >> Byte.SIZE);
        }
        return bytes;
    }

    /** The vector that such bytes are. */
    public static float[] vector(byte[] bytes) {
        float[] vector = new float[bytes.length / Short.BYTES];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Half.value((short) (Byte.toUnsignedInt(bytes[2 * i]) | bytes[2 * i + 1] << Byte.SIZE));
        }
        return vector;
    }
}

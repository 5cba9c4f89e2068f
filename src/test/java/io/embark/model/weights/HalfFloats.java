/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

/** float16 and bfloat16, rounded to the nearest, ties to even; the oracle beside the engine's own conversion. */
public final class HalfFloats {
    private HalfFloats() {}

    /** The bits of the float16 nearest to a finite value. */
    public static short toFloat16(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        double magnitude = Math.abs((double) value);
        if (magnitude >= 65520) {
            return (short) (sign | 0x7c00);
        }

        // The spacing of float16 numbers: 2^-24 below 2^-14, then 2^-10 of the power of two beneath the value.
        int exponent = Math.max(Math.getExponent(magnitude), -14);
        double steps = Math.rint(Math.scalb(magnitude, 10 - exponent));
        return (short) (sign | (int) (((long) (exponent + 14) << 10) + (long) steps));
    }

    /** The value of float16 bits. */
    public static float fromFloat16(short bits) {
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude =
                exponent == 0 ? Math.scalb((double) fraction, -24) : Math.scalb(1024.0 + fraction, exponent - 25);
        if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return (float) (bits < 0 ? -magnitude : magnitude);
    }

    /** The bits of the bfloat16 nearest to a finite value. */
    public static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The value of bfloat16 bits. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

/**
 * Numbers of 16 bits as IEEE 754 has them (binary16), which Java knows from version 20 on only.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Half {
    /** The greatest finite half. */
    public static final float MAX = 65504;

    private static final int FLOAT_FRACTION = 23;
    private static final int HALF_FRACTION = 10;
    private static final int DROPPED = FLOAT_FRACTION - HALF_FRACTION;
    private static final int HALF_BIAS = 15;
    private static final int FLOAT_BIAS = 127;
    private static final int INFINITY = 0x7C00;
    private static final int NAN = 0x7E00;

    private Half() {}

    /** The nearest half, of two equally near ones the even one; infinite beyond {@link #MAX}. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7FFF_FFFF;
        if (magnitude > 0x7F80_0000) {
            return (short) (sign | NAN);
        }

        int exponent = (magnitude >>> FLOAT_FRACTION) - FLOAT_BIAS + HALF_BIAS;
        if (exponent > 30) {
            return (short) (sign | INFINITY);
        }
        // Normal halves drop 13 bits; each step below their smallest exponent drops one more, and leads with a zero.
        int fraction = exponent > 0 ? magnitude & 0x7F_FFFF : (magnitude & 0x7F_FFFF) | 0x80_0000;
        int dropped = exponent > 0 ? DROPPED : Math.min(DROPPED + 1 - exponent, Integer.SIZE - 2);
        int half = (Math.max(exponent, 0) << HALF_FRACTION) + (fraction >>> dropped);
        int rest = fraction & ((1 << dropped) - 1);
        int middle = 1 << (dropped - 1);
        // A carry runs from the fraction into the exponent, and from the greatest half into infinity, as it should.
        return (short) (sign | (rest > middle || (rest == middle && (half & 1) == 1) ? half + 1 : half));
    }

    /** The value of a half, which every float can hold. */
    public static float value(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> HALF_FRACTION) & 0x1F;
        int fraction = half & 0x3FF;
        if (exponent == 0) {
            float small = fraction * 0x1p-24f;
            return sign == 0 ? small : -small;
        }
        int shifted = exponent == 0x1F ? 0xFF : exponent - HALF_BIAS + FLOAT_BIAS;
        return Float.intBitsToFloat(sign | (shifted << FLOAT_FRACTION) | (fraction << DROPPED));
    }

    /** The same number, rounded to a half. */
    public static float rounded(float value) {
        return value(of(value));
    }
}

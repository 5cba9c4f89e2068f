/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;

/**
 * Quantizes vectors by the formulas of Sentence Transformers 5.7 and later
 * (https://github.com/UKPLab/sentence-transformers, {@code util/quantization.py}, {@code quantize_embeddings}), in float32 as
 * there. Immutable and thread-safe.
 */
final class Quantizer {
    private static final int MOST = 255;
    private static final int SIGN = 0x80;

    private final Encoding encoding;
    private final EncodingRanges ranges;

    private Quantizer(Encoding encoding, EncodingRanges ranges) {
        this.encoding = encoding;
        this.ranges = ranges;
    }

    /**
     * What the options ask for.
     *
     * @param model its name, for the error
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the encoding needs ranges and there are none, none that can
     *     be read, or those of other vectors
     */
    static Quantizer of(EmbedOptions options, int dimension, String model) {
        Encoding encoding = options.get(EmbedOptions.ENCODING);
        if (!encoding.needsRanges()) {
            return new Quantizer(encoding, null);
        }

        EncodingRanges chosen = options.get(EmbedOptions.ENCODING_RANGES);
        if (chosen == null) {
            throw EmbeddingErrors.noRanges(encoding);
        }

        EncodingRanges ranges = chosen.read();
        if (ranges.dimension() != dimension) {
            throw EmbeddingErrors.rangesOfOtherVectors(ranges.dimension(), dimension, model);
        }
        return new Quantizer(encoding, ranges);
    }

    /** The codes of a vector, in the order of its components; unsigned ones as the byte of the same bits. */
    byte[] quantize(float[] vector) {
        return switch (encoding) {
            case FLOAT32 -> throw new IllegalStateException("float32 has no codes");
            case INT8 -> scaled(vector, SIGN);
            case UINT8 -> scaled(vector, 0);
            case BINARY -> packed(vector, SIGN);
            case UBINARY -> packed(vector, 0);
        };
    }

    /** Less 128 in a byte is the highest bit turned over. */
    private byte[] scaled(float[] vector, int sign) {
        byte[] codes = new byte[vector.length];
        for (int i = 0; i < codes.length; i++) {
            double steps = Math.floor((vector[i] - ranges.min(i)) / ranges.step(i));
            codes[i] = (byte) ((int) Math.max(0, Math.min(MOST, steps)) ^ sign);
        }
        return codes;
    }

    private byte[] packed(float[] vector, int sign) {
        byte[] codes = new byte[encoding.length(vector.length)];
        for (int i = 0; i < vector.length; i++) {
            if (vector[i] > 0) {
                codes[i / Byte.SIZE] |= (byte) (SIGN >> (i % Byte.SIZE));
            }
        }
        for (int i = 0; i < codes.length; i++) {
            codes[i] ^= (byte) sign;
        }
        return codes;
    }
}

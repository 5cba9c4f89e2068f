/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.encode.Embedder;
import io.embark.spark.EmbarkFunctions;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * The vector of a query, and how near stored vectors are to it. Components are compared by the cosine; codes of int8 and uint8
 * are first put back where their steps begin, as Sentence Transformers does when it scores them anew; of packed bits counts
 * which part is the same.
 */
final class QueryVector {
    private static final int BYTE = 0xFF;
    private static final double OFFSET = 128;

    private final Encoding encoding;
    private final EncodingRanges ranges;
    private final int dimension;

    /** Null for packed bits. */
    private final float[] components;

    /** Null for all else. */
    private final byte[] bits;

    /** Of the model that made it. */
    private final String fingerprint;

    private QueryVector(
            String fingerprint,
            Encoding encoding,
            EncodingRanges ranges,
            int dimension,
            float[] components,
            byte[] bits) {
        this.fingerprint = fingerprint;
        this.encoding = encoding;
        this.ranges = ranges;
        this.dimension = dimension;
        this.components = components;
        this.bits = bits;
    }

    /** The options by which a query is embedded that is compared with vectors in the encoding of these. */
    static EmbedOptions options(EmbedOptions stored) {
        return stored.get(EmbedOptions.ENCODING).isPacked()
                ? stored
                : stored.with(EmbedOptions.ENCODING, Encoding.FLOAT32);
    }

    /**
     * Embeds a query; null if the options give it no vector.
     *
     * @param embedder of {@link #options}
     * @param stored the options that stored vectors were embedded with
     */
    static QueryVector of(String query, Embedder embedder, EmbedOptions stored) {
        Encoding encoding = stored.get(EmbedOptions.ENCODING);
        List<String> texts = List.of(query);
        float[] components = encoding.isPacked() ? null : embedder.embed(texts)[0];
        byte[] bits = encoding.isPacked() ? embedder.embedCodes(texts)[0] : null;
        EncodingRanges ranges = stored.get(EmbedOptions.ENCODING_RANGES);
        return components == null && bits == null
                ? null
                : new QueryVector(
                        embedder.folder().fingerprint(), encoding, ranges, embedder.dimension(), components, bits);
    }

    /** The fingerprint of the model that made it. */
    String fingerprint() {
        return fingerprint;
    }

    int dimension() {
        return dimension;
    }

    /** Numbers in a stored vector that can be compared with this one. */
    int length() {
        return encoding.length(dimension);
    }

    /** A double that is greater for nearer vectors, at most 1. */
    Column score(Column stored) {
        return switch (encoding) {
            case FLOAT32 -> cosine(stored);
            case INT8 -> cosine(decoded(stored, OFFSET));
            case UINT8 -> cosine(decoded(stored, 0));
            case BINARY, UBINARY -> sameBits(stored);
        };
    }

    private Column cosine(Column vector) {
        return EmbarkFunctions.vectorCosineSimilarity(vector, functions.lit(components))
                .cast(DataTypes.DoubleType);
    }

    private Column decoded(Column codes, double offset) {
        double[] steps = new double[dimension];
        double[] starts = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            steps[i] = ranges.step(i);
            starts[i] = ranges.min(i);
        }
        Column scaled = functions.zip_with(
                codes, functions.lit(steps), (code, step) -> code.plus(offset).multiply(step));
        return functions.zip_with(scaled, functions.lit(starts), Column::plus);
    }

    private Column sameBits(Column codes) {
        int[] own = new int[bits.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = Byte.toUnsignedInt(bits[i]);
        }
        // Signed codes are negative numbers, of whose many bits only the last eight count.
        Column different = functions.zip_with(
                codes,
                functions.lit(own),
                (a, b) -> functions.bit_count(
                        a.cast(DataTypes.IntegerType).bitwiseXOR(b).bitwiseAND(BYTE)));
        Column sum = functions.aggregate(different, functions.lit(0), Column::plus);
        return functions.lit(1.0).minus(sum.divide(dimension));
    }
}

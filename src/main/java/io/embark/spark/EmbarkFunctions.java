/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static java.util.Objects.requireNonNull;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.SparkVersion;
import org.apache.spark.sql.Column;

/**
 * The functions that Embark adds to Spark.
 *
 * <p>What a call of {@code embed} does not choose, the session's {@code spark.embark.*} settings do, as they are when the
 * column is made; what they do not choose either, the defaults of {@link EmbedOptions}. The session is that of the thread,
 * else the default one; where none is running, only the defaults hold. Thread-safe.
 */
public final class EmbarkFunctions {
    private EmbarkFunctions() {}

    /**
     * The same as {@link #embed(Column, EmbedOptions)} where nothing is chosen.
     *
     * @throws EmbarkException as there
     */
    public static Column embed(Column text) {
        return embed(text, EmbedOptions.defaults());
    }

    /**
     * The same as {@link #embed(Column, EmbedOptions)} where only the model is chosen.
     *
     * @param model a bundled name or the folder of a model
     * @throws EmbarkException as there
     */
    public static Column embed(Column text, String model) {
        return embed(text, EmbedOptions.defaults().with(EmbedOptions.MODEL, requireNonNull(model, "model is null")));
    }

    /**
     * The vector of a text: {@code array<float>}, or with another {@link EmbedOptions#ENCODING} {@code array<tinyint>} for int8 and
     * binary, {@code array<smallint>} for uint8 and ubinary; elements never null; null for a null text. Of an array of texts, the
     * array of their vectors.
     *
     * @param text a column of texts or of arrays of texts
     * @param options how to embed; the model is loaded by the executors, not here
     * @throws EmbarkException {@link ErrorCode#OPTION_UNKNOWN} or {@link ErrorCode#OPTION_INVALID} if the session has a
     *     {@code spark.embark.*} setting that does not exist or holds an impossible value, or the file of {@link
     *     EmbedOptions#ENCODING_RANGES} cannot be read; {@link ErrorCode#OPTION_INVALID} for {@link LongText#CHUNKS}, which
     *     {@link #embedChunks(Column, EmbedOptions)} gives
     */
    public static Column embed(Column text, EmbedOptions options) {
        requireNonNull(text, "text is null");
        requireNonNull(options, "options is null");
        return SparkVersion.column(
                new EmbedBuilder(EmbedExpression.EMBED).call(SparkVersion.expression(text), options));
    }

    /**
     * The same as {@link #embedChunks(Column, EmbedOptions)} where nothing is chosen.
     *
     * @throws EmbarkException as there
     */
    public static Column embedChunks(Column text) {
        return embedChunks(text, EmbedOptions.defaults());
    }

    /**
     * The chunks of a text and their vectors: {@code array<struct<chunk int, chunk_start int, chunk_end int, embedding
     * array<float>>>}, with another encoding the type of its codes; null for a null text. A text within the model's limit is one
     * chunk; a longer one is cut where {@link LongText#CHUNKS} says. {@code chunk} counts from 0. {@code chunk_start} and {@code
     * chunk_end} are the code points of the text before the chunk and up to its end, so that {@code substring(text, chunk_start
     * + 1, chunk_end - chunk_start)} is the chunk. {@code inline} makes a row of each.
     *
     * @param text a column of texts
     * @param options how to embed; the model is loaded by the executors, not here
     * @throws EmbarkException as {@link #embed(Column, EmbedOptions)}; {@link ErrorCode#OPTION_INVALID} if the options choose
     *     another {@link EmbedOptions#LONG_TEXT}
     */
    public static Column embedChunks(Column text, EmbedOptions options) {
        requireNonNull(text, "text is null");
        requireNonNull(options, "options is null");
        return SparkVersion.column(
                new EmbedBuilder(EmbedExpression.EMBED_CHUNKS).call(SparkVersion.expression(text), options));
    }

    /**
     * Why a text could not be embedded, in a few words that hold nothing of it: a string; null for a text that has a vector, that
     * is null, or that is left out by {@link EmbedOptions#BLANK}. Beside a call with the same options it costs no second pass.
     *
     * @param text a column of texts
     * @param options those of the call that gives the vectors
     * @hidden For Embark's other rooms only.
     */
    public static Column embedError(Column text, EmbedOptions options) {
        EmbedExpression call = options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS
                ? new EmbedBuilder(EmbedExpression.EMBED_CHUNKS).call(SparkVersion.expression(text), options)
                : new EmbedBuilder(EmbedExpression.EMBED).call(SparkVersion.expression(text), options);
        return SparkVersion.column(new EmbedExpression(call.text(), call.options(), true));
    }

    /**
     * The cosine of the angle between two vectors, from -1 to 1: float of two arrays of float, else double.
     *
     * <p>Null if a vector or one of its components is null, if all components of a vector are 0, or if there are none. The
     * query fails with {@link ErrorCode#COLUMN_INVALID} where two vectors have different numbers of components.
     *
     * @param a a column of arrays of float or double
     * @param b the same
     */
    public static Column vectorCosineSimilarity(Column a, Column b) {
        return compare(VectorKernel.COSINE_SIMILARITY, a, b);
    }

    /** The sum of the products of the components of two vectors, 0 where there are none; else as the cosine. */
    public static Column vectorInnerProduct(Column a, Column b) {
        return compare(VectorKernel.INNER_PRODUCT, a, b);
    }

    /** The Euclidean distance between two vectors, 0 where there are no components; else as the cosine. */
    public static Column vectorL2Distance(Column a, Column b) {
        return compare(VectorKernel.L2_DISTANCE, a, b);
    }

    private static Column compare(VectorKernel kernel, Column a, Column b) {
        requireNonNull(a, "a is null");
        requireNonNull(b, "b is null");
        return SparkVersion.column(
                new VectorComparison(kernel, SparkVersion.expression(a), SparkVersion.expression(b)));
    }
}

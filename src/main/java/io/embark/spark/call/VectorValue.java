/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import io.embark.Encoding;
import io.embark.encode.ChunkVector;
import io.embark.encode.Embedder;
import io.embark.encode.PooledTexts;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * A vector as a value of Spark: an array of the numbers that the encoding gives, in the smallest of Spark's types that holds
 * them, elements never null.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class VectorValue {
    private VectorValue() {}

    /**
     * The type of vectors: {@code array<float>} for {@link Encoding#FLOAT32}, {@code array<tinyint>} for {@link Encoding#INT8}
     * and {@link Encoding#BINARY}, {@code array<smallint>} for {@link Encoding#UINT8} and {@link Encoding#UBINARY}, whose codes
     * are 0 to 255.
     */
    public static DataType type(Encoding encoding) {
        return DataTypes.createArrayType(elementType(encoding), false);
    }

    private static DataType elementType(Encoding encoding) {
        return switch (encoding) {
            case FLOAT32 -> DataTypes.FloatType;
            case INT8, BINARY -> DataTypes.ByteType;
            case UINT8, UBINARY -> DataTypes.ShortType;
        };
    }

    /** Bytes of a vector of so many components in Spark's memory. */
    static long bytes(Encoding encoding, int dimension) {
        return (long) encoding.length(dimension) * elementType(encoding).defaultSize();
    }

    /** The vector of a text as Catalyst has it; null for a text that has none. */
    public static Object of(Embedder embedder, PooledTexts pooled, int text) {
        if (embedder.encoding() == Encoding.FLOAT32) {
            float[] vector = embedder.finish(pooled, text);
            return vector == null ? null : UnsafeArrayData.fromPrimitiveArray(vector);
        }

        byte[] codes = embedder.finishCodes(pooled, text);
        return codes == null ? null : codes(embedder.encoding(), codes);
    }

    /** The chunks of a text with their vectors, as Catalyst has what {@code embed_chunks} gives; null for none. */
    public static Object chunks(Embedder embedder, PooledTexts pooled, int text) {
        List<ChunkVector> chunks = embedder.finishChunks(pooled, text);
        if (chunks == null) {
            return null;
        }
        Encoding encoding = embedder.encoding();
        Object[] array = new Object[chunks.size()];
        Arrays.setAll(array, i -> {
            ChunkVector chunk = chunks.get(i);
            Object vector = encoding == Encoding.FLOAT32
                    ? UnsafeArrayData.fromPrimitiveArray(chunk.vector())
                    : codes(encoding, chunk.codes());
            return new GenericInternalRow(new Object[] {i, chunk.start(), chunk.end(), vector});
        });
        return new GenericArrayData(array);
    }

    private static Object codes(Encoding encoding, byte[] codes) {
        return elementType(encoding).equals(DataTypes.ByteType)
                ? UnsafeArrayData.fromPrimitiveArray(codes)
                : UnsafeArrayData.fromPrimitiveArray(unsigned(codes));
    }

    private static short[] unsigned(byte[] codes) {
        short[] numbers = new short[codes.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (short) Byte.toUnsignedInt(codes[i]);
        }
        return numbers;
    }
}

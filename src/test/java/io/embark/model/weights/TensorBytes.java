/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor ready to be written.
 *
 * @param type as the safetensors format calls it
 */
// Written once and never compared, so that the array's identity does not matter.
@SuppressWarnings("ArrayRecordComponent")
public record TensorBytes(String name, String type, List<Long> shape, byte[] bytes) {
    public static TensorBytes of(String name, DataType type, List<Long> shape, float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case FLOAT32 -> buffer.putFloat(value);
                case FLOAT64 -> buffer.putDouble(value);
                case FLOAT16 -> buffer.putShort(HalfFloats.toFloat16(value));
                case INT8 -> buffer.put((byte) value);
                case INT32 -> buffer.putInt((int) value);
                case INT64 -> buffer.putLong((long) value);
                case BFLOAT16 -> buffer.putShort(HalfFloats.toBfloat16(value));
            }
        }
        return new TensorBytes(name, typeName(type), shape, buffer.array());
    }

    public static String typeName(DataType type) {
        return switch (type) {
            case FLOAT32 -> "F32";
            case FLOAT64 -> "F64";
            case FLOAT16 -> "F16";
            case BFLOAT16 -> "BF16";
            case INT8 -> "I8";
            case INT32 -> "I32";
            case INT64 -> "I64";
        };
    }
}

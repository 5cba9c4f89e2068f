/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.weights.HalfFloats;
import io.embark.model.weights.TensorInfo;
import io.embark.model.weights.Weights;
import java.util.List;

/** Reads whole tensors as float32, in canonical order, whatever their format. */
public final class WeightValues {
    private WeightValues() {}

    /** The numbers of a tensor, row-major over its canonical shape. */
    public static float[] read(Weights weights, String name, int pieceBytes) {
        TensorInfo info = weights.tensors().get(name);
        float[] stored = new float[(int) info.elements()];
        weights.read(name, pieceBytes, (first, elements, piece) -> {
            for (int i = 0; i < elements; i++) {
                stored[(int) first + i] = switch (info.dataType()) {
                    case FLOAT32 -> piece.getFloat();
                    case FLOAT64 -> (float) piece.getDouble();
                    case FLOAT16 -> HalfFloats.fromFloat16(piece.getShort());
                    case INT8 -> piece.get();
                    case INT32 -> piece.getInt();
                    case INT64 -> piece.getLong();
                    case BFLOAT16 -> HalfFloats.fromBfloat16(piece.getShort());
                };
            }
        });
        return info.transposed() ? transposed(stored, info.shape()) : stored;
    }

    private static float[] transposed(float[] stored, List<Long> shape) {
        int rows = shape.get(0).intValue();
        int columns = shape.get(1).intValue();
        float[] result = new float[stored.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[row * columns + column] = stored[column * rows + row];
            }
        }
        return result;
    }
}

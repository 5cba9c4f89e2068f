/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A tensor as it is stored.
 *
 * @param name its canonical name
 * @param dataType the number format in the file
 * @param shape its canonical dimensions, the outermost first; immutable
 * @param transposed whether the file holds the matrix with its two dimensions swapped; {@code shape} is the canonical one
 *     all the same, only the pieces come in the file's order
 * @hidden Public for Embark's other rooms only.
 */
public record TensorInfo(String name, DataType dataType, List<Long> shape, boolean transposed) {
    /** Refuses null and copies the shape. */
    public TensorInfo {
        requireNonNull(name, "name is null");
        requireNonNull(dataType, "dataType is null");
        shape = List.copyOf(shape);
    }

    /** How many numbers the tensor holds. */
    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }
}

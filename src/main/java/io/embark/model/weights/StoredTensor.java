/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A tensor in a file.
 *
 * @param name as the file calls it
 * @param storedType the number format, as the file calls it, or what else bars it from being read
 * @param dataType the number format, if it is one that can be read
 * @param shape the dimensions in the file
 * @param file where it is
 * @param offset of its first byte from the beginning of the file
 * @param bytes its size; checked against file, shape and type where {@code dataType} is present
 * @param transposed whether the file holds the matrix with its two dimensions swapped
 * @hidden Public for Embark's other rooms only.
 */
public record StoredTensor(
        String name,
        String storedType,
        Optional<DataType> dataType,
        List<Long> shape,
        Path file,
        long offset,
        long bytes,
        boolean transposed) {
    /** The shape without the transposition. */
    List<Long> canonicalShape() {
        return transposed ? List.of(shape.get(1), shape.get(0)) : shape;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A tensor that a network needs.
 *
 * @param name its canonical name, such as {@code encoder.layer.0.output.dense.weight}
 * @param shape its dimensions, the outermost first; every one positive; immutable
 * @hidden Public for Embark's other rooms only.
 */
public record TensorShape(String name, List<Long> shape) {
    /** Refuses null and copies the shape. */
    public TensorShape {
        requireNonNull(name, "name is null");
        shape = List.copyOf(shape);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors of a network as its family lists them. Not thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TensorList {
    /** Qwen3-235B-A22B, with 94 layers of 128 experts, has 37,000. */
    private static final int MAX_TENSORS = 200_000;

    private final List<TensorShape> shapes = new ArrayList<>();

    /** A table whose rows are looked up. */
    public TensorList table(String name, long rows, long width) {
        return tensor(name, rows, width);
    }

    /** A layer that makes {@code out} components of {@code in}. */
    public TensorList linear(String name, long in, long out, boolean bias) {
        tensor(name + ".weight", out, in);
        return bias ? tensor(name + ".bias", out) : this;
    }

    /** The factors of a norm, and what it adds. */
    public TensorList norm(String name, long size, boolean bias) {
        tensor(name + ".weight", size);
        return bias ? tensor(name + ".bias", size) : this;
    }

    /** Anything else. */
    public TensorList tensor(String name, Long... shape) {
        if (shapes.size() == MAX_TENSORS) {
            throw ModelProblem.wrongFile(
                    "a network of more than %s tensors".formatted(MAX_TENSORS),
                    "The sizes in its config.json make that many; known models have a tenth of it.");
        }
        shapes.add(new TensorShape(name, List.of(shape)));
        return this;
    }

    /** All of them, in order. */
    public List<TensorShape> shapes() {
        return List.copyOf(shapes);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The types that vectors in float32 can be written as. All but the halves keep each component exactly.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum VectorType {
    /** Spark's own, and the default. */
    FLOATS("array<float>"),
    DOUBLES("array<double>"),
    /** The float32 type of a store of vectors. */
    VECTOR("vector"),
    /** The float16 type of a store of vectors. */
    HALFVEC("halfvec"),
    /** Two bytes for each component, as IEEE 754 has them, the low one first. */
    FLOAT16_BYTES("float16-bytes");

    private final String label;

    VectorType(String label) {
        this.label = label;
    }

    /** The type of this name. */
    public static Optional<VectorType> named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.label.equalsIgnoreCase(name.strip()))
                .findFirst();
    }

    /** The names of all types. */
    public static List<String> names() {
        return Arrays.stream(values()).map(VectorType::label).toList();
    }

    /** The name, as {@code --vector-type} takes it. */
    public String label() {
        return label;
    }

    /** Whether components are rounded to float16. */
    public boolean isHalf() {
        return this == HALFVEC || this == FLOAT16_BYTES;
    }
}

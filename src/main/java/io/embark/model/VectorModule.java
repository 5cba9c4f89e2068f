/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * A module behind pooling: what it makes of a text's vector. The formulas are those of Sentence Transformers' modules.
 *
 * @hidden Public for Embark's other rooms only.
 */
public sealed interface VectorModule {
    /** Components of the vector that leaves it. */
    int dimension();

    /** What it does, in one word with its choices: {@code normalize}, {@code layer_norm}, {@code dense:tanh:none}. */
    String formula();

    /** The vector divided by its length: {@code x / max(|x|, 1e-12)}. */
    record Normalize(int dimension) implements VectorModule {
        @Override
        public String formula() {
            return "normalize";
        }
    }

    /** {@code (x - mean) / sqrt(variance + 1e-5) * weight + bias} over the components. */
    record LayerNorm(int dimension) implements VectorModule {
        @Override
        public String formula() {
            return "layer_norm";
        }
    }

    /**
     * {@code activation(W x + b)}, and with a residual the vector itself added behind the activation.
     *
     * @param inputs components of the vector that enters it
     * @param dimension components of the vector that leaves it
     * @param bias whether there is a {@code b}
     * @param activation the function's normalised name; {@code none} for the identity
     * @param residual what is added to the result
     */
    record Dense(int inputs, int dimension, boolean bias, String activation, Residual residual)
            implements VectorModule {
        /** Refuses null. */
        public Dense {
            requireNonNull(activation, "activation is null");
            requireNonNull(residual, "residual is null");
        }

        @Override
        public String formula() {
            return "dense:%s:%s".formatted(activation, residual.name().toLowerCase(Locale.ROOT));
        }
    }

    /** What a {@link Dense} adds to its result. */
    enum Residual {
        /** Nothing. */
        NONE,
        /** The vector that entered it. */
        INPUT,
        /** The vector that entered it, brought to the new dimension by a matrix of its own. */
        PROJECTED
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import static java.util.Objects.requireNonNull;

import io.embark.Precision;
import java.util.List;
import java.util.Map;

/**
 * What a family says about its network, as data: enough for the engine to run it without knowing the family's configuration.
 *
 * @param family the family's name, which is also that of its script: {@code bert}
 * @param hiddenSize components of one token's vector
 * @param layers how many layers the encoder has
 * @param maxPositions the most tokens of one text that the network can take; {@link #UNLIMITED} where it has no table of
 *     positions
 * @param numbers the family's own sizes and constants, which its script reads; {@code bert}: {@code layers}, {@code heads},
 *     {@code head_size}, {@code norm_epsilon}
 * @param choices the family's own choices by normalised name; {@code bert}: {@code activation} is one of {@link
 *     Activations}
 * @param tensors every tensor that the forward pass needs
 * @param sixteenBitType the number format of 16 bits that holds the network's states: {@link Precision#FLOAT16}, the more exact
 *     one, up to 65,504; {@link Precision#BFLOAT16} far beyond
 * @hidden Public for Embark's other rooms only.
 */
public record Architecture(
        String family,
        int hiddenSize,
        int layers,
        int maxPositions,
        Map<String, Double> numbers,
        Map<String, String> choices,
        List<TensorShape> tensors,
        Precision sixteenBitType) {
    /** The {@link #maxPositions()} of a network that takes texts of any length. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** A network whose states stay within float16, as those of most do. */
    public Architecture(
            String family,
            int hiddenSize,
            int layers,
            int maxPositions,
            Map<String, Double> numbers,
            Map<String, String> choices,
            List<TensorShape> tensors) {
        this(family, hiddenSize, layers, maxPositions, numbers, choices, tensors, Precision.FLOAT16);
    }

    /** The same network, whose states need the range of another format of 16 bits. */
    public Architecture withSixteenBitType(Precision other) {
        return new Architecture(family, hiddenSize, layers, maxPositions, numbers, choices, tensors, other);
    }

    /** How many tokens there are. */
    public long vocabulary() {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(TensorNames.WORDS))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a network without " + TensorNames.WORDS))
                .shape()
                .get(0);
    }

    /** Refuses null and copies the collections. */
    public Architecture {
        requireNonNull(family, "family is null");
        numbers = Map.copyOf(numbers);
        choices = Map.copyOf(choices);
        tensors = List.copyOf(tensors);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import java.util.List;

/**
 * What the linear layers of a network compute, as the shapes of its tensors tell.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LinearLayers {
    private LinearLayers() {}

    /** Multiplications with an addition for one token of a network, whose tokens each go through some of its experts only, or several times through a layer. */
    public static double multiplyAddsPerToken(Architecture network) {
        double share = network.numbers().getOrDefault("chosen_experts", 1.0)
                / network.numbers().getOrDefault("experts", 1.0);
        double layers = network.layers();
        double times = layers / network.numbers().getOrDefault("groups", layers);
        return multiplyAddsPerToken(network.tensors())
                - (1 - share) * multiplyAddsPerToken(namedLike(".experts.", network))
                + (times - 1) * multiplyAddsPerToken(namedLike("encoder.layer.", network));
    }

    private static List<TensorShape> namedLike(String part, Architecture network) {
        return network.tensors().stream()
                .filter(tensor -> tensor.name().contains(part))
                .toList();
    }

    /** Multiplications with an addition for one token; attention, which grows with the text, is not in it. */
    public static long multiplyAddsPerToken(List<TensorShape> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2 && !tensor.name().startsWith(TensorNames.TABLES))
                .mapToLong(tensor -> tensor.shape().get(0) * tensor.shape().get(1))
                .sum();
    }
}

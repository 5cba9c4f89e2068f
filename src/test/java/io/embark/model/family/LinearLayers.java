/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import java.util.List;

/** What the linear layers of a network compute, as the shapes of its tensors tell. */
public final class LinearLayers {
    private LinearLayers() {}

    /** The same of a network, whose tokens each go through some of its experts only. */
    public static double multiplyAddsPerToken(Architecture network) {
        double share = network.numbers().getOrDefault("chosen_experts", 1.0)
                / network.numbers().getOrDefault("experts", 1.0);
        List<TensorShape> experts = network.tensors().stream()
                .filter(tensor -> tensor.name().contains(".experts."))
                .toList();
        return multiplyAddsPerToken(network.tensors()) - (1 - share) * multiplyAddsPerToken(experts);
    }

    /** Multiplications with an addition for one token; attention, which grows with the text, is not in it. */
    public static long multiplyAddsPerToken(List<TensorShape> tensors) {
        return tensors.stream()
                .filter(tensor -> tensor.shape().size() == 2 && !tensor.name().startsWith(TensorNames.TABLES))
                .mapToLong(tensor -> tensor.shape().get(0) * tensor.shape().get(1))
                .sum();
    }
}

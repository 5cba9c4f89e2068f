/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.bench;

import io.embark.model.ModelFolder;
import io.embark.model.family.Architecture;
import io.embark.model.family.LinearLayers;
import java.util.Optional;

/**
 * The floating-point work in some texts: multiplications and additions of linear layers and attention. LayerNorm, GELU,
 * softmax, pooling and tokenising count as none, though they take time.
 *
 * @param tokens tokens of all texts, special ones included
 * @param operations floating-point operations
 * @hidden Public for Embark's other rooms only.
 */
public record Work(long tokens, double operations) {
    /** The work of embedding each of the texts once; empty for a model that multiplies no matrices, or ones that nobody knows. */
    public static Optional<Work> of(TextSample texts, ModelFolder folder) {
        return folder.specification()
                .backbone()
                .match(
                        network -> Optional.of(of(texts, network.architecture())),
                        table -> Optional.empty(),
                        program -> Optional.empty());
    }

    private static Work of(TextSample texts, Architecture network) {
        double perToken = LinearLayers.multiplyAddsPerToken(network);
        // Where layers have heads of two sizes, most have the smaller.
        double headSize =
                network.numbers().getOrDefault("head_size", network.numbers().getOrDefault("head_size_sliding", 0.0));
        double width = network.numbers().getOrDefault("heads", 0.0) * headSize;
        long tokens = 0;
        double multiplyAdds = 0;
        for (long length : texts.lengths()) {
            tokens += length;
            multiplyAdds += length * perToken;
            // Scores and mixing: two products of [length, width] with [width, length] in each layer.
            multiplyAdds += 2.0 * length * length * width * network.layers();
        }
        return new Work(tokens, 2 * multiplyAdds);
    }

    public double operationsPerToken() {
        return operations / tokens;
    }
}

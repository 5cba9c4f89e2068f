/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import io.embark.model.Backbones;
import io.embark.model.ModelFolder;
import io.embark.model.family.Architecture;
import io.embark.model.family.LinearLayers;
import io.embark.text.TextTokenizer;
import io.embark.text.TokenizedText;
import java.util.List;

/**
 * The floating-point work in some texts: multiplications and additions of linear layers and attention. LayerNorm, GELU,
 * softmax, pooling and tokenising count as none, though they take time.
 *
 * @param tokens tokens of all texts, special ones included
 * @param operations floating-point operations
 */
record Work(long tokens, double operations) {
    /** The work of embedding each of the texts once. */
    static Work of(List<String> texts, ModelFolder folder) {
        Architecture network = Backbones.architecture(folder);
        long tokens = 0;
        double perToken = LinearLayers.multiplyAddsPerToken(network);
        // Where layers have heads of two sizes, most have the smaller.
        double headSize =
                network.numbers().getOrDefault("head_size", network.numbers().getOrDefault("head_size_sliding", 0.0));
        double width = network.numbers().get("heads") * headSize;
        double multiplyAdds = 0;
        try (TextTokenizer tokenizer =
                TextTokenizer.open(folder, folder.specification().maxTokens())) {
            for (TokenizedText text : tokenizer.tokenize(texts)) {
                long length = text.ids().length;
                tokens += length;
                multiplyAdds += length * perToken;
                // Scores and mixing: two products of [length, width] with [width, length] in each layer.
                multiplyAdds += 2.0 * length * length * width * network.layers();
            }
        }
        return new Work(tokens, 2 * multiplyAdds);
    }

    double operationsPerToken() {
        return operations / tokens;
    }
}

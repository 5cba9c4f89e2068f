/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Qwen2, whose queries, keys and values have biases: gte-Qwen2-instruct, KaLM-embedding, stella. And Qwen3, whose heads have
 * norms: Qwen3-Embedding, Octen-Embedding, Giga-Embeddings.
 */
final class QwenFamily implements DecoderFamily {
    private static final String QWEN2 = "qwen2";

    @Override
    public List<String> modelTypes() {
        return List.of(QWEN2, "qwen3");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.QWEN2);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS.honoured(
                "hidden_act",
                "attention_bias",
                "use_sliding_window",
                "sliding_window",
                "max_window_layers",
                "layer_types");
    }

    @Override
    public Architecture read(JsonConfig json) {
        boolean second = json.requiredText("model_type").equals(QWEN2);
        DecoderNetwork network = second ? DecoderNetwork.read(json) : DecoderNetwork.read(json, 128);
        NetworkConfig sizes = new NetworkConfig(json);
        int firstSliding = sizes.findRows("max_window_layers").orElse(28);
        return network.architecture(
                second
                        ? EnumSet.of(LayerPart.INPUT_BIAS)
                        : LayerPart.withBiases(EnumSet.of(LayerPart.HEAD_NORMS), network.attentionBias(), false),
                Sight.ofTypes(json, network.layers(), window(sizes), i -> i >= firstSliding),
                Map.of("query_scale", network.queryScale()),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 32_768)));
    }

    /** The window of Qwen's configurations, which counts only where it is said to be used. */
    static Optional<Integer> window(NetworkConfig config) {
        Optional<Integer> window = config.rowsUnlessNull("sliding_window", 4096);
        return config.json().flag("use_sliding_window").orElse(false) ? window : Optional.empty();
    }
}

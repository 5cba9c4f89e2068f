/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.Precision;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gemma 2, every other layer of which looks through a window, and whose scores are capped: bge-multilingual-gemma2. */
final class Gemma2Family implements DecoderFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma2");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.GEMMA);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured(
                        "hidden_activation",
                        "attention_bias",
                        "layer_types",
                        "sliding_window",
                        "query_pre_attn_scalar",
                        "attn_logit_softcapping")
                .idle(
                        "Gemma 2's own attention is computed with a mask, which alone decides.",
                        "use_bidirectional_attention")
                .idle(ConfigKeys.FOREIGN, "hidden_act", "cache_implementation")
                .idle(ConfigKeys.HEAD, "final_logit_softcapping");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json, Gemma.HEAD_SIZE);
        NetworkConfig config = new NetworkConfig(json);
        Map<String, Double> numbers = new HashMap<>(Gemma.numbers(network));
        if (json.has("attn_logit_softcapping") || !json.keys().contains("attn_logit_softcapping")) {
            numbers.put(
                    "soft_cap", json.positiveNumber("attn_logit_softcapping").orElse(50.0));
        }
        return network.architecture(
                        LayerPart.withBiases(EnumSet.of(LayerPart.NORMS_BEHIND), network.attentionBias(), false),
                        Sight.ofTypes(
                                json, network.layers(), config.rowsUnlessNull("sliding_window", 4096), i -> i % 2 == 0),
                        numbers,
                        Map.of(
                                "activation",
                                network.activation("hidden_activation", "gelu_pytorch_tanh"),
                                "rotary",
                                network.rotary(10_000, 8_192)))
                .withSixteenBitType(Precision.BFLOAT16);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Llama: Sarashina-Embedding, models of the NV-Embed kind that are plain Llama, and LLM2Vec's merged ones. */
final class LlamaFamily implements DecoderFamily {
    @Override
    public List<String> modelTypes() {
        return List.of("llama");
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured("hidden_act", "attention_bias", "mlp_bias")
                .idle(ConfigKeys.SAME_PRODUCTS, "pretraining_tp");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json);
        return network.architecture(
                LayerPart.withBiases(
                        EnumSet.noneOf(LayerPart.class),
                        network.attentionBias(),
                        json.flag("mlp_bias").orElse(false)),
                Sight.ofAll(json, network.layers(), Optional.empty()),
                Map.of("query_scale", network.queryScale()),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 2_048)));
    }
}

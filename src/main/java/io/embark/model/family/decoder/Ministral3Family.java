/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ministral 3: Mistral whose queries grow with the distance from the beginning of a long text. */
final class Ministral3Family implements DecoderFamily {
    private static final String STEP = "original_max_position_embeddings";

    @Override
    public List<String> modelTypes() {
        return List.of("ministral3");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured("hidden_act", "sliding_window")
                .idle("The layers of this type do not ask for it.", "layer_types");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json, 128);
        NetworkConfig config = new NetworkConfig(json);
        JsonConfig rope = RotaryConfig.parameters(json);
        return network.architecture(
                EnumSet.noneOf(LayerPart.class),
                Sight.ofAll(json, network.layers(), config.findRows("sliding_window")),
                Map.of(
                        "norm_epsilon",
                        json.positiveNumber("rms_norm_eps").orElse(1e-5),
                        "query_scale",
                        network.queryScale(),
                        "query_growth",
                        rope.requiredPositiveNumber("llama_4_scaling_beta"),
                        "query_growth_step",
                        growthStep(json, rope, config)),
                Map.of(
                        "activation",
                        network.activation("hidden_act", "silu"),
                        "rotary",
                        network.rotary(10_000, 262_144)));
    }

    /** transformers' {@code standardize_rope_params} looks at the top level for three types only, and at nothing else for others. */
    private static double growthStep(JsonConfig json, JsonConfig rope, NetworkConfig config) {
        Optional<Integer> own = rope.positive(STEP, Integer.MAX_VALUE);
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        if (!List.of("llama3", "yarn", "longrope").contains(type)) {
            return own.orElseGet(() -> rope.requiredPositive(STEP, Integer.MAX_VALUE));
        }
        return json.positive(STEP, Integer.MAX_VALUE)
                .or(() -> own)
                .orElseGet(() -> config.rows("max_position_embeddings"));
    }
}

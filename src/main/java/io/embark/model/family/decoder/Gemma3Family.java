/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.Precision;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gemma 3 for text: EmbeddingGemma, whose tokens look both ways, in a window but for some layers. */
final class Gemma3Family implements DecoderFamily {
    private static final int POSITIONS = 131_072;

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3_text");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.GEMMA);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS
                .honoured(
                        "attention_bias",
                        "layer_types",
                        "sliding_window",
                        "rope_local_base_freq",
                        "hidden_activation",
                        "query_pre_attn_scalar",
                        "sliding_window_pattern",
                        "use_bidirectional_attention")
                .idle("The layers of Gemma 3 do not ask for it.", "attn_logit_softcapping")
                .idle("The parameters of each type of layers say it themselves.", "original_max_position_embeddings")
                .idle(ConfigKeys.HEAD, "final_logit_softcapping");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork network = DecoderNetwork.read(json, Gemma.HEAD_SIZE);
        int pattern = new NetworkConfig(json).findRows("sliding_window_pattern").orElse(6);
        return network.architecture(
                        LayerPart.withBiases(
                                EnumSet.of(LayerPart.HEAD_NORMS, LayerPart.NORMS_BEHIND),
                                network.attentionBias(),
                                false),
                        sight(network, pattern),
                        Gemma.numbers(network),
                        Map.of(
                                "activation",
                                network.activation("hidden_activation", "gelu_pytorch_tanh"),
                                "rotary",
                                rotary(network, "full_attention", "rope_scaling", "rope_theta", 1_000_000),
                                "rotary_sliding",
                                rotary(network, "sliding_attention", "", "rope_local_base_freq", 10_000)))
                // States of Gemma 3 outgrow float16: vllm-project/vllm#24318.
                .withSixteenBitType(Precision.BFLOAT16);
    }

    private static Sight sight(DecoderNetwork network, int pattern) {
        Optional<Integer> window = new NetworkConfig(network.json()).rowsUnlessNull("sliding_window", 4096);
        Sight sight = Sight.ofTypes(network.json(), network.layers(), window, i -> (i + 1) % pattern != 0);
        if (!network.json().flag("use_bidirectional_attention").orElse(false)) {
            return sight;
        }
        // Gemma3TextConfig takes half of the window and one, as an end that is out; is_causal takes that as one within.
        int half = sight.window() / 2;
        return new Sight(false, sight.causal() ? half : half + 1, sight.sliding());
    }

    /** How positions turn the layers of one type; the older key {@code scaling} adds to what the newer object says. */
    private static String rotary(
            DecoderNetwork network, String type, String scaling, String olderBase, double silentBase) {
        JsonConfig json = network.json();
        JsonConfig parameters = json.objectOrEmpty("rope_parameters").objectOrEmpty(type);
        JsonConfig older = scaling.isEmpty() ? JsonConfig.empty(json.subject()) : json.objectOrEmpty(scaling);
        return new RotaryConfig(older.isEmpty() ? parameters : parameters.overlaid(older))
                .formulaOfLayers(
                        network.headSize(),
                        json.positiveNumber(olderBase).orElse(silentBase),
                        new NetworkConfig(json)
                                .findRows("max_position_embeddings")
                                .orElse(POSITIONS));
    }
}

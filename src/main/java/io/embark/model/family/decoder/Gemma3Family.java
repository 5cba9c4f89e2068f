/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.Precision;
import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Gemma 3 for text: EmbeddingGemma, whose tokens look both ways, in a window but for some layers. */
final class Gemma3Family implements Family {
    private static final int DEFAULT_HEAD_SIZE = 256;

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
                        "rope_local_base_freq",
                        "hidden_activation",
                        "query_pre_attn_scalar",
                        "sliding_window_pattern",
                        "use_bidirectional_attention")
                .idle("The layers of Gemma 3 do not ask for it.", "attn_logit_softcapping")
                .idle(ConfigKeys.HEAD, "final_logit_softcapping");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork config = DecoderNetwork.read(json, DEFAULT_HEAD_SIZE);
        NetworkConfig sizes = new NetworkConfig(json);
        boolean bothWays = json.flag("use_bidirectional_attention").orElse(false);
        int window = sizes.findRows("sliding_window").orElse(4096);
        int pattern = sizes.findRows("sliding_window_pattern").orElse(6);
        List<Boolean> sliding = config.slidingLayers(IntStream.range(0, config.layers())
                .mapToObj(i -> (i + 1) % pattern != 0)
                .toList());
        if (bothWays) {
            // Gemma3TextConfig makes one more than half of it, from where the model's mask goes on as from an end that
            // is out.
            window = config.isCausal() ? window / 2 : window / 2 + 1;
        }
        Map<String, Double> numbers = new HashMap<>(DecoderNetwork.sight(config.isCausal() && !bothWays, window));
        numbers.put("rotary_base_full", config.rotaryBase(false, "rope_theta", 1_000_000));
        numbers.put("rotary_base_sliding", config.rotaryBase(true, "rope_local_base_freq", 10_000));
        numbers.put(
                "query_scale",
                1 / Math.sqrt(json.positiveNumber("query_pre_attn_scalar").orElse((double) DEFAULT_HEAD_SIZE)));
        // States of Gemma 3 outgrow float16: vllm-project/vllm#24318.
        return config.architecture(
                        "gemma3",
                        List.of(
                                "input_layernorm",
                                "post_attention_layernorm",
                                "pre_feedforward_layernorm",
                                "post_feedforward_layernorm"),
                        numbers,
                        Map.of(
                                "activation", Activations.normalised(json, "hidden_activation", "gelu_pytorch_tanh"),
                                "layer_types", DecoderNetwork.choice(sliding)))
                .withSixteenBitType(Precision.BFLOAT16);
    }

    @Override
    public String canonicalName(String fileName) {
        return DecoderNetwork.canonicalName(fileName);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Qwen3: a decoder whose tokens see those before them, mostly. Qwen3-Embedding, Octen-Embedding and others. */
final class Qwen3Family implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("qwen3");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.QWEN2);
    }

    @Override
    public KnownKeys keys() {
        return DecoderNetwork.KEYS.honoured("hidden_act", "use_sliding_window", "max_window_layers");
    }

    @Override
    public Architecture read(JsonConfig json) {
        DecoderNetwork config = DecoderNetwork.read(json, 128);
        NetworkConfig sizes = new NetworkConfig(json);
        boolean slides = json.flag("use_sliding_window").orElse(false);
        int window = sizes.findRows("sliding_window").orElse(4096);
        int firstSliding = sizes.findRows("max_window_layers").orElse(28);
        List<Boolean> sliding = config.slidingLayers(IntStream.range(0, config.layers())
                .mapToObj(i -> slides && i >= firstSliding)
                .toList());
        if (!slides && sliding.contains(true)) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has 'sliding_attention'".formatted(json.subject()),
                    "use_sliding_window is not true, so there is no window.");
        }
        Map<String, Double> numbers = new HashMap<>(DecoderNetwork.sight(config.isCausal(), window));
        numbers.put("rotary_base", config.rotaryBase(10_000));
        return config.architecture(
                "qwen3",
                List.of("input_layernorm", "post_attention_layernorm"),
                numbers,
                Map.of(
                        "activation", Activations.normalised(json, "hidden_act", "silu"),
                        "layer_types", DecoderNetwork.choice(sliding)));
    }

    @Override
    public String canonicalName(String fileName) {
        return DecoderNetwork.canonicalName(fileName);
    }
}

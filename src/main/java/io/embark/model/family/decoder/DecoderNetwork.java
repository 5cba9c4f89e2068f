/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The network of decoders in Llama's form, as far as their configurations have it in common: rotary positions, heads of a size
 * of their own, several of which share keys and values, and two gated products behind the attention.
 *
 * @param json the file
 * @param hiddenSize components of a token
 * @param layers how many layers there are
 * @param heads of the queries
 * @param keyValueHeads of the keys and values, each for as many neighbouring heads of the queries
 * @param headSize components of a head
 * @param intermediateSize components between the products behind the attention
 * @param vocabulary how many tokens there are
 * @param bias whether the attention's products add a bias
 */
record DecoderNetwork(
        JsonConfig json,
        int hiddenSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediateSize,
        int vocabulary,
        boolean bias) {
    /** The keys that all of them read. */
    static final KnownKeys KEYS = ConfigKeys.COMMON
            .honoured(
                    "vocab_size",
                    "hidden_size",
                    "intermediate_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "num_key_value_heads",
                    "head_dim",
                    "rms_norm_eps",
                    "attention_bias",
                    "layer_types",
                    "sliding_window",
                    "rope_parameters",
                    "rope_scaling",
                    "rope_theta",
                    "is_causal")
            .idle(ConfigKeys.TRAINING, "attention_dropout");

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    static DecoderNetwork read(JsonConfig json, int defaultHeadSize) {
        NetworkConfig config = new NetworkConfig(json);
        int heads = config.width("num_attention_heads");
        int shared = config.findWidth("num_key_value_heads").orElse(heads);
        int headSize = config.findWidth("head_dim").orElse(defaultHeadSize);
        if (heads % shared != 0) {
            throw ModelProblem.wrongFile(
                    "%s: num_attention_heads is %s, num_key_value_heads is %s".formatted(json.subject(), heads, shared),
                    "Each head of keys and values serves equally many heads of queries.");
        }
        if (headSize % 2 != 0) {
            throw ModelProblem.wrongFile(
                    "%s: head_dim is %s".formatted(json.subject(), headSize),
                    "Rotary positions turn pairs of components.");
        }
        return new DecoderNetwork(
                json,
                config.width("hidden_size"),
                config.layers("num_hidden_layers"),
                heads,
                shared,
                headSize,
                config.width("intermediate_size"),
                config.rows("vocab_size"),
                json.flag("attention_bias").orElse(false));
    }

    /** Which layers look through the sliding window; {@code silent} where the file does not say. */
    List<Boolean> slidingLayers(List<Boolean> silent) {
        List<String> types = json.texts("layer_types").orElse(List.of());
        if (types.isEmpty()) {
            return silent;
        }

        types.stream()
                .filter(type -> !type.equals(FULL) && !type.equals(SLIDING))
                .findFirst()
                .ifPresent(type -> {
                    throw ModelProblem.unsupported(
                            "%s: layer_types has '%s'".formatted(json.subject(), ModelProblem.show(type)),
                            "Known are: %s, %s.".formatted(FULL, SLIDING),
                            "Choose a model with layers of these types.");
                });
        if (types.size() != layers) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has %s entries".formatted(json.subject(), types.size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        return types.stream().map(SLIDING::equals).toList();
    }

    /** Whether tokens see those before them only; {@code "is_causal": false} makes them look both ways. */
    boolean isCausal() {
        return json.flag("is_causal").orElse(true);
    }

    /**
     * How far the tokens of each kind of layer see, for the scripts.
     *
     * @param window tokens of a window that looks back, the one that looks being one of them; where it looks both ways, how far
     *     it reaches on either side
     */
    static Map<String, Double> sight(boolean causal, int window) {
        return Map.of(
                "window_left", causal ? window - 1.0 : window,
                "window_right", causal ? 0.0 : window,
                "right", causal ? 0.0 : -1.0);
    }

    /** The angle's base where all layers turn alike; found in the places of old and new files in transformers' order. */
    double rotaryBase(double silent) {
        RotaryConfig older = RotaryConfig.of(json.objectOrEmpty("rope_scaling"));
        RotaryConfig newer = RotaryConfig.of(json.objectOrEmpty("rope_parameters"));
        RotaryConfig chosen = older.isEmpty() ? newer : older;
        return chosen.base().or(() -> json.positiveNumber("rope_theta")).orElse(silent);
    }

    /** The same for the layers of one type, where each type has a base of its own. */
    double rotaryBase(boolean sliding, String olderKey, double silent) {
        if (!sliding) {
            RotaryConfig.of(json.objectOrEmpty("rope_scaling"));
        }
        return RotaryConfig.of(json.objectOrEmpty("rope_parameters").objectOrEmpty(sliding ? SLIDING : FULL))
                .base()
                .or(() -> json.positiveNumber(olderKey))
                .orElse(silent);
    }

    /** The network, with the norms that each layer has around its two parts. */
    Architecture architecture(
            String family, List<String> layerNorms, Map<String, Double> more, Map<String, String> choices) {
        TensorList tensors = new TensorList().table(TensorNames.WORDS, vocabulary, hiddenSize);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            layerNorms.forEach(norm -> tensors.norm(layer + norm, hiddenSize, false));
            tensors.linear(layer + "self_attn.q_proj", hiddenSize, (long) heads * headSize, bias)
                    .linear(layer + "self_attn.k_proj", hiddenSize, (long) keyValueHeads * headSize, bias)
                    .linear(layer + "self_attn.v_proj", hiddenSize, (long) keyValueHeads * headSize, bias)
                    .linear(layer + "self_attn.o_proj", (long) heads * headSize, hiddenSize, bias)
                    .norm(layer + "self_attn.q_norm", headSize, false)
                    .norm(layer + "self_attn.k_norm", headSize, false)
                    .linear(layer + "mlp.gate_proj", hiddenSize, intermediateSize, false)
                    .linear(layer + "mlp.up_proj", hiddenSize, intermediateSize, false)
                    .linear(layer + "mlp.down_proj", intermediateSize, hiddenSize, false);
        }
        tensors.norm("norm", hiddenSize, false);

        Map<String, Double> numbers = new HashMap<>(more);
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) heads);
        numbers.put("key_value_heads", (double) keyValueHeads);
        numbers.put("head_size", (double) headSize);
        numbers.put("norm_epsilon", json.positiveNumber("rms_norm_eps").orElse(1e-6));
        return new Architecture(family, hiddenSize, layers, Architecture.UNLIMITED, numbers, choices, tensors.shapes());
    }

    /** What a file with or without the causal model's prefix calls a tensor, in one form. */
    static String canonicalName(String fileName) {
        String name = TensorNames.without(fileName, "model.");
        return name.equals("embed_tokens.weight") ? TensorNames.WORDS : name;
    }

    /** As the scripts read it: {@code sliding,full,...}. */
    static String choice(List<Boolean> slidingLayers) {
        return String.join(
                ",",
                slidingLayers.stream()
                        .map(sliding -> sliding ? "sliding" : "full")
                        .toList());
    }
}

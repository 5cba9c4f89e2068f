/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The network of decoders in Llama's form, which {@code decoder.py} computes, as far as their configurations have it in common:
 * rotary positions, heads several of which may share keys and values, and two gated products behind the attention.
 *
 * @param json the file
 * @param hiddenSize components of a token
 * @param layers how many layers there are
 * @param heads of the queries
 * @param keyValueHeads of the keys and values, each for as many neighbouring heads of the queries
 * @param headSize components of a head
 * @param vocabulary how many tokens there are
 */
record DecoderNetwork(
        JsonConfig json, int hiddenSize, int layers, int heads, int keyValueHeads, int headSize, int vocabulary) {
    /** The keys that all of them read. */
    static final KnownKeys KEYS = ConfigKeys.COMMON
            .honoured(
                    "auto_map",
                    "vocab_size",
                    "hidden_size",
                    "intermediate_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "num_key_value_heads",
                    "head_dim",
                    "rms_norm_eps",
                    "rope_parameters",
                    "rope_scaling",
                    "rope_theta",
                    "original_max_position_embeddings",
                    "is_causal")
            .idle(ConfigKeys.TRAINING, "attention_dropout");

    /** One whose heads are together as wide as the network unless the file says otherwise. */
    static DecoderNetwork read(JsonConfig json) {
        refuseCode(json);
        return read(json, Optional.empty());
    }

    /** The same of a type whose tokens look both ways by themselves. */
    static DecoderNetwork readBothWays(JsonConfig json) {
        return read(json, Optional.empty());
    }

    /** One whose heads have a size of their own. */
    static DecoderNetwork read(JsonConfig json, int defaultHeadSize) {
        refuseCode(json);
        return read(json, Optional.of(defaultHeadSize));
    }

    private static DecoderNetwork read(JsonConfig json, Optional<Integer> defaultHeadSize) {
        NetworkConfig config = new NetworkConfig(json);
        int heads = config.width("num_attention_heads");
        int shared = config.findWidth("num_key_value_heads").orElse(heads);
        int headSize = config.findWidth("head_dim")
                .or(() -> defaultHeadSize)
                .orElseGet(() -> config.headSize("hidden_size", "num_attention_heads"));
        if (heads % shared != 0) {
            throw ModelProblem.wrongFile(
                    "%s: num_attention_heads is %s, num_key_value_heads is %s".formatted(json.subject(), heads, shared),
                    "Each head of keys and values serves equally many heads of queries.");
        }
        if (headSize % 2 != 0) {
            throw ModelProblem.wrongFile(
                    "%s: %s is %s"
                            .formatted(
                                    json.subject(), json.has("head_dim") ? "head_dim" : "the size of a head", headSize),
                    "Rotary positions turn pairs of components.");
        }
        return new DecoderNetwork(
                json,
                config.width("hidden_size"),
                config.layers("num_hidden_layers"),
                heads,
                shared,
                headSize,
                config.rows("vocab_size"));
    }

    /** Code of the folder, which the Hub's models of these types bring to make their tokens look both ways. */
    private static void refuseCode(JsonConfig json) {
        Optional<String> code = json.objectOrEmpty("auto_map").text("AutoModel");
        if (code.isPresent() && !json.has("is_causal")) {
            throw ModelProblem.unsupported(
                    "%s: auto_map: AutoModel is '%s'".formatted(json.subject(), ModelProblem.show(code.get())),
                    "Embark does not run code of the folder, and config.json does not say whether its tokens look both ways.",
                    "Add \"is_causal\": false where they do, as those of gte-Qwen2-instruct; true where they look back"
                            + " only, as Sentence Transformers takes them without trust_remote_code.");
        }
    }

    /** The flag that most of these files have for the biases of the attention. */
    boolean attentionBias() {
        return json.flag("attention_bias").orElse(false);
    }

    /**
     * How positions turn queries and keys where all layers do alike, found in the places of old and new files in transformers'
     * order.
     *
     * @param base of the angles where the file is silent
     * @param positions the same for {@code max_position_embeddings}
     */
    String rotary(double base, int positions) {
        return new RotaryConfig(RotaryConfig.parameters(json))
                .formula(
                        json,
                        headSize,
                        json.positiveNumber("rope_theta").orElse(base),
                        new NetworkConfig(json)
                                .findRows("max_position_embeddings")
                                .orElse(positions));
    }

    /** The activation of the gate, by transformers' name for it. */
    String activation(String key, String silent) {
        return Activations.normalised(json, key, silent);
    }

    /** What a token's queries are multiplied by: the root of one head's share. */
    double queryScale() {
        return 1 / Math.sqrt(headSize);
    }

    /** The network whose layers are alike. */
    Architecture architecture(
            Set<LayerPart> parts, Sight sight, Map<String, Double> numbers, Map<String, String> choices) {
        return architecture(parts, sight, Collections.nCopies(layers, Optional.empty()), numbers, choices);
    }

    /**
     * The network.
     *
     * @param experts of each layer, where it has some
     * @param numbers {@code query_scale} at least
     * @param choices {@code activation} and {@code rotary} at least
     */
    Architecture architecture(
            Set<LayerPart> parts,
            Sight sight,
            List<Optional<Experts>> experts,
            Map<String, Double> numbers,
            Map<String, String> choices) {
        Map<String, Double> allNumbers = new HashMap<>(sight.numbers());
        allNumbers.put("layers", (double) layers);
        allNumbers.put("heads", (double) heads);
        allNumbers.put("key_value_heads", (double) keyValueHeads);
        allNumbers.put("head_size", (double) headSize);
        allNumbers.put("norm_epsilon", json.positiveNumber("rms_norm_eps").orElse(1e-6));
        allNumbers.putAll(numbers);
        Map<String, String> allChoices = new HashMap<>(choices);
        allChoices.put("layer_types", sight.layerTypes());
        return new Architecture(
                "decoder",
                hiddenSize,
                layers,
                Architecture.UNLIMITED,
                allNumbers,
                allChoices,
                tensors(parts, experts).shapes());
    }

    private TensorList tensors(Set<LayerPart> parts, List<Optional<Experts>> experts) {
        boolean inputBias = parts.contains(LayerPart.INPUT_BIAS);
        TensorList tensors = new TensorList().table(TensorNames.WORDS, vocabulary, hiddenSize);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            tensors.norm(layer + "input_layernorm", hiddenSize, false)
                    .norm(layer + "post_attention_layernorm", hiddenSize, false);
            if (parts.contains(LayerPart.NORMS_BEHIND)) {
                tensors.norm(layer + "pre_feedforward_layernorm", hiddenSize, false)
                        .norm(layer + "post_feedforward_layernorm", hiddenSize, false);
            }
            String attention = layer + "self_attn.";
            long shared = (long) keyValueHeads * headSize;
            tensors.linear(attention + "q_proj", hiddenSize, (long) heads * headSize, inputBias)
                    .linear(attention + "k_proj", hiddenSize, shared, inputBias)
                    .linear(attention + "v_proj", hiddenSize, shared, inputBias)
                    .linear(
                            attention + "o_proj",
                            (long) heads * headSize,
                            hiddenSize,
                            parts.contains(LayerPart.OUTPUT_BIAS));
            if (parts.contains(LayerPart.HEAD_NORMS)) {
                tensors.norm(attention + "q_norm", headSize, false).norm(attention + "k_norm", headSize, false);
            }
            String mlp = layer + "mlp.";
            if (experts.get(i).isPresent()) {
                experts.get(i).get().addAll(tensors, mlp, hiddenSize);
            } else {
                int inner = new NetworkConfig(json).width("intermediate_size");
                Experts.addOne(tensors, mlp, hiddenSize, inner, parts.contains(LayerPart.MLP_BIAS));
            }
        }
        return tensors.norm("norm", hiddenSize, false);
    }
}

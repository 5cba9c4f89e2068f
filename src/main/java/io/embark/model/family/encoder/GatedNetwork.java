/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The network of BERT's kin that {@code gated.py} computes: positions turn queries and keys or weaken the attention, and the
 * feed-forward part is gated, mostly. The canonical names are its own.
 *
 * @param keys what the configuration calls the sizes
 * @param config the configuration
 * @param normEpsilon what a norm adds to a variance where the file is silent
 * @param experts which layers have experts
 * @param tensors the tensors
 */
record GatedNetwork(Keys keys, NetworkConfig config, double normEpsilon, Experts experts, TensorList tensors) {
    /** The fields that configurations of such networks have from BERT, and those of rotary positions. */
    static final KnownKeys ROTARY_FIELDS = KnownKeys.NONE
            .honoured(
                    "vocab_size",
                    "head_dim",
                    "hidden_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "intermediate_size",
                    "hidden_act",
                    "layer_norm_eps",
                    "type_vocab_size",
                    "rope_parameters",
                    "rope_scaling",
                    "rope_theta")
            .idle(ConfigKeys.TRAINING, "hidden_dropout_prob", "attention_probs_dropout_prob")
            .idle(ConfigKeys.HEAD, "classifier_dropout");

    /** Names of fields in {@code config.json}. */
    record Keys(String hidden, String heads, String layers, String intermediate, String normEpsilon) {
        /** BERT's own. */
        static final Keys BERT = new Keys(
                "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "layer_norm_eps");
    }

    /** Which of a layer's products add a bias. */
    record Biases(boolean attention, boolean up, boolean down) {}

    /**
     * A mixture of experts in the place of some layers' feed-forward parts.
     *
     * @param count how many each of these layers has; 0 where there are none
     * @param chosen how many of them each token goes through
     * @param every the second of as many layers has experts
     */
    record Experts(int count, int chosen, int every) {
        static final Experts NONE = new Experts(0, 0, 0);

        boolean has(int layer) {
            return count > 0 && layer % every == 1;
        }

        private Map<String, Double> numbers() {
            return count == 0
                    ? Map.of()
                    : Map.of("experts", (double) count, "chosen_experts", (double) chosen, "normalize_chosen", 0.0);
        }
    }

    /**
     * Reads what stands before the layers.
     *
     * @param types rows of the table by the type of token; without such a table 0
     */
    static GatedNetwork read(JsonConfig json, Keys keys, int types) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width(keys.hidden());
        TensorList tensors = new TensorList().table(TensorNames.WORDS, config.rows("vocab_size"), hidden);
        if (types > 0) {
            tensors.table("embeddings.token_type_embeddings.weight", types, hidden);
        }
        tensors.norm("embeddings.LayerNorm", hidden, true);
        return new GatedNetwork(keys, config, 1e-12, Experts.NONE, tensors);
    }

    /** The same with another default. */
    GatedNetwork withNormEpsilon(double silent) {
        return new GatedNetwork(keys, config, silent, experts, tensors);
    }

    /** The same with experts in some layers. */
    GatedNetwork withExperts(Experts some) {
        return new GatedNetwork(keys, config, normEpsilon, some, tensors);
    }

    /**
     * Lists the tensors of the layers.
     *
     * @param packed whether one tensor makes queries, keys and values
     * @param up what the feed-forward part begins with: {@code up} without a gate, else {@code gate} too, or one tensor whose
     *     name has both in their order
     */
    GatedNetwork withLayers(boolean packed, List<String> up, Biases biases) {
        int hidden = config.width(keys.hidden());
        int intermediate = config.width(keys.intermediate());
        List<String> attention = packed ? List.of("qkv") : List.of("query", "key", "value");
        for (int i = 0; i < config.layers(keys.layers()); i++) {
            String layer = "layers." + i + ".";
            for (String name : attention) {
                tensors.linear(layer + "attention." + name, hidden, 3L * hidden / attention.size(), biases.attention());
            }
            tensors.linear(layer + "attention.output", hidden, hidden, biases.attention())
                    .norm(layer + "attention.norm", hidden, true);
            if (experts.has(i)) {
                listExperts(layer + "mlp.", hidden, intermediate);
            } else {
                for (String name : up) {
                    long width = name.contains("_") ? 2L * intermediate : intermediate;
                    tensors.linear(layer + "mlp." + name, hidden, width, biases.up());
                }
                tensors.linear(layer + "mlp.down", intermediate, hidden, biases.down());
            }
            tensors.norm(layer + "mlp.norm", hidden, true);
        }
        return this;
    }

    /** With norms over all queries and over all keys of a token, and one behind a second sum of what attention reads. */
    GatedNetwork withNormedQueries() {
        int hidden = config.width(keys.hidden());
        for (int i = 0; i < config.layers(keys.layers()); i++) {
            for (String norm : List.of("query_norm", "key_norm", "second_norm")) {
                tensors.norm("layers." + i + ".attention." + norm, hidden, true);
            }
        }
        return this;
    }

    private void listExperts(String part, long hidden, long intermediate) {
        tensors.linear(part + "router", hidden, experts.count(), false)
                .linear(part + "experts.up", hidden, experts.count() * intermediate, false)
                .linear(part + "experts.down", hidden, experts.count() * intermediate, false)
                .tensor(part + "experts.bias", hidden);
    }

    /**
     * The network whose positions turn queries and keys.
     *
     * @param factor by what the fixed scaling of Alibaba's {@code NTKScalingRotaryEmbedding} multiplies the base, and all in all
     *     the longest wavelength; 1 where angles are not scaled
     */
    Architecture rotary(double base, double factor, int maxPositions, String activation) {
        int headSize = config.rotaryHeadSize(keys.hidden(), keys.heads());
        Map<String, Double> positions =
                Map.of("rotary_base", base * factor, "rotary_stretch", Math.pow(factor, 2.0 / headSize));
        return architecture(maxPositions, positions, activation);
    }

    /** The network whose attention gets weaker with the distance (ALiBi). */
    Architecture alibi(String activation) {
        return architecture(Architecture.UNLIMITED, Map.of(), activation);
    }

    /** What transformers 5 calls a tensor in its own models, by the canonical name. */
    static String ownName(String name) {
        return name.replace(".self_attn.q_proj.", ".attention.query.")
                .replace(".self_attn.k_proj.", ".attention.key.")
                .replace(".self_attn.v_proj.", ".attention.value.")
                .replace(".self_attn.o_proj.", ".attention.output.")
                .replace(".post_attention_layernorm.", ".attention.norm.")
                .replace(".post_mlp_layernorm.", ".mlp.norm.")
                .replace(".mlp.up_proj.", ".mlp.up.")
                .replace(".mlp.gate_proj.", ".mlp.gate.")
                .replace(".mlp.down_proj.", ".mlp.down.");
    }

    /** {@link TensorNames#parts}: transformers 5 has a tensor each of what the Hub's files have in one. */
    static List<TensorShape> parts(TensorShape tensor) {
        if (tensor.name().contains(".qkv.")) {
            return TensorNames.rows(tensor, ".qkv.", List.of(".query.", ".key.", ".value."));
        }
        return tensor.name().contains(".up_gate.")
                ? TensorNames.rows(tensor, ".up_gate.", List.of(".up.", ".gate."))
                : List.of();
    }

    private Architecture architecture(int maxPositions, Map<String, Double> positions, String activation) {
        int layers = config.layers(keys.layers());
        Map<String, Double> numbers = new TreeMap<>(positions);
        numbers.putAll(experts.numbers());
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) config.width(keys.heads()));
        numbers.put("head_size", (double) config.headSize(keys.hidden(), keys.heads()));
        numbers.put(
                "norm_epsilon", config.json().positiveNumber(keys.normEpsilon()).orElse(normEpsilon));
        return new Architecture(
                "gated",
                config.width(keys.hidden()),
                layers,
                maxPositions,
                numbers,
                Map.of("activation", activation),
                tensors.shapes());
    }
}

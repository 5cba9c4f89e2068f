/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** LFM2: short convolutions in most layers, attention in some; a token sees those before it, mostly. */
final class Lfm2Family implements Family {
    private static final String CONVOLUTION = "conv";
    private static final String ATTENTION = "full_attention";
    private static final int MAX_LAYERS = 1_000;

    @Override
    public List<String> modelTypes() {
        return List.of("lfm2");
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.COMMON
                .honoured(
                        "vocab_size",
                        "hidden_size",
                        "intermediate_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "num_key_value_heads",
                        "head_dim",
                        "norm_eps",
                        "rope_parameters",
                        "rope_scaling",
                        "rope_theta",
                        "conv_bias",
                        "conv_L_cache",
                        "block_multiple_of",
                        "block_ffn_dim_multiplier",
                        "block_auto_adjust_ff_dim",
                        "block_ff_dim",
                        "full_attn_idxs",
                        "layer_types",
                        "is_causal")
                .idle(ConfigKeys.SAME_PRODUCTS, "tie_embedding");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int heads = config.width("num_attention_heads");
        int shared = config.findWidth("num_key_value_heads").orElse(8);
        int headSize = config.findWidth("head_dim")
                .orElseGet(() -> config.rotaryHeadSize("hidden_size", "num_attention_heads"));
        if (heads % shared != 0 || headSize % 2 != 0) {
            throw ModelProblem.wrongFile(
                    "%s: num_attention_heads is %s, num_key_value_heads %s, components of a head %s"
                            .formatted(json.subject(), heads, shared, headSize),
                    "Each head of keys and values serves equally many heads of queries, and rotary positions turn pairs.");
        }
        List<Boolean> convolutions = convolutions(config);
        TensorList tensors = new TensorList().table(WORDS, config.rows("vocab_size"), hidden);
        for (int i = 0; i < convolutions.size(); i++) {
            String layer = "layers." + i + ".";
            tensors.norm(layer + "operator_norm", hidden, false).norm(layer + "ffn_norm", hidden, false);
            if (convolutions.get(i)) {
                listConvolution(config, layer + "conv.", hidden, tensors);
            } else {
                listAttention(layer + "self_attn.", hidden, (long) heads * headSize, (long) shared * headSize, tensors);
                tensors.norm(layer + "self_attn.q_layernorm", headSize, false)
                        .norm(layer + "self_attn.k_layernorm", headSize, false);
            }
            long inner = innerSize(config);
            tensors.linear(layer + "feed_forward.w1", hidden, inner, false)
                    .linear(layer + "feed_forward.w3", hidden, inner, false)
                    .linear(layer + "feed_forward.w2", inner, hidden, false);
        }
        tensors.norm("embedding_norm", hidden, false);
        boolean causal = json.flag("is_causal").orElse(true);
        return new Architecture(
                "lfm2",
                hidden,
                convolutions.size(),
                Architecture.UNLIMITED,
                Map.of(
                        "layers", (double) convolutions.size(),
                        "heads", (double) heads,
                        "key_value_heads", (double) shared,
                        "head_size", (double) headSize,
                        "norm_epsilon", json.positiveNumber("norm_eps").orElse(1e-5),
                        "rotary_base", RotaryConfig.plainBase(json, 1_000_000),
                        "right", causal ? 0.0 : -1.0),
                Map.of(),
                tensors.shapes());
    }

    @Override
    public String canonicalName(String fileName) {
        String name = TensorNames.without(fileName, "model.");
        return name.equals("embed_tokens.weight") ? WORDS : name;
    }

    private static void listConvolution(NetworkConfig config, String part, long hidden, TensorList tensors) {
        boolean bias = config.json().flag("conv_bias").orElse(false);
        long reach = config.json().positive("conv_L_cache", MAX_LAYERS).orElse(3);
        tensors.linear(part + "in_proj", hidden, 3 * hidden, bias)
                .linear(part + "out_proj", hidden, hidden, bias)
                .tensor(part + "conv.weight", hidden, 1L, reach);
        if (bias) {
            tensors.tensor(part + "conv.bias", hidden);
        }
    }

    private static void listAttention(String part, long hidden, long all, long shared, TensorList tensors) {
        tensors.linear(part + "q_proj", hidden, all, false)
                .linear(part + "k_proj", hidden, shared, false)
                .linear(part + "v_proj", hidden, shared, false)
                .linear(part + "out_proj", all, hidden, false);
    }

    /** Lfm2MLP: two thirds of the size that the file says, times a factor, up to a multiple. */
    private static long innerSize(NetworkConfig config) {
        JsonConfig json = config.json();
        int said = config.findWidth("block_ff_dim").orElseGet(() -> config.width("intermediate_size"));
        if (!json.flag("block_auto_adjust_ff_dim").orElse(true)) {
            return said;
        }
        double factor = json.positiveNumber("block_ffn_dim_multiplier").orElse(1.0);
        int multiple = config.findWidth("block_multiple_of").orElse(256);
        long size = (long) (factor * (long) (2.0 * said / 3));
        if (size < 1 || size > 1 << 20) {
            throw ModelProblem.wrongFile(
                    "%s: block_ffn_dim_multiplier is %s".formatted(json.subject(), factor),
                    "That makes a width of %s between the products behind attention.".formatted(size));
        }
        return (size + multiple - 1) / multiple * multiple;
    }

    /** For each layer whether it has a convolution. */
    private static List<Boolean> convolutions(NetworkConfig config) {
        JsonConfig json = config.json();
        int layers = config.layers("num_hidden_layers");
        List<String> types = json.texts("layer_types").orElse(List.of());
        if (types.isEmpty()) {
            List<Integer> attention = json.naturals("full_attn_idxs", MAX_LAYERS)
                    .orElseGet(() -> IntStream.range(0, layers).boxed().toList());
            return IntStream.range(0, layers)
                    .mapToObj(i -> !attention.contains(i))
                    .toList();
        }
        if (types.size() != layers) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has %s entries".formatted(json.subject(), types.size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        for (String type : types) {
            if (!type.equals(CONVOLUTION) && !type.equals(ATTENTION)) {
                throw ModelProblem.unsupported(
                        "%s: layer_types has '%s'".formatted(json.subject(), ModelProblem.show(type)),
                        "Known are: %s, %s.".formatted(CONVOLUTION, ATTENTION),
                        "Choose a model with layers of these types.");
            }
        }
        return types.stream().map(CONVOLUTION::equals).toList();
    }
}

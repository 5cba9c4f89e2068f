/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.RotaryConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** ModernBERT: gte-modernbert, modernbert-embed, granite-embedding r2. */
final class ModernBertFamily implements Family {
    private static final String GLOBAL = "full_attention";
    private static final String LOCAL = "sliding_attention";

    static final KnownKeys KEYS = ConfigKeys.COMMON
            .honoured(
                    "vocab_size",
                    "head_dim",
                    "hidden_size",
                    "intermediate_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "hidden_activation",
                    "norm_eps",
                    "norm_bias",
                    "attention_bias",
                    "mlp_bias",
                    "layer_types",
                    "global_attn_every_n_layers",
                    "local_attention",
                    "sliding_window",
                    "rope_parameters",
                    "rope_scaling",
                    "global_rope_theta",
                    "local_rope_theta")
            .idle(
                    ConfigKeys.TRAINING,
                    "initializer_cutoff_factor",
                    "attention_dropout",
                    "embedding_dropout",
                    "mlp_dropout",
                    "deterministic_flash_attn")
            .idle(
                    ConfigKeys.HEAD,
                    "decoder_bias",
                    "classifier_pooling",
                    "classifier_dropout",
                    "classifier_bias",
                    "classifier_activation",
                    "sparse_prediction",
                    "sparse_pred_ignore_index")
            .idle(ConfigKeys.FOREIGN, "rope_theta")
            .idle(ConfigKeys.SAME_PRODUCTS, "reference_compile", "repad_logits_with_grad", "compile_mlp");

    @Override
    public List<String> modelTypes() {
        return List.of("modernbert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    @Override
    public KnownKeys keys() {
        return KEYS;
    }

    @Override
    public Architecture read(JsonConfig json) {
        return read(json, List.of("Wqkv"), false);
    }

    /**
     * Reads what the encoder and the decoder have in common.
     *
     * @param attention the products of queries, keys and values
     * @param causal whether tokens see those before them only, {@code window} of them, the token itself being one
     */
    static Architecture read(JsonConfig json, List<String> attention, boolean causal) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int layers = config.layers("num_hidden_layers");
        int intermediate = config.width("intermediate_size");
        boolean attentionBias = json.flag("attention_bias").orElse(false);
        boolean mlpBias = json.flag("mlp_bias").orElse(false);
        boolean normBias = json.flag("norm_bias").orElse(false);

        TensorList tensors = new TensorList()
                .table(WORDS, config.rows("vocab_size"), hidden)
                .norm("embeddings.norm", hidden, normBias);
        for (int i = 0; i < layers; i++) {
            String layer = "layers." + i + ".";
            if (i > 0) {
                tensors.norm(layer + "attn_norm", hidden, normBias);
            }
            for (String product : attention) {
                tensors.linear(layer + "attn." + product, hidden, 3L * hidden / attention.size(), attentionBias);
            }
            tensors.linear(layer + "attn.Wo", hidden, hidden, attentionBias)
                    .norm(layer + "mlp_norm", hidden, normBias)
                    .linear(layer + "mlp.Wi", hidden, 2L * intermediate, mlpBias)
                    .linear(layer + "mlp.Wo", intermediate, hidden, mlpBias);
        }
        tensors.norm("final_norm", hidden, normBias);
        // A saved configuration may carry half the window, which wins.
        int window = config.findRows("sliding_window")
                .or(() -> config.findRows("local_attention").map(whole -> whole / 2))
                .orElse(64);
        Map<String, Double> numbers = new HashMap<>();
        numbers.put("window_left", causal ? window - 1.0 : window);
        numbers.put("window_right", causal ? 0.0 : window);
        numbers.put("right", causal ? 0.0 : -1.0);
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) config.width("num_attention_heads"));
        numbers.put("head_size", (double) config.rotaryHeadSize("hidden_size", "num_attention_heads"));
        numbers.put("norm_epsilon", json.positiveNumber("norm_eps").orElse(1e-5));
        numbers.put("rotary_base_global", rotaryBase(json, GLOBAL, "global_rope_theta", 160_000));
        numbers.put("rotary_base_local", rotaryBase(json, LOCAL, "local_rope_theta", 10_000));
        return new Architecture(
                "modernbert",
                hidden,
                layers,
                Architecture.UNLIMITED,
                numbers,
                Map.of(
                        "activation", Activations.normalised(json, "hidden_activation", "gelu"),
                        "layer_types", String.join(",", layerTypes(config, layers))),
                tensors.shapes());
    }

    @Override
    public String canonicalName(String fileName) {
        return name(fileName);
    }

    static String name(String fileName) {
        String name = TensorNames.without(fileName, "model.");
        return name.equals("embeddings.tok_embeddings.weight") ? WORDS : name;
    }

    /** {@code global} or {@code local} for each layer. */
    private static List<String> layerTypes(NetworkConfig config, int layers) {
        JsonConfig json = config.json();
        List<String> types = json.texts("layer_types").orElse(List.of());
        if (types.isEmpty()) {
            int every = config.findRows("global_attn_every_n_layers").orElse(3);
            return IntStream.range(0, layers)
                    .mapToObj(i -> i % every == 0 ? "global" : "local")
                    .toList();
        }

        if (types.size() != layers) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has %s entries".formatted(json.subject(), types.size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        return types.stream().map(type -> shortType(json, type)).toList();
    }

    private static String shortType(JsonConfig json, String type) {
        return switch (type) {
            case GLOBAL -> "global";
            case LOCAL -> "local";
            default ->
                throw ModelProblem.unsupported(
                        "%s: layer_types has '%s'".formatted(json.subject(), ModelProblem.show(type)),
                        "Known are: %s, %s.".formatted(GLOBAL, LOCAL),
                        "Choose a model with layers of these types.");
        };
    }

    private static double rotaryBase(JsonConfig json, String type, String olderKey, double silent) {
        RotaryConfig.of(json.objectOrEmpty("rope_scaling"));
        return RotaryConfig.of(json.objectOrEmpty("rope_parameters").objectOrEmpty(type))
                .base()
                .or(() -> json.positiveNumber(olderKey))
                .orElse(silent);
    }
}

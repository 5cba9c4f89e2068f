/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.Precision;
import io.embark.model.family.Activations;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The text network of EmbeddingGemma 2. */
final class EmbeddingGemma2Family implements Family {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String PER_LAYER = "per_layer_config";

    @Override
    public List<String> modelTypes() {
        return List.of("embedding_gemma2_text");
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
                        "num_global_key_value_heads",
                        "head_dim",
                        "global_head_dim",
                        "hidden_activation",
                        "rms_norm_eps",
                        "rope_parameters",
                        "attention_bias",
                        "sliding_window",
                        "sliding_window_pattern",
                        "layer_types",
                        "hidden_size_per_layer_input",
                        "embedding_dim",
                        PER_LAYER)
                .idle(ConfigKeys.TRAINING, "attention_dropout")
                .idle("Each type of layer has its own base.", "rope_theta")
                .idle(ConfigKeys.FOREIGN, "audio_config", "audio_token_id", "video_token_id");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int layers = config.layers("num_hidden_layers");
        int heads = config.width("num_attention_heads");
        int embedding = config.findWidth("embedding_dim").orElse(768);
        int taken = config.findWidth("hidden_size_per_layer_input").orElse(512);
        List<String> types = layerTypes(config, layers);
        List<Heads> sizes = sizes(config, types);

        TensorList tensors = new TensorList().table(WORDS, config.rows("vocab_size"), hidden);
        for (int i = 0; i < layers; i++) {
            listLayer(config, "layers." + i + ".", heads, sizes.get(i), taken, tensors);
        }
        tensors.linear("ple.per_layer_model_projection", hidden, (long) layers * taken, false)
                .norm("ple.per_layer_projection_norm", taken, false)
                .norm("norm", hidden, false)
                .linear("embedding_projection", hidden, embedding, false);

        Map<String, Double> numbers = new HashMap<>();
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) heads);
        numbers.put("norm_epsilon", json.positiveNumber("rms_norm_eps").orElse(1e-6));
        numbers.put("window", (double) config.findRows("sliding_window").orElse(512));
        putKind(numbers, "full", Heads.common(json, sizes, types, FULL), rotaryBase(json, FULL, 1_000_000));
        putKind(numbers, "sliding", Heads.common(json, sizes, types, SLIDING), rotaryBase(json, SLIDING, 10_000));
        // States of Gemma outgrow float16, as those of Gemma 3 do.
        return new Architecture(
                        "embeddinggemma2",
                        embedding,
                        layers,
                        Architecture.UNLIMITED,
                        numbers,
                        Map.of(
                                "activation", Activations.normalised(json, "hidden_activation", "gelu_pytorch_tanh"),
                                "layer_types",
                                        String.join(
                                                ",",
                                                types.stream()
                                                        .map(type -> type.equals(SLIDING) ? "sliding" : "full")
                                                        .toList())),
                        tensors.shapes())
                .withSixteenBitType(Precision.BFLOAT16);
    }

    @Override
    public String canonicalName(String fileName) {
        String name = TensorNames.without(fileName, "model.");
        return name.equals("embed_tokens.weight") ? WORDS : name;
    }

    private static void listLayer(
            NetworkConfig config, String layer, int heads, Heads sizes, int taken, TensorList tensors) {
        int hidden = config.width("hidden_size");
        int intermediate = config.width("intermediate_size");
        boolean bias = config.json().flag("attention_bias").orElse(false);
        long all = (long) heads * sizes.size();
        long shared = (long) sizes.keyValueHeads() * sizes.size();
        for (String norm : List.of(
                "input_layernorm",
                "post_attention_layernorm",
                "pre_feedforward_layernorm",
                "post_feedforward_layernorm",
                "ple_block.post_per_layer_input_norm")) {
            tensors.norm(layer + norm, hidden, false);
        }
        tensors.linear(layer + "self_attn.q_proj", hidden, all, bias)
                .linear(layer + "self_attn.k_proj", hidden, shared, bias)
                .linear(layer + "self_attn.v_proj", hidden, shared, bias)
                .linear(layer + "self_attn.o_proj", all, hidden, bias)
                .norm(layer + "self_attn.q_norm", sizes.size(), false)
                .norm(layer + "self_attn.k_norm", sizes.size(), false)
                .linear(layer + "mlp.gate_proj", hidden, intermediate, false)
                .linear(layer + "mlp.up_proj", hidden, intermediate, false)
                .linear(layer + "mlp.down_proj", intermediate, hidden, false)
                .linear(layer + "ple_block.per_layer_input_gate", hidden, taken, false)
                .linear(layer + "ple_block.per_layer_projection", taken, hidden, false)
                .tensor(layer + "layer_scalar", 1L);
    }

    private static void putKind(Map<String, Double> numbers, String kind, Heads heads, double rotaryBase) {
        numbers.put("head_size_" + kind, (double) heads.size());
        numbers.put("key_value_heads_" + kind, (double) heads.keyValueHeads());
        numbers.put("rotary_base_" + kind, rotaryBase);
    }

    /** The type of each layer; the last one sees all, whatever the file says. */
    private static List<String> layerTypes(NetworkConfig config, int layers) {
        JsonConfig json = config.json();
        int pattern = config.findRows("sliding_window_pattern").orElse(6);
        List<String> types = new ArrayList<>(json.texts("layer_types")
                .orElse(IntStream.range(0, layers)
                        .mapToObj(i -> (i + 1) % pattern == 0 ? FULL : SLIDING)
                        .toList()));
        if (types.size() != layers) {
            throw ModelProblem.wrongFile(
                    "%s: layer_types has %s entries".formatted(json.subject(), types.size()),
                    "num_hidden_layers is %s.".formatted(layers));
        }
        for (String type : types) {
            if (!type.equals(FULL) && !type.equals(SLIDING)) {
                throw ModelProblem.unsupported(
                        "%s: layer_types has '%s'".formatted(json.subject(), ModelProblem.show(type)),
                        "Known are: %s, %s.".formatted(FULL, SLIDING),
                        "Choose a model with layers of these types.");
            }
        }
        types.set(layers - 1, FULL);
        return types;
    }

    /** The heads of each layer: its own, or where the file has none of their own, those of all layers of its type. */
    private static List<Heads> sizes(NetworkConfig config, List<String> types) {
        JsonConfig json = config.json();
        Heads usual = Heads.read(config, "head_dim", 256, "num_key_value_heads", 2);
        Heads full = Heads.read(config, "global_head_dim", 512, "num_global_key_value_heads", 1);
        Optional<JsonConfig> own = json.object(PER_LAYER);
        List<Heads> sizes = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            if (own.isPresent()) {
                JsonConfig layer = own.get().objectOrEmpty("" + i);
                requireHeadsOnly(layer);
                sizes.add(Heads.read(
                        new NetworkConfig(layer),
                        "head_dim",
                        usual.size(),
                        "num_key_value_heads",
                        usual.keyValueHeads()));
            } else {
                sizes.add(types.get(i).equals(FULL) ? full : usual);
            }
        }
        own.ifPresent(layers -> requireLayers(layers, types.size()));
        int heads = config.width("num_attention_heads");
        sizes.forEach(each -> each.require(json, heads));
        return sizes;
    }

    private static void requireHeadsOnly(JsonConfig layer) {
        for (String key : layer.keys()) {
            if (!key.equals("head_dim") && !key.equals("num_key_value_heads")) {
                throw ModelProblem.unsupported(
                        "%s: %s is set".formatted(layer.subject(), ModelProblem.show(key)),
                        "Layers have their own head_dim and num_key_value_heads only, in the networks that are known.",
                        "Choose a model like google/embeddinggemma-2.");
            }
        }
    }

    private static void requireLayers(JsonConfig own, int layers) {
        for (String key : own.keys()) {
            if (IntStream.range(0, layers).noneMatch(i -> key.equals("" + i))) {
                throw ModelProblem.wrongFile(
                        "%s: '%s' is no layer".formatted(own.subject(), ModelProblem.show(key)),
                        "There are %s layers, from 0.".formatted(layers));
            }
        }
    }

    private static double rotaryBase(JsonConfig json, String type, double silent) {
        return RotaryConfig.of(json.objectOrEmpty("rope_parameters").objectOrEmpty(type))
                .base()
                .orElse(silent);
    }

    /**
     * Heads of a layer.
     *
     * @param size components of one
     * @param keyValueHeads how many the keys and values have
     */
    private record Heads(int size, int keyValueHeads) {
        static Heads read(NetworkConfig config, String sizeKey, int size, String headsKey, int heads) {
            return new Heads(
                    config.findWidth(sizeKey).orElse(size),
                    config.findWidth(headsKey).orElse(heads));
        }

        /** Those of all layers of a type, which turn by the same angles; of none, the usual ones. */
        static Heads common(JsonConfig json, List<Heads> sizes, List<String> types, String type) {
            List<Heads> distinct = IntStream.range(0, types.size())
                    .filter(i -> types.get(i).equals(type))
                    .mapToObj(sizes::get)
                    .distinct()
                    .toList();
            if (distinct.size() > 1) {
                throw ModelProblem.wrongFile(
                        "%s: %s differs between layers of the type %s".formatted(json.subject(), PER_LAYER, type),
                        "All layers of a type have heads of one size.");
            }
            return distinct.isEmpty() ? new Heads(2, 1) : distinct.get(0);
        }

        void require(JsonConfig json, int heads) {
            if (heads % keyValueHeads != 0 || size % 2 != 0) {
                throw ModelProblem.wrongFile(
                        "%s: num_attention_heads is %s, heads of keys and values %s, components of a head %s"
                                .formatted(json.subject(), heads, keyValueHeads, size),
                        "Each head of keys and values serves equally many heads of queries, and rotary positions turn pairs.");
            }
        }
    }
}

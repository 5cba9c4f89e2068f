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
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** DeBERTa v2 and v3, mDeBERTa: attention that compares words with distances, too. */
final class DebertaV2Family implements Family {
    private static final String SELF = "attention.self.";
    private static final String OTHER_MODEL = "Choose a model like deberta-v3-base.";

    @Override
    public List<String> modelTypes() {
        return List.of("deberta-v2");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.DEBERTA_V2);
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.ENCODER
                .honoured(
                        "vocab_size",
                        "hidden_size",
                        "embedding_size",
                        "attention_head_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "intermediate_size",
                        "hidden_act",
                        "layer_norm_eps",
                        "type_vocab_size",
                        "position_biased_input",
                        "relative_attention",
                        "max_relative_positions",
                        "position_buckets",
                        "norm_rel_ebd",
                        "share_att_key",
                        "pos_att_type",
                        "conv_kernel_size",
                        "conv_groups",
                        "conv_act")
                .idle(ConfigKeys.TRAINING, "hidden_dropout_prob", "attention_probs_dropout_prob", "pooler_dropout")
                .idle(ConfigKeys.HEAD, "pooler_hidden_act", "pooler_hidden_size", "legacy", "cls_dropout")
                .idle(ConfigKeys.FOREIGN, "padding_idx", "summary_activation", "summary_last_dropout", "summary_type");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int layers = config.layers("num_hidden_layers");
        int heads = config.width("num_attention_heads");
        int headSize = config.headSize("hidden_size", "num_attention_heads");
        requireWholeHeads(config, headSize);
        Distances distances = Distances.read(config);

        TensorList tensors = new TensorList();
        listEmbeddings(config, hidden, tensors);
        distances.list(hidden, tensors);
        for (int i = 0; i < layers; i++) {
            listLayer(config, "encoder.layer." + i + ".", hidden, distances, tensors);
        }

        Map<String, Double> numbers = new HashMap<>(distances.numbers());
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) heads);
        numbers.put("head_size", (double) headSize);
        numbers.put("norm_epsilon", json.positiveNumber("layer_norm_eps").orElse(1e-7));
        Map<String, String> choices = new HashMap<>(distances.choices());
        choices.put("activation", Activations.normalised(json, "hidden_act", "gelu"));
        config.findNatural("conv_kernel_size").filter(kernel -> kernel > 0).ifPresent(kernel -> {
            listConvolution(config, kernel, hidden, tensors);
            numbers.put("conv_kernel", (double) kernel);
            choices.put("conv_activation", Activations.normalised(json, "conv_act", "tanh"));
        });
        int positions = isPositionBiased(json) ? config.rows("max_position_embeddings") : Architecture.UNLIMITED;
        return new Architecture("deberta", hidden, layers, positions, numbers, choices, tensors.shapes());
    }

    @Override
    public String canonicalName(String fileName) {
        String name = TensorNames.modern(TensorNames.without(fileName, "deberta."));
        // Not a table, though it stands with them.
        return name.equals("embeddings.embed_proj.weight") ? "embed_proj.weight" : name;
    }

    private static boolean isPositionBiased(JsonConfig json) {
        return json.flag("position_biased_input").orElse(true);
    }

    private static void requireWholeHeads(NetworkConfig config, int headSize) {
        config.findWidth("attention_head_size").filter(own -> own != headSize).ifPresent(own -> {
            throw ModelProblem.unsupported(
                    "%s: attention_head_size is %s".formatted(config.json().subject(), own),
                    "Only heads that together are as wide as the network are known for models of this type.",
                    OTHER_MODEL);
        });
    }

    private static void listEmbeddings(NetworkConfig config, int hidden, TensorList tensors) {
        int width = config.findWidth("embedding_size").orElse(hidden);
        tensors.table(WORDS, config.rows("vocab_size"), width);
        if (isPositionBiased(config.json())) {
            tensors.table(TABLES + "position_embeddings.weight", config.rows("max_position_embeddings"), width);
        }
        int types = config.findNatural("type_vocab_size").orElse(0);
        if (types > 0) {
            tensors.table(TABLES + "token_type_embeddings.weight", types, width);
        }
        if (width != hidden) {
            tensors.linear("embed_proj", width, hidden, false);
        }
        tensors.norm(TABLES + "LayerNorm", hidden, true);
    }

    private static void listLayer(
            NetworkConfig config, String layer, int hidden, Distances distances, TensorList tensors) {
        int intermediate = config.width("intermediate_size");
        List<String> products = new ArrayList<>(List.of("query_proj", "key_proj", "value_proj"));
        products.addAll(distances.ownProducts());
        products.forEach(product -> tensors.linear(layer + SELF + product, hidden, hidden, true));
        tensors.linear(layer + "attention.output.dense", hidden, hidden, true)
                .norm(layer + "attention.output.LayerNorm", hidden, true)
                .linear(layer + "intermediate.dense", hidden, intermediate, true)
                .linear(layer + "output.dense", intermediate, hidden, true)
                .norm(layer + "output.LayerNorm", hidden, true);
    }

    private static void listConvolution(NetworkConfig config, int kernel, long hidden, TensorList tensors) {
        int groups = config.findNatural("conv_groups").orElse(1);
        if (groups != 1 || kernel % 2 == 0 || kernel > 63) {
            throw ModelProblem.unsupported(
                    "%s: conv_kernel_size is %s, conv_groups is %s"
                            .formatted(config.json().subject(), kernel, groups),
                    "Only kernels of an odd size up to 63 over all components are known.",
                    OTHER_MODEL);
        }
        tensors.tensor("encoder.conv.conv.weight", hidden, hidden, (long) kernel)
                .tensor("encoder.conv.conv.bias", hidden)
                .norm("encoder.conv.LayerNorm", hidden, true);
    }

    /**
     * How distances take part in the attention.
     *
     * @param known whether there is a table of distances
     * @param span half of its rows
     * @param buckets how many rows are for near and wider distances; 0 where each distance has its own
     * @param furthest the distance up to which rows widen
     * @param norm whether the rows are normed
     * @param shared whether distances have the words' products
     * @param terms {@code c2p}, {@code p2c} and others
     */
    private record Distances(
            boolean known, int span, int buckets, int furthest, boolean norm, boolean shared, List<String> terms) {
        static Distances read(NetworkConfig config) {
            JsonConfig json = config.json();
            boolean known = json.flag("relative_attention").orElse(false);
            int furthest = positive(config, "max_relative_positions");
            furthest = furthest == 0 ? config.rows("max_position_embeddings") : furthest;
            int buckets = positive(config, "position_buckets");
            if (known && buckets > 0 && (buckets < 4 || furthest - 1 <= buckets / 2)) {
                throw ModelProblem.wrongFile(
                        "%s: position_buckets is %s, the longest distance %s"
                                .formatted(json.subject(), buckets, furthest),
                        "There must be 4 buckets or more, and a longer distance than half of them.");
            }
            List<String> norms = parts(json.text("norm_rel_ebd").orElse("none"));
            // A text is split, a list is taken as it is.
            List<String> listed = json.texts("pos_att_type").orElse(List.of());
            List<String> terms = json.isText("pos_att_type") ? parts(listed.get(0)) : listed;
            boolean shared = json.flag("share_att_key").orElse(false);
            int span = buckets > 0 ? buckets : furthest;
            return new Distances(known, span, buckets, furthest, norms.contains("layer_norm"), shared, terms);
        }

        /** 0 where the file is silent or says none. */
        private static int positive(NetworkConfig config, String key) {
            return config.json().isMinusOne(key) ? 0 : config.findNatural(key).orElse(0);
        }

        private static List<String> parts(String text) {
            return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\|"))
                    .map(String::strip)
                    .toList();
        }

        private boolean has(String term) {
            return terms.contains(term);
        }

        List<String> ownProducts() {
            List<String> products = new ArrayList<>();
            if (known && !shared && has("c2p")) {
                products.add("pos_key_proj");
            }
            if (known && !shared && has("p2c")) {
                products.add("pos_query_proj");
            }
            return products;
        }

        void list(int hidden, TensorList tensors) {
            if (known) {
                tensors.tensor("encoder.rel_embeddings.weight", 2L * span, (long) hidden);
                if (norm) {
                    tensors.norm("encoder.LayerNorm", hidden, true);
                }
            }
        }

        /** Terms count for the scale even where there are no distances. */
        Map<String, Double> numbers() {
            return Map.of(
                    "score_terms", 1.0 + (has("c2p") ? 1 : 0) + (has("p2c") ? 1 : 0),
                    "distance_span", (double) span,
                    "distance_buckets", (double) buckets,
                    "max_distance", (double) furthest);
        }

        Map<String, String> choices() {
            return Map.of(
                    "distance_projections", shared ? "shared" : "own",
                    "content_to_position", String.valueOf(known && has("c2p")),
                    "position_to_content", String.valueOf(known && has("p2c")));
        }
    }
}

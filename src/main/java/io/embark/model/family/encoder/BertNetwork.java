/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.Map;
import java.util.TreeMap;

/**
 * The network of BERT and of its kin, which {@code bert.py} computes: an embedded token plus its position, then layers of
 * attention and a feed-forward part. The canonical names are BERT's.
 *
 * @param keys what the configuration calls the sizes
 * @param config the configuration
 * @param normEpsilon what a norm adds to a variance
 * @param embeddingWidth components of an embedded token, before the layers
 * @param tensors the tensors, to which a family adds its own
 * @param numbers the family's own numbers
 * @param choices the family's own choices
 */
record BertNetwork(
        Keys keys,
        NetworkConfig config,
        double normEpsilon,
        int embeddingWidth,
        TensorList tensors,
        Map<String, Double> numbers,
        Map<String, String> choices) {
    /** The number by which {@code bert.py} knows that positions are counted from {@code padding_id + 1}, over tokens that are no padding. */
    static final String PADDING_ID = "padding_id";

    /** The fields of a configuration that is like BERT's, as all but DistilBERT's are. */
    static final KnownKeys FIELDS = ConfigKeys.ENCODER
            .honoured(
                    "vocab_size",
                    "hidden_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "intermediate_size",
                    "hidden_act",
                    "layer_norm_eps",
                    "type_vocab_size",
                    "is_decoder")
            .idle("transformers 5 gives every network of this kind absolute positions.", "position_embedding_type")
            .idle(ConfigKeys.TRAINING, "hidden_dropout_prob", "attention_probs_dropout_prob")
            .idle(ConfigKeys.HEAD, "classifier_dropout");

    /** Names of fields in {@code config.json}. */
    record Keys(String hidden, String heads, String layers, String intermediate, String activation) {
        /** BERT's own. */
        static final Keys BERT =
                new Keys("hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_act");
    }

    /** Reads a network whose norms are where BERT's are: behind the embedding, and behind what each part of a layer adds. */
    static BertNetwork read(JsonConfig json, Keys keys, double normEpsilon) {
        NetworkConfig config = new NetworkConfig(json);
        return embedding(config, keys, normEpsilon, config.width(keys.hidden()))
                .withNorm("embeddings.LayerNorm")
                .withLayers(config.layers(keys.layers()));
    }

    /** Reads one that norms what each part reads, and the last sum. */
    static BertNetwork readWithNormsBefore(JsonConfig json, double normEpsilon) {
        NetworkConfig config = new NetworkConfig(json);
        Keys keys = Keys.BERT;
        BertNetwork network = embedding(config, keys, normEpsilon, config.width(keys.hidden()));
        for (int i = 0; i < config.layers(keys.layers()); i++) {
            String layer = layer(i);
            network.withNorm(layer + "attention.LayerNorm")
                    .withNorm(layer + "intermediate.LayerNorm")
                    .withProducts(layer);
        }
        return network.withNorm("encoder.LayerNorm");
    }

    /**
     * Reads one whose tokens have an embedding of a width of their own, with norms as BERT.
     *
     * @param projects whether a product makes hidden states of that
     * @param stored how many layers are stored; where these are fewer than the network has, neighbouring ones are the same
     */
    static BertNetwork readEmbedded(
            JsonConfig json, double normEpsilon, int embeddingWidth, boolean projects, int stored) {
        NetworkConfig config = new NetworkConfig(json);
        BertNetwork network = embedding(config, Keys.BERT, normEpsilon, embeddingWidth);
        network.tensors().norm("embeddings.LayerNorm", embeddingWidth, true);
        if (projects) {
            network.tensors().linear("encoder.projection", embeddingWidth, network.hidden(), true);
        }
        return network.withLayers(stored);
    }

    /** BERT's second table: there is one type of token where a single text is embedded, but the table has its rows. */
    BertNetwork withTokenTypes() {
        return withTypes("token_type", config.findRows("type_vocab_size").orElse(2));
    }

    /** A table whose first row is part of every token. */
    BertNetwork withTypes(String kind, int rows) {
        tensors.table("embeddings." + kind + "_embeddings.weight", rows, embeddingWidth);
        return this;
    }

    /** One of the family's own numbers. */
    BertNetwork with(String number, double value) {
        numbers.put(number, value);
        return this;
    }

    /** One of the family's own choices. */
    BertNetwork with(String choice, String value) {
        choices.put(choice, value);
        return this;
    }

    /** Refuses what the script does not compute, in the words of BERT's configuration. */
    BertNetwork requireEncoder() {
        config.refuseDecoder("is_decoder");
        return this;
    }

    /** The network whose first token stands at the first position. */
    Architecture architecture() {
        return architecture(config.rows("max_position_embeddings"));
    }

    /**
     * The network whose first token stands behind the position of padding, as fairseq counts. A token with the id of padding
     * stands there itself, within a text too, and those behind it are not moved by it.
     */
    Architecture architectureBehindPadding(int paddingId) {
        int rows = config.rows("max_position_embeddings");
        if (rows <= paddingId + 1L) {
            throw ModelProblem.wrongFile(
                    "%s: max_position_embeddings is %s".formatted(config.json().subject(), rows),
                    "The first %s positions are not for tokens, so that none are left.".formatted(paddingId + 1L));
        }
        return with(PADDING_ID, paddingId).architecture(rows - paddingId - 1);
    }

    private Architecture architecture(int maxPositions) {
        int layers = config.layers(keys.layers());
        with("layers", layers)
                .with("heads", config.width(keys.heads()))
                .with("head_size", config.headSize(keys.hidden(), keys.heads()))
                .with("norm_epsilon", normEpsilon);
        choices.putIfAbsent("activation", Activations.normalised(config.json(), keys.activation(), "gelu"));
        return new Architecture("bert", hidden(), layers, maxPositions, numbers, choices, tensors.shapes());
    }

    private static BertNetwork embedding(NetworkConfig config, Keys keys, double normEpsilon, int width) {
        TensorList tensors = new TensorList()
                .table(TensorNames.WORDS, config.rows("vocab_size"), width)
                .table("embeddings.position_embeddings.weight", config.rows("max_position_embeddings"), width);
        return new BertNetwork(keys, config, normEpsilon, width, tensors, new TreeMap<>(), new TreeMap<>());
    }

    private static String layer(int index) {
        return "encoder.layer." + index + ".";
    }

    private int hidden() {
        return config.width(keys.hidden());
    }

    private BertNetwork withNorm(String name) {
        tensors.norm(name, hidden(), true);
        return this;
    }

    private BertNetwork withLayers(int stored) {
        for (int i = 0; i < stored; i++) {
            String layer = layer(i);
            withProducts(layer).withNorm(layer + "attention.output.LayerNorm").withNorm(layer + "output.LayerNorm");
        }
        return this;
    }

    private BertNetwork withProducts(String layer) {
        int hidden = hidden();
        int intermediate = config.width(keys.intermediate());
        tensors.linear(layer + "attention.self.query", hidden, hidden, true)
                .linear(layer + "attention.self.key", hidden, hidden, true)
                .linear(layer + "attention.self.value", hidden, hidden, true)
                .linear(layer + "attention.output.dense", hidden, hidden, true)
                .linear(layer + "intermediate.dense", hidden, intermediate, true)
                .linear(layer + "output.dense", intermediate, hidden, true);
        return this;
    }
}

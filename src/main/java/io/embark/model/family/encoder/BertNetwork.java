/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Activations;
import io.embark.model.family.Architecture;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Map;
import java.util.TreeMap;

/**
 * The network of BERT and of its kin, which {@code bert.py} computes: an embedded token plus its position, then layers of
 * attention and a feed-forward part, each with a norm behind what it adds. The canonical names are BERT's.
 *
 * @param keys what the configuration calls the sizes
 * @param config the configuration
 * @param normEpsilon what a norm adds to a variance
 * @param tensors the tensors, to which a family adds its own
 */
record BertNetwork(Keys keys, NetworkConfig config, double normEpsilon, TensorList tensors) {
    /** The number by which {@code bert.py} knows that positions are counted from {@code padding_id + 1}, over tokens that are no padding. */
    static final String PADDING_ID = "padding_id";

    /** Names of fields in {@code config.json}. */
    record Keys(String hidden, String heads, String layers, String intermediate, String activation) {
        /** BERT's own. */
        static final Keys BERT =
                new Keys("hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_act");
    }

    /** Reads what all of them have in common. */
    static BertNetwork read(JsonConfig json, Keys keys, double normEpsilon) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width(keys.hidden());
        int intermediate = config.width(keys.intermediate());
        TensorList tensors = new TensorList()
                .table(TensorNames.WORDS, config.rows("vocab_size"), hidden)
                .table("embeddings.position_embeddings.weight", config.rows("max_position_embeddings"), hidden)
                .norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < config.layers(keys.layers()); i++) {
            String layer = "encoder.layer." + i + ".";
            tensors.linear(layer + "attention.self.query", hidden, hidden, true)
                    .linear(layer + "attention.self.key", hidden, hidden, true)
                    .linear(layer + "attention.self.value", hidden, hidden, true)
                    .linear(layer + "attention.output.dense", hidden, hidden, true)
                    .norm(layer + "attention.output.LayerNorm", hidden, true)
                    .linear(layer + "intermediate.dense", hidden, intermediate, true)
                    .linear(layer + "output.dense", intermediate, hidden, true)
                    .norm(layer + "output.LayerNorm", hidden, true);
        }
        return new BertNetwork(keys, config, normEpsilon, tensors);
    }

    /** BERT's second table: there is one type of token where a single text is embedded, but the table has its rows. */
    BertNetwork withTokenTypes() {
        int types = config.findRows("type_vocab_size").orElse(2);
        tensors.table("embeddings.token_type_embeddings.weight", types, config.width(keys.hidden()));
        return this;
    }

    /** Refuses what the script does not compute, in the words of BERT's configuration. */
    BertNetwork requireEncoder() {
        config.require("position_embedding_type", "absolute");
        config.refuseDecoder("is_decoder");
        return this;
    }

    /** The network whose first token stands at the first position. */
    Architecture architecture() {
        return architecture(config.rows("max_position_embeddings"), Map.of());
    }

    /**
     * The network whose first token stands behind the position of padding, as fairseq counts. A token with the id of padding
     * stands there itself, within a text too, and those behind it are not moved by it.
     *
     * @param more the family's own numbers
     */
    Architecture architectureBehindPadding(int paddingId, Map<String, Double> more) {
        int rows = config.rows("max_position_embeddings");
        if (rows <= paddingId + 1L) {
            throw ModelProblem.wrongFile(
                    "%s: max_position_embeddings is %s".formatted(config.json().subject(), rows),
                    "The first %s positions are not for tokens, so that none are left.".formatted(paddingId + 1L));
        }
        Map<String, Double> numbers = new TreeMap<>(more);
        numbers.put(PADDING_ID, (double) paddingId);
        return architecture(rows - paddingId - 1, numbers);
    }

    private Architecture architecture(int maxPositions, Map<String, Double> more) {
        int layers = config.layers(keys.layers());
        Map<String, Double> numbers = new TreeMap<>(more);
        numbers.put("layers", (double) layers);
        numbers.put("heads", (double) config.width(keys.heads()));
        numbers.put("head_size", (double) config.headSize(keys.hidden(), keys.heads()));
        numbers.put("norm_epsilon", normEpsilon);
        return new Architecture(
                "bert",
                config.width(keys.hidden()),
                layers,
                maxPositions,
                numbers,
                Map.of("activation", Activations.normalised(config.json(), keys.activation(), "gelu")),
                tensors.shapes());
    }
}

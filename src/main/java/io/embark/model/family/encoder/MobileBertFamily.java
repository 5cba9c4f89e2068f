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
import io.embark.model.family.TensorList;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MobileBERT as it was published; its configuration also describes networks between it and BERT, which nobody has. */
final class MobileBertFamily implements Family {
    private static final String UNPUBLISHED = "Only layers as the published models have them are known.";
    private static final String MODEL_TYPE = "mobilebert";

    @Override
    public List<String> modelTypes() {
        return List.of(MODEL_TYPE);
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS
                .honoured("embedding_size", "intra_bottleneck_size", "num_feedforward_networks")
                .refused(UNPUBLISHED, "trigram_input", true)
                .refused(UNPUBLISHED, "use_bottleneck", true)
                .refused(UNPUBLISHED, "use_bottleneck_attention", false)
                .refused(UNPUBLISHED, "key_query_shared_bottleneck", true)
                .refused(UNPUBLISHED, "normalization_type", "no_norm")
                .idle("Its layers have no norm.", "layer_norm_eps")
                .idle(ConfigKeys.HEAD, "classifier_activation")
                .idle("It comes from intra_bottleneck_size.", "true_hidden_size")
                .idle(ConfigKeys.FOREIGN, "is_decoder", "add_cross_attention");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int hidden = config.width("hidden_size");
        int embedding = config.findWidth("embedding_size").orElse(128);
        int layers = config.layers("num_hidden_layers");
        int heads = config.width("num_attention_heads");
        int feedForwards = config.findLayers("num_feedforward_networks").orElse(4);
        TensorList tensors = new TensorList()
                .table(TensorNames.WORDS, config.rows("vocab_size"), embedding)
                .table("embeddings.position_embeddings.weight", config.rows("max_position_embeddings"), hidden)
                .table(
                        "embeddings.token_type_embeddings.weight",
                        config.findRows("type_vocab_size").orElse(2),
                        hidden)
                .linear("encoder.trigram", 3L * embedding, hidden, true)
                .norm("embeddings.LayerNorm", hidden, true);
        for (int i = 0; i < layers; i++) {
            list(tensors, "encoder.layer." + i + ".", config, feedForwards);
        }
        Map<String, Double> numbers = Map.of(
                "layers", (double) layers,
                "heads", (double) heads,
                "head_size", (double) config.headSize("intra_bottleneck_size", "num_attention_heads"),
                "feed_forwards", (double) feedForwards);
        return new Architecture(
                        MODEL_TYPE,
                        hidden,
                        layers,
                        config.rows("max_position_embeddings"),
                        numbers,
                        Map.of("activation", Activations.normalised(json, "hidden_act", "relu")),
                        tensors.shapes())
                // Without norms, states of the published model go to 10^7.
                .withSixteenBitType(Precision.BFLOAT16);
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "mobilebert."))
                .replace("embeddings.embedding_transformation.", "encoder.trigram.");
    }

    private static void list(TensorList tensors, String layer, NetworkConfig config, int feedForwards) {
        int hidden = config.width("hidden_size");
        int narrow = config.width("intra_bottleneck_size");
        for (String bottleneck : List.of("input", "attention")) {
            tensors.linear(layer + "bottleneck." + bottleneck + ".dense", hidden, narrow, true)
                    .norm(layer + "bottleneck." + bottleneck + ".LayerNorm", narrow, true);
        }
        tensors.linear(layer + "attention.self.query", narrow, narrow, true)
                .linear(layer + "attention.self.key", narrow, narrow, true)
                .linear(layer + "attention.self.value", hidden, narrow, true)
                .linear(layer + "attention.output.dense", narrow, narrow, true)
                .norm(layer + "attention.output.LayerNorm", narrow, true);
        int intermediate = config.width("intermediate_size");
        for (int i = 0; i < feedForwards; i++) {
            String part = i == 0 ? layer : layer + "ffn." + (i - 1) + ".";
            tensors.linear(part + "intermediate.dense", narrow, intermediate, true)
                    .linear(part + "output.dense", intermediate, narrow, true)
                    .norm(part + "output.LayerNorm", narrow, true);
        }
        tensors.linear(layer + "output.bottleneck.dense", narrow, hidden, true)
                .norm(layer + "output.bottleneck.LayerNorm", hidden, true);
    }
}

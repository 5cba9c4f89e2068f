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
import io.embark.model.family.TensorNames;
import io.embark.model.family.encoder.GatedNetwork.Biases;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Jina BERT v2: jina-embeddings-v2, whose attention gets weaker with the distance (ALiBi) instead of reading positions. */
final class JinaBertFamily implements Family {
    private static final String BERT = "bert";
    private static final String POSITIONS = "position_embedding_type";
    private static final String ALIBI = "alibi";
    private static final String FEED_FORWARD = "feed_forward_type";
    private static final String UNGATED = "original";

    @Override
    public List<String> modelTypes() {
        return List.of(BERT, "jina_bert");
    }

    /** Its files say "bert" as well. */
    @Override
    public boolean reads(JsonConfig config) {
        String type = config.requiredText("model_type");
        return modelTypes().contains(type)
                && (!type.equals(BERT) || config.text(POSITIONS).orElse("").equals(ALIBI));
    }

    @Override
    public KnownKeys keys() {
        return ConfigKeys.ENCODER
                .honoured(
                        "vocab_size",
                        "hidden_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "intermediate_size",
                        "hidden_act",
                        "layer_norm_eps",
                        "type_vocab_size",
                        "position_embedding_type",
                        "feed_forward_type",
                        "is_decoder",
                        "auto_map",
                        "_name_or_path")
                .idle(ConfigKeys.TRAINING, "hidden_dropout_prob", "attention_probs_dropout_prob")
                .idle(ConfigKeys.HEAD, "classifier_dropout", "emb_pooler")
                .idle(ConfigKeys.SAME_PRODUCTS, "attn_implementation");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        int types = config.findRows("type_vocab_size").orElse(2);
        String feedForward = json.text(FEED_FORWARD).orElse(UNGATED);
        boolean gated = !feedForward.equals(UNGATED);
        config.require(POSITIONS, ALIBI);
        config.refuseDecoder("is_decoder");
        if (normsQueries(json)) {
            return GatedNetwork.read(json, GatedNetwork.Keys.BERT, types)
                    .withLayers(false, List.of("up_gate"), new Biases(true, false, true))
                    .withNormedQueries()
                    .alibi(gateOfCode(json));
        }
        return GatedNetwork.read(json, GatedNetwork.Keys.BERT, types)
                .withLayers(false, List.of(gated ? "gate_up" : "up"), new Biases(true, !gated, true))
                .alibi(activation(json, feedForward));
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "bert."))
                .replace("encoder.layer.", "layers.")
                .replace(".attention.self.layer_norm_q.", ".attention.query_norm.")
                .replace(".attention.self.layer_norm_k.", ".attention.key_norm.")
                .replace(".attention.self.", ".attention.")
                .replace(".attention.output.dense.", ".attention.output.")
                .replace(".attention.output.LayerNorm.", ".attention.norm.")
                .replace(".mlp.gated_layers.", ".mlp.gate_up.")
                .replace(".mlp.up_gated_layer.", ".mlp.up_gate.")
                .replace(".mlp.wo.", ".mlp.down.")
                .replace(".mlp.down_layer.", ".mlp.down.")
                .replace(".mlp.layernorm.", ".mlp.norm.")
                .replace(".layer_norm_1.", ".attention.second_norm.")
                .replace(".layer_norm_2.", ".mlp.norm.")
                .replace(".intermediate.dense.", ".mlp.up.")
                .replace(".output.dense.", ".mlp.down.")
                .replace(".output.LayerNorm.", ".mlp.norm.");
    }

    private static String activation(JsonConfig json, String feedForward) {
        return switch (feedForward) {
            case UNGATED -> Activations.normalised(json, "hidden_act", "gelu");
            case "geglu" -> "gelu";
            case "reglu" -> "relu";
            default ->
                throw ModelProblem.unsupported(
                        "%s: unknown %s '%s'".formatted(json.subject(), FEED_FORWARD, ModelProblem.show(feedForward)),
                        "Known are: geglu, original, reglu.",
                        "Choose a model with one of these.");
        };
    }

    /** Whether it is jina-embeddings-v2-base-code or made of it, which only the place of its code tells. */
    private static boolean normsQueries(JsonConfig json) {
        JsonConfig code = json.objectOrEmpty("auto_map");
        return Stream.of(code.text("AutoModel"), code.text("AutoConfig"), json.text("_name_or_path"))
                .flatMap(Optional::stream)
                .anyMatch(place -> place.contains("qk-post-norm"));
    }

    private static String gateOfCode(JsonConfig json) {
        String feedForward = json.requiredText(FEED_FORWARD);
        if (feedForward.equals(UNGATED)) {
            throw ModelProblem.unsupported(
                    "%s: %s is '%s'".formatted(json.subject(), FEED_FORWARD, UNGATED),
                    "With norms of queries and keys, only geglu and reglu are known.",
                    "Choose a model like jina-embeddings-v2-base-code.");
        }
        return activation(json, feedForward);
    }
}

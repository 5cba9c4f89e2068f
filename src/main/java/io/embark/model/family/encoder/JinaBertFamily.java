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
                        "auto_map")
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
        refuseNormedQueries(json);
        return GatedNetwork.read(json, GatedNetwork.Keys.BERT, types)
                .withLayers(false, List.of(gated ? "gate_up" : "up"), new Biases(true, !gated, true))
                .alibi(activation(json, feedForward));
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "bert."))
                .replace("encoder.layer.", "layers.")
                .replace(".attention.self.", ".attention.")
                .replace(".attention.output.dense.", ".attention.output.")
                .replace(".attention.output.LayerNorm.", ".attention.norm.")
                .replace(".mlp.gated_layers.", ".mlp.gate_up.")
                .replace(".mlp.wo.", ".mlp.down.")
                .replace(".mlp.layernorm.", ".mlp.norm.")
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

    private static void refuseNormedQueries(JsonConfig json) {
        json.objectOrEmpty("auto_map")
                .text("AutoModel")
                .filter(code -> code.contains("qk-post-norm"))
                .ifPresent(code -> {
                    throw ModelProblem.unsupported(
                            "%s: auto_map: AutoModel is '%s'".formatted(json.subject(), ModelProblem.show(code)),
                            "The variant that norms queries and keys, jina-embeddings-v2-base-code, is not known.",
                            "Choose a model like jina-embeddings-v2-base-en.");
                });
    }
}

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
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;

/** ALBERT: BERT whose layers are the same, or the same by groups, and whose tokens have narrower vectors than these. */
final class AlbertFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("albert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.ALBERT);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS
                .honoured("embedding_size", "num_hidden_groups", "inner_group_num")
                .idle(ConfigKeys.FOREIGN, "is_decoder", "add_cross_attention")
                .idle(ConfigKeys.HEAD, "classifier_dropout_prob");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        int width = config.findWidth("embedding_size").orElse(128);
        int groups = config.findLayers("num_hidden_groups").orElse(1);
        int inner = config.findLayers("inner_group_num").orElse(1);
        if (inner > 1) {
            throw ModelProblem.unsupported(
                    "%s: inner_group_num is %s".formatted(json.subject(), inner),
                    "Only groups of one layer each are known.",
                    "Choose a model with inner_group_num 1, which all that were published have.");
        }
        if (groups > config.layers("num_hidden_layers")) {
            throw ModelProblem.wrongFile(
                    "%s: num_hidden_groups is %s".formatted(json.subject(), groups),
                    "There are only %s layers to share their weights.".formatted(config.layers("num_hidden_layers")));
        }
        return BertNetwork.readEmbedded(json, epsilon, width, true, groups)
                .withTokenTypes()
                .with("groups", groups)
                .with("activation", Activations.normalised(json, "hidden_act", "gelu_new"))
                .architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "albert."))
                .replace("encoder.embedding_hidden_mapping_in.", "encoder.projection.")
                .replace("encoder.albert_layer_groups.", "encoder.layer.")
                .replace(".albert_layers.0.", ".")
                .replace(".attention.query.", ".attention.self.query.")
                .replace(".attention.key.", ".attention.self.key.")
                .replace(".attention.value.", ".attention.self.value.")
                .replace(".attention.dense.", ".attention.output.dense.")
                .replace(".attention.LayerNorm.", ".attention.output.LayerNorm.")
                .replace(".ffn.", ".intermediate.dense.")
                .replace(".ffn_output.", ".output.dense.")
                .replace(".full_layer_layer_norm.", ".output.LayerNorm.");
    }
}

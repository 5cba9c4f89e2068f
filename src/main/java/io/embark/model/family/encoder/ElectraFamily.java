/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.ConfigKeys;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/** ELECTRA: BERT whose tokens may have narrower vectors than its layers. */
final class ElectraFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("electra");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS
                .honoured("embedding_size")
                .idle(
                        ConfigKeys.HEAD,
                        "summary_type",
                        "summary_use_proj",
                        "summary_activation",
                        "summary_first_dropout",
                        "summary_last_dropout",
                        "summary_proj_to_labels");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        int width = config.findWidth("embedding_size").orElse(128);
        boolean projects = width != config.width("hidden_size");
        return BertNetwork.readEmbedded(json, epsilon, width, projects, config.layers("num_hidden_layers"))
                .requireEncoder()
                .withTokenTypes()
                .architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "electra."))
                .replace("embeddings_project.", "encoder.projection.");
    }
}

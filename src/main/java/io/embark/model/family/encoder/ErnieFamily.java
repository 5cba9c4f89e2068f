/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/** ERNIE: BERT with one more table, of which a single text uses the first row. */
final class ErnieFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("ernie");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS.honoured("use_task_id", "task_type_vocab_size");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        BertNetwork network = BertNetwork.read(json, BertNetwork.Keys.BERT, epsilon)
                .requireEncoder()
                .withTokenTypes();
        if (json.flag("use_task_id").orElse(false)) {
            network.withTypes(
                    "task_type", config.findRows("task_type_vocab_size").orElse(3));
        }
        return network.architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "ernie."));
    }
}

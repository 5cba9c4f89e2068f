/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.encoder;

import io.embark.model.family.Architecture;
import io.embark.model.family.Family;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/** BERT encoders: MiniLM, E5 v2, BGE, GTE v1, arctic-embed and many more. */
final class BertFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        // Jina BERT calls itself BERT, and is told by it.
        return BertNetwork.FIELDS.honoured("position_embedding_type");
    }

    @Override
    public Architecture read(JsonConfig json) {
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        return BertNetwork.read(json, BertNetwork.Keys.BERT, epsilon)
                .requireEncoder()
                .withTokenTypes()
                .architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "bert."));
    }
}

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

/** Megatron-BERT: BERT with norms before each part. */
final class MegatronBertFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("megatron-bert");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.BERT);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS;
    }

    @Override
    public Architecture read(JsonConfig json) {
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        return BertNetwork.readWithNormsBefore(json, epsilon)
                .requireEncoder()
                .withTokenTypes()
                .architecture();
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.without(fileName, "bert.")
                .replace("encoder.ln.", "encoder.LayerNorm.")
                .replace(".attention.ln.", ".attention.LayerNorm.")
                .replace(".ln.", ".intermediate.LayerNorm.");
    }
}

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

/** RoBERTa, XLM-RoBERTa and CamemBERT: BERT with other positions. Multilingual E5, BGE-M3, paraphrase-multilingual. */
final class RobertaFamily implements Family {
    @Override
    public List<String> modelTypes() {
        return List.of("roberta", "xlm-roberta", "camembert", "data2vec-text");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(
                switch (modelType) {
                    case "xlm-roberta" -> TokenizerKind.XLM_ROBERTA;
                    case "camembert" -> TokenizerKind.CAMEMBERT;
                    default -> TokenizerKind.ROBERTA;
                });
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS
                .honoured("pad_token_id")
                .refused(
                        "The rotary positions of jina-embeddings-v3's own code are not known; transformers has that model as"
                                + " jina_embeddings_v3.",
                        "position_embedding_type",
                        "absolute",
                        "relative_key",
                        "relative_key_query");
    }

    @Override
    public Architecture read(JsonConfig json) {
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        int paddingId = new NetworkConfig(json).findNatural("pad_token_id").orElse(1);
        return BertNetwork.read(json, BertNetwork.Keys.BERT, epsilon)
                .requireEncoder()
                .withTokenTypes()
                .architectureBehindPadding(paddingId);
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "roberta.", "data2vec_text."));
    }
}

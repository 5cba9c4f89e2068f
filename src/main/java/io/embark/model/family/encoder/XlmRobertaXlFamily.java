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
import java.util.regex.Pattern;

/** XLM-RoBERTa-XL: XLM-RoBERTa with norms before each part. */
final class XlmRobertaXlFamily implements Family {
    /** The norm of a layer that has no part's name. */
    private static final Pattern LAYER_NORM = Pattern.compile("^(encoder\\.layer\\.\\d+)\\.LayerNorm\\.");

    @Override
    public List<String> modelTypes() {
        return List.of("xlm-roberta-xl");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.AS_WRITTEN);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS.honoured("pad_token_id");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-5);
        return BertNetwork.readWithNormsBefore(json, epsilon)
                .requireEncoder()
                .withTypes("token_type", config.findRows("type_vocab_size").orElse(1))
                .architectureBehindPadding(config.findNatural("pad_token_id").orElse(1));
    }

    @Override
    public String canonicalName(String fileName) {
        return LAYER_NORM
                .matcher(TensorNames.without(fileName, "roberta."))
                .replaceFirst("$1.intermediate.LayerNorm.")
                .replace(".attention.self_attn_layer_norm.", ".attention.LayerNorm.");
    }
}

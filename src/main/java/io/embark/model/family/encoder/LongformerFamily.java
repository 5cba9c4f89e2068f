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
import io.embark.model.files.ModelProblem;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Longformer: RoBERTa whose tokens see a window. Sentence Transformers gives no token more, so that the projections for these are idle. */
final class LongformerFamily implements Family {
    private static final String WINDOW = "attention_window";
    private static final int MAX_WINDOW = 1 << 28;

    @Override
    public List<String> modelTypes() {
        return List.of("longformer");
    }

    @Override
    public Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.of(TokenizerKind.ROBERTA);
    }

    @Override
    public KnownKeys keys() {
        return BertNetwork.FIELDS
                .honoured("attention_window", "pad_token_id")
                .idle(ConfigKeys.SAME_PRODUCTS, "onnx_export")
                .idle(ConfigKeys.FOREIGN, "is_decoder", "add_cross_attention");
    }

    @Override
    public Architecture read(JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        double epsilon = json.positiveNumber("layer_norm_eps").orElse(1e-12);
        return BertNetwork.read(json, BertNetwork.Keys.BERT, epsilon)
                .withTokenTypes()
                .with("windows", windows(config))
                .architectureBehindPadding(config.findNatural("pad_token_id").orElse(1));
    }

    @Override
    public String canonicalName(String fileName) {
        return TensorNames.modern(TensorNames.without(fileName, "longformer."));
    }

    /** How many tokens on each side a token sees, by layer: half of the window, which has to be even. */
    private static String windows(NetworkConfig config) {
        JsonConfig json = config.json();
        int layers = config.layers("num_hidden_layers");
        List<Integer> windows = json.positives(WINDOW, MAX_WINDOW).orElse(List.of(512));
        if (windows.size() == 1) {
            windows = Collections.nCopies(layers, windows.get(0));
        }
        if (windows.size() != layers || windows.stream().anyMatch(window -> window % 2 != 0)) {
            throw ModelProblem.wrongField(
                    "%s: %s is %s".formatted(json.subject(), WINDOW, ModelProblem.show(windows)),
                    "It must be an even number, or a list with one for each of the %s layers.".formatted(layers));
        }
        return windows.stream().map(window -> String.valueOf(window / 2)).collect(Collectors.joining(","));
    }
}

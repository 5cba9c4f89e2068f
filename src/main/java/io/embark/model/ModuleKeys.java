/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.ConfigKeys;
import io.embark.model.files.KnownKeys;
import java.util.Map;

/** The keys of the files of Sentence Transformers' modules, but for the Transformer's: see {@link TransformerArguments}. */
final class ModuleKeys {
    private static final String WEIGHTS = "Weights are read from the module's file of weights.";

    /** By the module's type. Sentence Transformers itself leaves a Dense module's other keys aside. */
    static final Map<String, KnownKeys> BY_TYPE = Map.of(
            "Pooling",
            KnownKeys.NONE.honoured(
                    "embedding_dimension",
                    "word_embedding_dimension",
                    "include_prompt",
                    "pooling_mode",
                    "pooling_mode_cls_token",
                    "pooling_mode_max_tokens",
                    "pooling_mode_mean_tokens",
                    "pooling_mode_mean_sqrt_len_tokens",
                    "pooling_mode_weightedmean_tokens",
                    "pooling_mode_lasttoken"),
            "Dense",
            KnownKeys.NONE
                    .honoured("in_features", "out_features", "bias", "activation_function", "use_residual")
                    .honoured("module_input_name", "module_output_name")
                    .refused(WEIGHTS, "init_weight")
                    .refused(WEIGHTS, "init_bias"),
            "LayerNorm",
            KnownKeys.NONE.honoured("dimension"),
            "Normalize",
            KnownKeys.NONE.honoured("module_input_name", "module_output_name"),
            "Dropout",
            KnownKeys.NONE.idle(ConfigKeys.TRAINING, "dropout"),
            ListedModule.ROUTER,
            KnownKeys.NONE.honoured("default_route", "allow_empty_key", "route_mappings"));

    private ModuleKeys() {}
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.base.NearestName;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the Pooling module's {@code config.json} says.
 *
 * @param modes in the order in which their results are concatenated
 * @param includePrompt whether a prompt's tokens take part
 */
record PoolingConfig(List<PoolingMode> modes, boolean includePrompt) {
    /** What Sentence Transformers takes mostly where no module says it; a StaticEmbedding gives it. */
    static final PoolingConfig MEAN = new PoolingConfig(List.of(PoolingMode.MEAN), true);

    private static final Map<String, PoolingMode> BY_NAME = byName();

    /** The older spelling: one flag for each mode. Their order here is the order of concatenation. */
    private static final Map<String, PoolingMode> BY_FLAG = byFlag();

    static PoolingConfig read(JsonConfig config, int hiddenSize) {
        for (String key : List.of("embedding_dimension", "word_embedding_dimension")) {
            config.positive(key, Integer.MAX_VALUE)
                    .filter(dimension -> dimension != hiddenSize)
                    .ifPresent(dimension -> {
                        throw ModelProblem.invalid(
                                "%s: %s is %s".formatted(config.subject(), key, dimension),
                                "The network's hidden_size is %s, and pooling does not change it."
                                        .formatted(hiddenSize),
                                "Take both files from the same model.");
                    });
        }
        return new PoolingConfig(modes(config), config.flag("include_prompt").orElse(true));
    }

    /**
     * What Sentence Transformers takes where a folder has no modules.json ({@code _load_default_modules}): the last token of a
     * network that was made to go on with a text, unless its tokens look both ways.
     *
     * @param network its {@code config.json}
     */
    static PoolingConfig withoutModule(JsonConfig network) {
        List<String> architectures = network.texts("architectures").orElse(List.of());
        boolean goesOn = !architectures.isEmpty() && architectures.get(0).endsWith("ForCausalLM");
        return goesOn && network.flag("is_causal").orElse(true)
                ? new PoolingConfig(List.of(PoolingMode.LAST_TOKEN), true)
                : MEAN;
    }

    private static List<PoolingMode> modes(JsonConfig config) {
        List<PoolingMode> named = config.texts("pooling_mode")
                .map(names -> names.stream().map(name -> mode(config, name)).toList())
                .orElse(List.of());
        if (!named.isEmpty()) {
            return named;
        }

        List<PoolingMode> flagged = new ArrayList<>();
        BY_FLAG.forEach((key, mode) -> {
            if (config.flag(key).orElse(false)) {
                flagged.add(mode);
            }
        });
        refuseUnknownFlags(config);
        return flagged.isEmpty() ? MEAN.modes() : flagged;
    }

    private static PoolingMode mode(JsonConfig config, String name) {
        PoolingMode mode = BY_NAME.get(name);
        if (mode == null) {
            throw unknown(config, "pooling_mode '%s'".formatted(ModelProblem.show(name)), name);
        }
        return mode;
    }

    private static void refuseUnknownFlags(JsonConfig config) {
        config.keys().stream()
                .filter(key -> key.startsWith("pooling_mode_") && !BY_FLAG.containsKey(key))
                .filter(key -> config.flag(key).orElse(false))
                .findFirst()
                .ifPresent(key -> {
                    throw unknown(config, ModelProblem.show(key), key.substring("pooling_mode_".length()));
                });
    }

    private static RuntimeException unknown(JsonConfig config, String what, String name) {
        String nearest = NearestName.find(ModelProblem.show(name), BY_NAME.keySet(), 1)
                .map(known -> " The nearest is %s.".formatted(known))
                .orElse("");
        return ModelProblem.unsupported(
                "%s: unknown %s".formatted(config.subject(), what),
                "Known are: %s.%s".formatted(String.join(", ", BY_NAME.keySet()), nearest),
                "Choose a model with one of these pooling modes.");
    }

    private static Map<String, PoolingMode> byName() {
        Map<String, PoolingMode> modes = new LinkedHashMap<>();
        modes.put("cls", PoolingMode.CLS);
        modes.put("max", PoolingMode.MAX);
        modes.put("mean", PoolingMode.MEAN);
        modes.put("mean_sqrt_len_tokens", PoolingMode.MEAN_SQRT_LEN);
        modes.put("weightedmean", PoolingMode.WEIGHTED_MEAN);
        modes.put("lasttoken", PoolingMode.LAST_TOKEN);
        return modes;
    }

    private static Map<String, PoolingMode> byFlag() {
        Map<String, PoolingMode> modes = new LinkedHashMap<>();
        modes.put("pooling_mode_cls_token", PoolingMode.CLS);
        modes.put("pooling_mode_max_tokens", PoolingMode.MAX);
        modes.put("pooling_mode_mean_tokens", PoolingMode.MEAN);
        modes.put("pooling_mode_mean_sqrt_len_tokens", PoolingMode.MEAN_SQRT_LEN);
        modes.put("pooling_mode_weightedmean_tokens", PoolingMode.WEIGHTED_MEAN);
        modes.put("pooling_mode_lasttoken", PoolingMode.LAST_TOKEN);
        return modes;
    }
}

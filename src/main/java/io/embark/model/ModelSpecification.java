/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Objects.requireNonNull;

import io.embark.EmbedOptions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model does with a text, as the JSON files of its folder say it. Immutable.
 *
 * @param modelType {@code model_type} of {@code config.json}: {@code bert}
 * @param backbone what makes the tokens' vectors
 * @param tokenModules what happens to the tokens' vectors, in order
 * @param pooling how token vectors become one; several are concatenated in this order; never empty
 * @param modules what happens to the pooled vector, in order
 * @param dimension components of a vector behind the last module, before any truncation
 * @param maxTokens the most tokens of one text, special tokens and prompt included; never above what the positions allow
 * @param prompts the prompts by name, "query" and "document" always among them; an empty text is no prompt
 * @param defaultPromptName the prompt to use where the caller names none; a key of {@code prompts}
 * @param includePrompt whether the prompt's tokens take part in pooling
 * @param truncateDimension the components that the model keeps of each vector where the caller chooses nothing
 * @param tokenizer what its tokenizer is like
 * @param tasks the values of {@link EmbedOptions#TASK} that make a difference
 * @hidden Public for Embark's other rooms only.
 */
public record ModelSpecification(
        String modelType,
        Backbone backbone,
        List<VectorModule> tokenModules,
        List<PoolingMode> pooling,
        List<VectorModule> modules,
        int dimension,
        int maxTokens,
        Map<String, String> prompts,
        Optional<String> defaultPromptName,
        boolean includePrompt,
        Optional<Integer> truncateDimension,
        TokenizerSettings tokenizer,
        List<String> tasks) {
    /** Refuses null and copies the collections, prompts in their order. */
    public ModelSpecification {
        requireNonNull(modelType, "modelType is null");
        requireNonNull(backbone, "backbone is null");
        requireNonNull(defaultPromptName, "defaultPromptName is null");
        requireNonNull(truncateDimension, "truncateDimension is null");
        requireNonNull(tokenizer, "tokenizer is null");
        tokenModules = List.copyOf(tokenModules);
        pooling = List.copyOf(pooling);
        tasks = List.copyOf(tasks);
        modules = List.copyOf(modules);
        prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
    }

    /** Components of a vector as the options cut it, or the model itself where they say nothing. */
    public int dimension(EmbedOptions options) {
        Integer chosen = options.get(EmbedOptions.DIMENSIONS);
        return chosen != null ? chosen : truncateDimension.orElse(dimension);
    }

    /** Whether the model itself divides its vectors by their length, last of all. */
    public boolean normalizes() {
        return !modules.isEmpty() && modules.get(modules.size() - 1) instanceof VectorModule.Normalize;
    }
}

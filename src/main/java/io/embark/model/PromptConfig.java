/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.ConfigKeys;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.files.ModelProblem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code config_sentence_transformers.json} says: the kind of model, its prompts and the dimensions it keeps. */
record PromptConfig(Map<String, String> prompts, Optional<String> defaultName, Optional<Integer> truncateDimension) {
    private static final String FILE = "config_sentence_transformers.json";
    private static final String KIND = "SentenceTransformer";

    static final KnownKeys KEYS = KnownKeys.NONE
            .honoured("model_type", "prompts", "default_prompt_name", "truncate_dim")
            .idle("Vectors are the same however they are compared.", "similarity_fn_name")
            .idle(ConfigKeys.RECORD, "__version__", "requirements");

    /**
     * Reads the file; without a modules.json, Sentence Transformers does not look at it.
     *
     * @param dimension what the model gives before truncation
     */
    static PromptConfig read(FolderFiles files, ModuleList modules, int dimension) {
        JsonConfig config = KEYS.read(
                files.findJson("", FILE).filter(found -> modules.listed()).orElseGet(() -> JsonConfig.empty(FILE)));
        refuseOtherKinds(config);
        JsonConfig named = config.objectOrEmpty("prompts");

        Map<String, String> prompts = new LinkedHashMap<>();
        named.keys().forEach(name -> prompts.put(name, named.text(name).orElse("")));
        prompts.putIfAbsent("query", "");
        prompts.putIfAbsent("document", "");
        return new PromptConfig(prompts, defaultName(config, prompts), config.positive("truncate_dim", dimension));
    }

    private static void refuseOtherKinds(JsonConfig config) {
        String kind = config.text("model_type").orElse(KIND);
        if (!kind.equals(KIND)) {
            throw ModelProblem.unsupported(
                    "%s: model_type is '%s'".formatted(config.subject(), ModelProblem.show(kind)),
                    "Only a %s gives one dense vector for each text.".formatted(KIND),
                    "Choose a model of the type %s.".formatted(KIND));
        }
    }

    private static Optional<String> defaultName(JsonConfig config, Map<String, String> prompts) {
        Optional<String> name = config.text("default_prompt_name");
        name.filter(value -> !prompts.containsKey(value)).ifPresent(value -> {
            throw ModelProblem.invalid(
                    "%s: default_prompt_name is '%s'".formatted(config.subject(), ModelProblem.show(value)),
                    "It must be one of its prompts: %s."
                            .formatted(ModelProblem.show(String.join(", ", prompts.keySet()))),
                    "Add the prompt to the file, or remove default_prompt_name.");
        });
        return name;
    }
}

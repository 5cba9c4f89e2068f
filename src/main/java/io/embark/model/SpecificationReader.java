/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.ErrorCode;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelProblem;
import io.embark.model.weights.LowRankChange;
import io.embark.model.weights.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the JSON files of a Sentence Transformers folder, or of a plain transformers folder without a modules.json.
 *
 * @param tokenizerFile the {@code tokenizer.json}, or the vocabulary that stands for it
 * @param specification what the files say
 * @param tensors where the tensors are: the backbone's, and those of the modules behind it
 * @param changes what an adapter adds to some of them, by their names
 */
record SpecificationReader(
        Path tokenizerFile,
        ModelSpecification specification,
        List<TensorSource> tensors,
        Map<String, LowRankChange> changes) {
    /** Reads all of them. The files of every route are the model's, whichever route the texts take. */
    static SpecificationReader read(FolderFiles files, ModelChoice choice) {
        ModuleList modules = ModuleList.read(files, choice.task());
        ModuleList.ofAllRoutes(files).forEach(route -> read(files, route, choice));
        return read(files, modules, choice);
    }

    /** A table has none; where nothing is listed, Sentence Transformers goes by what the network was made for. */
    private static PoolingConfig withoutModule(FolderFiles files, ModuleList modules) {
        return modules.listed()
                ? PoolingConfig.MEAN
                : PoolingConfig.withoutModule(
                        files.json(LoraAdapter.base(files, modules.first().path()), "config.json"));
    }

    private static SpecificationReader read(FolderFiles files, ModuleList modules, ModelChoice choice) {
        FirstModule first = FirstModule.read(files, modules, choice);
        Backbone backbone = first.backbone();
        VectorModules onTokens =
                VectorModules.read(files, VectorModules.Level.TOKENS, modules.tokenModules(), backbone.hiddenSize());
        int hidden = onTokens.dimension();
        PoolingConfig pooling = modules.pooling()
                .map(module -> PoolingConfig.read(files.json(module.path(), "config.json"), hidden))
                .orElseGet(() -> withoutModule(files, modules));
        VectorModules behind = VectorModules.read(
                files,
                VectorModules.Level.SENTENCE,
                modules.vectorModules(),
                hidden * pooling.modes().size());
        PromptConfig prompts = PromptConfig.read(files, modules, behind.dimension());

        ModelSpecification specification = new ModelSpecification(
                first.modelType(),
                backbone,
                onTokens.modules(),
                pooling.modes(),
                behind.modules(),
                behind.dimension(),
                first.maxTokens(),
                prompts.prompts(),
                prompts.defaultName(),
                pooling.includePrompt(),
                prompts.truncateDimension(),
                first.tokenizer(),
                tasks(files, first));
        requireTask(specification, choice);

        // The small ones first: the network's may have to be downloaded for nothing if those cannot be read.
        List<TensorSource> tensors = new ArrayList<>();
        behind.tensors().forEach(each -> tensors.add(each.find(files)));
        onTokens.tensors().forEach(each -> tensors.add(each.find(files)));
        first.tensors().ifPresent(needed -> tensors.add(0, needed.find(files)));
        first.adapter().ifPresent(adapter -> tensors.add(0, adapter.tensors()));
        Map<String, LowRankChange> changes =
                first.adapter().map(LoraAdapter::changes).orElse(Map.of());
        return new SpecificationReader(first.tokenizerFile(), specification, tensors, changes);
    }

    private static List<String> tasks(FolderFiles files, FirstModule first) {
        return Stream.concat(ModuleList.tasks(files).stream(), first.tasks().stream())
                .distinct()
                .toList();
    }

    /** Any model may be told queries from documents, as in Sentence Transformers, whether it makes a difference or not. */
    private static void requireTask(ModelSpecification specification, ModelChoice choice) {
        List<String> known = specification.tasks();
        choice.task()
                .filter(task -> !known.contains(task) && !ModelChoice.TASKS_OF_ALL.contains(task))
                .ifPresent(task -> {
                    throw ModelProblem.problem(
                            ErrorCode.OPTION_INVALID,
                            "option task: the model has no task '%s'".formatted(ModelProblem.show(task)),
                            known.isEmpty()
                                    ? "It treats all texts alike."
                                    : "It has: %s.".formatted(ModelProblem.show(String.join(", ", known))),
                            known.isEmpty() ? "Leave task out." : "Set task to one of them, or leave it out.",
                            null);
                });
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import io.embark.model.weights.NeededTensors;
import io.embark.model.weights.WeightsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The first module of a folder, which makes of a text what is pooled: a Transformer with the files of its network, or a
 * StaticEmbedding.
 *
 * @param modelType {@code model_type} of {@code config.json}; {@code static} for a StaticEmbedding, which has none
 * @param backbone what computes
 * @param tensors where its tensors are; empty for a program
 * @param adapter what is added to them
 * @param tokenizerFile the {@code tokenizer.json}, or the vocabulary that stands for it
 * @param maxTokens the most tokens of one text
 * @param tokenizer what its tokenizer is like
 * @param tasks the tasks for which it treats texts differently
 */
record FirstModule(
        String modelType,
        Backbone backbone,
        Optional<NeededTensors> tensors,
        Optional<LoraAdapter> adapter,
        Path tokenizerFile,
        int maxTokens,
        TokenizerSettings tokenizer,
        List<String> tasks) {
    static FirstModule read(FolderFiles files, ModuleList modules, ModelChoice choice) {
        return modules.first().isStatic() ? table(files, modules.first().path()) : transformer(files, modules, choice);
    }

    private static FirstModule transformer(FolderFiles files, ModuleList modules, ModelChoice choice) {
        String path = modules.first().path();
        String base = LoraAdapter.base(files, path);
        if (files.find(base, "config.json").isEmpty()) {
            // Folders for other programs are complete without one.
            WeightsFiles.otherFormat(files, base).ifPresent(refusal -> {
                throw refusal;
            });
        }
        JsonConfig config = files.json(base, "config.json");
        if (!modules.listed()) {
            refuseModel2Vec(config);
        }
        TransformerConfig transformer = TransformerConfig.read(files, modules, choice.task());
        BackboneReader reader = BackboneReader.read(files, modules, config, transformer.arguments(), choice);
        Optional<Path> whole = files.find(path, TokenizerFiles.WHOLE);
        TokenizerSettings tokenizer = transformer.tokenizer(config, whole.isPresent());
        return new FirstModule(
                config.requiredText("model_type"),
                reader.backbone(),
                reader.tensors(),
                reader.adapter(),
                whole.orElseGet(() -> TokenizerFiles.instead(files, path, tokenizer.kind())),
                transformer.maxTokens(config, reader.backbone().maxPositions()),
                tokenizer,
                transformer.tasks());
    }

    private static FirstModule table(FolderFiles files, String path) {
        // First, since the table's sizes stand in the header of its weights.
        Path tokenizerFile = files.require(path, TokenizerFiles.WHOLE, () -> TokenizerFiles.missing(files, path));
        BackboneReader table = StaticTableReader.read(files, path);
        TokenizerLimit limit = TokenizerLimit.read(tokenizerFile);
        return new FirstModule(
                table.backbone().script(),
                table.backbone(),
                table.tensors(),
                Optional.empty(),
                tokenizerFile,
                limit.maxTokens(),
                TokenizerSettings.asWritten(false, limit.cutsStart()),
                List.of());
    }

    private static void refuseModel2Vec(JsonConfig config) {
        if (config.requiredText("model_type").equals("model2vec")) {
            throw ModelProblem.unsupported(
                    "%s: model_type is 'model2vec' and there is no modules.json".formatted(config.subject()),
                    "Sentence Transformers reads Model2Vec's tables as a StaticEmbedding module that modules.json lists.",
                    "Load and save the model with model2vec, which writes modules.json.");
        }
    }
}

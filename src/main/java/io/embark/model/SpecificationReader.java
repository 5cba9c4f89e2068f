/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.weights.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the JSON files of a Sentence Transformers folder, or of a plain transformers folder without a modules.json.
 *
 * @param tokenizerFile the {@code tokenizer.json}
 * @param specification what the files say
 * @param tensors where the tensors are: the backbone's, and those of the modules behind it
 */
record SpecificationReader(Path tokenizerFile, ModelSpecification specification, List<TensorSource> tensors) {
    /**
     * Reads all of them.
     *
     * @param code what becomes of a program in place of the network
     */
    static SpecificationReader read(FolderFiles files, ModelCode code) {
        ModuleList modules = ModuleList.read(files);
        FirstModule first = FirstModule.read(files, modules, code);
        Backbone backbone = first.backbone();
        int hidden = backbone.hiddenSize();
        PoolingConfig pooling = modules.pooling()
                .map(module -> PoolingConfig.read(files.json(module.path(), "config.json"), hidden))
                .orElse(PoolingConfig.MEAN);
        VectorModules behind = VectorModules.read(
                files, modules.vectorModules(), hidden * pooling.modes().size());
        PromptConfig prompts = PromptConfig.read(files, modules, behind.dimension());

        ModelSpecification specification = new ModelSpecification(
                first.modelType(),
                backbone,
                pooling.modes(),
                behind.modules(),
                behind.dimension(),
                first.maxTokens(),
                prompts.prompts(),
                prompts.defaultName(),
                pooling.includePrompt(),
                prompts.truncateDimension(),
                first.tokenizer());

        // The small ones first: the network's may have to be downloaded for nothing if those cannot be read.
        List<TensorSource> tensors = new ArrayList<>();
        behind.tensors().forEach(each -> tensors.add(each.find(files)));
        first.tensors().ifPresent(needed -> tensors.add(0, needed.find(files)));
        return new SpecificationReader(first.tokenizerFile(), specification, tensors);
    }
}

package io.embark.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the JSON files of a Sentence Transformers folder, or of a plain transformers folder without a modules.json.
 *
 * @param firstPath the sub-folder of the first module, with configuration, tokenizer and weights; "" for the root
 * @param specification what the files say
 * @param tensors where the tensors are: the network's, and those of the modules behind it
 */
record SpecificationReader(String firstPath, ModelSpecification specification, List<TensorSource> tensors) {
    static SpecificationReader read(FolderFiles files) {
        ModuleList modules = ModuleList.read(files);
        FirstModule first = FirstModule.read(files, modules);
        int hidden = first.architecture().hiddenSize();
        PoolingConfig pooling = modules.pooling()
                .map(module -> PoolingConfig.read(files.json(module.path(), "config.json"), hidden))
                .orElse(PoolingConfig.MEAN);
        VectorModules behind = VectorModules.read(
                files, modules.vectorModules(), hidden * pooling.modes().size());
        PromptConfig prompts = PromptConfig.read(files, modules, behind.dimension());

        ModelSpecification specification = new ModelSpecification(
                first.modelType(),
                first.architecture(),
                pooling.modes(),
                behind.modules(),
                behind.dimension(),
                first.maxTokens(),
                prompts.prompts(),
                prompts.defaultName(),
                pooling.includePrompt(),
                prompts.truncateDimension(),
                first.tokenizer());
        List<TensorSource> tensors = new ArrayList<>();
        tensors.add(first.tensors());
        tensors.addAll(behind.tensors());
        return new SpecificationReader(modules.first().path(), specification, List.copyOf(tensors));
    }
}

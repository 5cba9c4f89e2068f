package io.embark.model;

import java.util.List;
import java.util.Map;

/**
 * Reads the JSON files of a Sentence Transformers folder, or of a plain transformers folder without a modules.json.
 *
 * @param family the architecture's family
 * @param transformerPath the sub-folder with configuration, tokenizer and weights; "" for the root
 * @param specification what the files say
 */
record SpecificationReader(Family family, String transformerPath, ModelSpecification specification) {
    static SpecificationReader read(FolderFiles files) {
        ModuleList modules = ModuleList.read(files);
        refuseAdapter(files, modules.transformerPath());
        JsonConfig config = files.json(modules.transformerPath(), "config.json");
        Family family = Families.of(config);
        Architecture architecture = family.read(config);
        int hidden = architecture.hiddenSize();

        TransformerConfig transformer = TransformerConfig.read(files, modules);
        PoolingConfig pooling = modules.poolingPath()
                .map(path -> PoolingConfig.read(files.json(path, "config.json"), hidden))
                .orElse(PoolingConfig.MEAN);
        List<PoolingMode> modes = pooling.modes();
        int dimension = hidden * modes.size();
        PromptConfig prompts = PromptConfig.read(files, modules, dimension);
        refuseExcludedPrompt(files, pooling, prompts.prompts());

        ModelSpecification specification = new ModelSpecification(
                family.modelType(),
                architecture,
                modes,
                modules.normalize(),
                dimension,
                transformer.maxTokens(architecture.maxPositions()),
                prompts.prompts(),
                prompts.defaultName(),
                pooling.includePrompt(),
                prompts.truncateDimension(),
                transformer.lowerCase(),
                transformer.bertNormalizer());
        return new SpecificationReader(family, modules.transformerPath(), specification);
    }

    private static void refuseAdapter(FolderFiles files, String path) {
        files.find(path, "adapter_config.json").ifPresent(file -> {
            throw ModelProblem.unsupported(
                    "%s: the model is a PEFT adapter".formatted(file),
                    "An adapter only holds changes to another model's weights.",
                    "Merge it into its base model (merge_and_unload in PEFT) and save the result.");
        });
    }

    private static void refuseExcludedPrompt(FolderFiles files, PoolingConfig pooling, Map<String, String> prompts) {
        if (pooling.includePrompt()) {
            return;
        }

        prompts.forEach((name, text) -> {
            if (!text.isEmpty()) {
                throw ModelProblem.unsupported(
                        "%s: include_prompt is false and there is a prompt '%s'"
                                .formatted(files.root(), ModelProblem.show(name)),
                        "Leaving a prompt's tokens out of pooling is not known.",
                        "Choose a model whose pooling includes the prompt.");
            }
        });
    }
}

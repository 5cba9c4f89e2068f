package io.embark.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the JSON files of a Sentence Transformers folder, or of a plain transformers folder without a modules.json.
 *
 * @param transformerPath the sub-folder with configuration, tokenizer and weights; "" for the root
 * @param specification what the files say
 * @param tensors where the tensors are: the network's, and those of the modules behind it
 */
record SpecificationReader(String transformerPath, ModelSpecification specification, List<TensorSource> tensors) {
    static SpecificationReader read(FolderFiles files) {
        ModuleList modules = ModuleList.read(files);
        String path = modules.first().path();
        refuseAdapter(files, path);
        JsonConfig config = files.json(path, "config.json");
        Family family = Families.of(config);
        Architecture architecture = family.read(config);
        int hidden = architecture.hiddenSize();

        TransformerConfig transformer = TransformerConfig.read(files, modules);
        PoolingConfig pooling = modules.pooling()
                .map(module -> PoolingConfig.read(files.json(module.path(), "config.json"), hidden))
                .orElse(PoolingConfig.MEAN);
        VectorModules behind = VectorModules.read(
                files, modules.vectorModules(), hidden * pooling.modes().size());
        PromptConfig prompts = PromptConfig.read(files, modules, behind.dimension());

        ModelSpecification specification = new ModelSpecification(
                config.requiredText("model_type"),
                architecture,
                pooling.modes(),
                behind.modules(),
                behind.dimension(),
                transformer.maxTokens(config, architecture.maxPositions()),
                prompts.prompts(),
                prompts.defaultName(),
                pooling.includePrompt(),
                prompts.truncateDimension(),
                transformer.tokenizer(config));
        List<TensorSource> tensors = new ArrayList<>();
        tensors.add(new TensorSource(WeightsFiles.find(files, path), family, architecture.tensors()));
        tensors.addAll(behind.tensors());
        return new SpecificationReader(path, specification, List.copyOf(tensors));
    }

    private static void refuseAdapter(FolderFiles files, String path) {
        files.find(path, "adapter_config.json").ifPresent(file -> {
            throw ModelProblem.unsupported(
                    "%s: the model is a PEFT adapter".formatted(file),
                    "An adapter only holds changes to another model's weights.",
                    "Merge it into its base model (merge_and_unload in PEFT) and save the result.");
        });
    }
}

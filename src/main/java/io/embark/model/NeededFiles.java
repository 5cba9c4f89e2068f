package io.embark.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which files of a model Embark reads, found out step by step: {@code modules.json} says which folders there are, and the
 * index of the weights which shards. Nothing that is a program is ever among them.
 */
final class NeededFiles {
    /** Where the files come from. */
    interface Source {
        /**
         * The file, if the model has it.
         *
         * @param required whether the model can be trusted only if it is known whether it has the file
         */
        Optional<Path> file(String name, boolean required);

        /** There are no weights in a folder ("" for the root) that needs them. */
        void withoutWeights(String directory);
    }

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** Files of the first module that change what a text becomes, or by which a model is refused. */
    private static final List<String> OPTIONAL = List.of(
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "adapter_config.json",
            "chat_template.jinja");

    private static final Set<String> WITHOUT_WEIGHTS = Set.of("Pooling", "Normalize", "Dropout");
    private static final Set<String> WITH_CONFIG =
            Set.of("Transformer", "Pooling", "Dense", "LayerNorm", "WeightedLayerPooling");

    private record Module(String directory, String type) {
        String file(String name) {
            return directory.isEmpty() ? name : directory + "/" + name;
        }
    }

    private final FolderFiles snapshot;
    private final Source source;

    private NeededFiles(Path snapshot, Source source) {
        this.snapshot = new FolderFiles(snapshot);
        this.source = source;
    }

    /** Asks for each file, small ones first; {@code snapshot} is where the source puts them. */
    static void visit(Path snapshot, Source source) {
        new NeededFiles(snapshot, source).visit();
    }

    private void visit() {
        List<Module> modules = modules();
        source.file("config_sentence_transformers.json", false);
        Module first = modules.get(0);
        source.file(first.file("tokenizer.json"), true);
        limits(first);
        OPTIONAL.forEach(name -> source.file(first.file(name), false));
        modules.forEach(module -> source.file(module.file("config.json"), WITH_CONFIG.contains(module.type())));
        modules.stream()
                .filter(module -> !WITHOUT_WEIGHTS.contains(module.type()))
                .forEach(this::weights);
    }

    private List<Module> modules() {
        Optional<Path> file = source.file("modules.json", true);
        List<Module> modules = file.map(JsonConfig::readList).orElse(List.of()).stream()
                .map(this::module)
                .toList();
        return modules.isEmpty() ? List.of(new Module("", "Transformer")) : modules;
    }

    private Module module(JsonConfig module) {
        String type = module.requiredText("type");
        return new Module(
                snapshot.subfolder(module.subject(), module.text("path").orElse("")),
                type.substring(type.lastIndexOf('.') + 1));
    }

    /** Only the first of these files that says something is read. */
    private void limits(Module first) {
        for (String name : TransformerConfig.FILES) {
            Optional<Path> file = source.file(first.file(name), false);
            if (file.isPresent() && !JsonConfig.read(file.get()).isEmpty()) {
                return;
            }
        }
    }

    private void weights(Module module) {
        if (source.file(module.file(SINGLE), false).isPresent()) {
            return;
        }

        Optional<Path> index = source.file(module.file(INDEX), false);
        if (index.isEmpty()) {
            source.withoutWeights(module.directory());
            return;
        }
        WeightsFiles.shardByTensor(JsonConfig.read(index.get())).values().stream()
                .distinct()
                .sorted()
                .forEach(shard -> source.file(module.file(shard), true));
    }
}

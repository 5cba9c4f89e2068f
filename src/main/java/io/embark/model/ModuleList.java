package io.embark.model;

import java.util.List;
import java.util.Optional;

/**
 * The modules of a Sentence Transformers folder in their order, as {@code modules.json} lists them: one that makes vectors of
 * a text's tokens, Pooling, and those that change the pooled vector.
 *
 * @param first the first module, whose sub-folder has configuration, tokenizer and weights
 * @param pooling the Pooling module; empty where there is no {@code modules.json}
 * @param vectorModules those behind pooling, the ones that change nothing left out
 * @param listed whether there is a {@code modules.json}
 */
record ModuleList(Module first, Optional<Module> pooling, List<Module> vectorModules, boolean listed) {
    private static final String FILE = "modules.json";
    private static final String PACKAGE = "sentence_transformers.";

    /**
     * One of them.
     *
     * @param type the class without its package, which changed over time: only its last part stayed the same
     * @param path its sub-folder, "" for the root
     * @param subject where it is listed, for messages
     */
    record Module(String type, String path, String subject) {}

    static ModuleList read(FolderFiles files) {
        return files.find("", FILE)
                .map(file -> of(
                        file.toString(),
                        JsonConfig.readList(file).stream()
                                .map(json -> module(files, json))
                                .toList()))
                .orElseGet(() -> new ModuleList(
                        new Module("Transformer", "", files.root().toString()), Optional.empty(), List.of(), false));
    }

    private static ModuleList of(String subject, List<Module> modules) {
        if (modules.size() < 2
                || !modules.get(0).type().equals("Transformer")
                || !modules.get(1).type().equals("Pooling")) {
            throw wrongOrder(subject);
        }

        List<Module> behind = modules.subList(2, modules.size());
        if (behind.stream().map(Module::type).anyMatch(List.of("Transformer", "Pooling")::contains)) {
            throw wrongOrder(subject);
        }
        return new ModuleList(
                modules.get(0),
                Optional.of(modules.get(1)),
                behind.stream()
                        .filter(module -> !module.type().equals("Dropout"))
                        .toList(),
                true);
    }

    private static Module module(FolderFiles files, JsonConfig json) {
        String type = json.requiredText("type");
        String last = type.startsWith(PACKAGE) ? type.substring(type.lastIndexOf('.') + 1) : "";
        return switch (last) {
            case "Transformer", "Pooling", "Dense", "LayerNorm", "Normalize", "Dropout" ->
                new Module(
                        last, files.subfolder(json.subject(), json.text("path").orElse("")), json.subject());
            default ->
                throw ModelProblem.unsupported(
                        "%s: module of type '%s'".formatted(json.subject(), ModelProblem.show(type)),
                        "Known modules are: Transformer, Pooling, Dense, LayerNorm, Normalize, Dropout.",
                        "Choose a model made of these.");
        };
    }

    private static RuntimeException wrongOrder(String subject) {
        return ModelProblem.unsupported(
                "%s: the modules do not begin with one Transformer and one Pooling".formatted(subject),
                "A text becomes tokens, tokens become vectors, and one Pooling makes them one vector.",
                "Choose a model with one Transformer, one Pooling and then modules that change that vector.");
    }
}

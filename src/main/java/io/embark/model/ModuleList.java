package io.embark.model;

import java.util.List;
import java.util.Optional;

/**
 * The modules of a Sentence Transformers folder, as {@code modules.json} lists them.
 *
 * @param transformerPath the sub-folder of the Transformer module, "" for the root
 * @param poolingPath that of the Pooling module; empty where there is no {@code modules.json}
 * @param normalize whether a Normalize module follows
 * @param listed whether there is a {@code modules.json}
 */
record ModuleList(String transformerPath, Optional<String> poolingPath, boolean normalize, boolean listed) {
    private static final String FILE = "modules.json";
    private static final String PACKAGE = "sentence_transformers.";

    static ModuleList read(FolderFiles files) {
        return files.find("", FILE)
                .map(file -> of(files, file.toString(), JsonConfig.readList(file)))
                .orElseGet(() -> new ModuleList("", Optional.empty(), false, false));
    }

    private static ModuleList of(FolderFiles files, String subject, List<JsonConfig> modules) {
        if (modules.size() < 2
                || !type(modules.get(0)).equals("Transformer")
                || !type(modules.get(1)).equals("Pooling")) {
            modules.forEach(ModuleList::refuseUnknown);
            throw wrongOrder(subject);
        }

        boolean normalize = false;
        for (JsonConfig module : modules.subList(2, modules.size())) {
            refuseUnknown(module);
            String type = type(module);
            if (type.equals("Transformer") || type.equals("Pooling")) {
                throw wrongOrder(subject);
            }
            if (type.equals("Normalize")) {
                refuseOtherVectors(files, path(files, module));
                normalize = true;
            }
        }
        return new ModuleList(path(files, modules.get(0)), Optional.of(path(files, modules.get(1))), normalize, true);
    }

    /** The class without its package, which changed over time: only its last part stayed the same. */
    private static String type(JsonConfig module) {
        String type = module.requiredText("type");
        return type.startsWith(PACKAGE) ? type.substring(type.lastIndexOf('.') + 1) : "";
    }

    private static String path(FolderFiles files, JsonConfig module) {
        return files.subfolder(module.subject(), module.text("path").orElse(""));
    }

    private static void refuseUnknown(JsonConfig module) {
        switch (type(module)) {
            case "Transformer", "Pooling", "Dropout", "Normalize" -> {}
            default ->
                throw ModelProblem.unsupported(
                        "%s: module of type '%s'"
                                .formatted(module.subject(), ModelProblem.show(module.requiredText("type"))),
                        "Known modules are: Transformer, Pooling, Normalize, Dropout.",
                        "Choose a model made of these.");
        }
    }

    private static RuntimeException wrongOrder(String subject) {
        return ModelProblem.unsupported(
                "%s: the modules do not begin with one Transformer and one Pooling".formatted(subject),
                "A text becomes tokens, tokens become vectors, and one Pooling makes them one vector.",
                "Choose a model with one Transformer, one Pooling and then at most Normalize and Dropout.");
    }

    private static void refuseOtherVectors(FolderFiles files, String path) {
        files.findJson(path, "config.json").ifPresent(config -> {
            for (String key : List.of("module_input_name", "module_output_name")) {
                String name = config.text(key).orElse("sentence_embedding");
                if (!name.equals("sentence_embedding")) {
                    throw ModelProblem.unsupported(
                            "%s: %s is '%s'".formatted(config.subject(), key, ModelProblem.show(name)),
                            "Normalize is known for 'sentence_embedding' only.",
                            "Choose a model that normalises its sentence embedding.");
                }
            }
        });
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;

/**
 * The modules of a Sentence Transformers folder in their order, as {@code modules.json} lists them: one that makes vectors of
 * a text's tokens, Pooling, and those that change the pooled vector. A StaticEmbedding stands for the first two.
 *
 * @param first the first module, whose sub-folder has configuration, tokenizer and weights
 * @param pooling the Pooling module; empty for a StaticEmbedding, and where there is no {@code modules.json}
 * @param vectorModules those behind pooling, the ones that change nothing left out
 * @param listed whether there is a {@code modules.json}
 */
record ModuleList(Module first, Optional<Module> pooling, List<Module> vectorModules, boolean listed) {
    static final String FILE = "modules.json";
    private static final String STATIC = "StaticEmbedding";
    private static final String PACKAGE = "sentence_transformers.";

    /**
     * One of them.
     *
     * @param type the class without its package, which changed over time: only its last part stayed the same
     * @param path its sub-folder, "" for the root
     * @param subject where it is listed, for messages
     */
    record Module(String type, String path, String subject) {
        boolean isStatic() {
            return type.equals(STATIC);
        }
    }

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
        boolean isStatic = !modules.isEmpty() && modules.get(0).isStatic();
        List<String> beginning = isStatic ? List.of(STATIC) : List.of("Transformer", "Pooling");
        if (!modules.stream().map(Module::type).limit(beginning.size()).toList().equals(beginning)) {
            throw wrongOrder(subject);
        }

        List<Module> behind = modules.subList(beginning.size(), modules.size());
        if (behind.stream().map(Module::type).anyMatch(List.of("Transformer", "Pooling", STATIC)::contains)) {
            throw wrongOrder(subject);
        }
        return new ModuleList(
                modules.get(0),
                isStatic ? Optional.empty() : Optional.of(modules.get(1)),
                behind.stream()
                        .filter(module -> !module.type().equals("Dropout"))
                        .toList(),
                true);
    }

    private static Module module(FolderFiles files, JsonConfig json) {
        String type = json.requiredText("type");
        String last = type.startsWith(PACKAGE) ? type.substring(type.lastIndexOf('.') + 1) : "";
        return switch (last) {
            case "Transformer", STATIC, "Pooling", "Dense", "LayerNorm", "Normalize", "Dropout" ->
                new Module(
                        last, files.subfolder(json.subject(), json.text("path").orElse("")), json.subject());
            default ->
                throw ModelProblem.unsupported(
                        "%s: module of type '%s'".formatted(json.subject(), ModelProblem.show(type)),
                        "Known modules are: Transformer, StaticEmbedding, Pooling, Dense, LayerNorm, Normalize, Dropout.",
                        "Choose a model made of these.");
        };
    }

    private static RuntimeException wrongOrder(String subject) {
        return ModelProblem.unsupported(
                "%s: the modules do not begin with one Transformer and one Pooling, or one StaticEmbedding"
                        .formatted(subject),
                "A text becomes tokens, tokens become vectors, and one Pooling makes them one vector.",
                "Choose a model with one Transformer and one Pooling, or one StaticEmbedding, and then modules that change that vector.");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.Activations;
import io.embark.model.family.TensorList;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import io.embark.model.weights.NeededTensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The modules behind pooling, or those before it, with their tensors.
 *
 * @param modules in their order
 * @param tensors their tensors, which are named {@code <level>.<place>.<name in the file>}
 * @param dimension components of the vector behind the last of them
 */
record VectorModules(List<VectorModule> modules, List<NeededTensors> tensors, int dimension) {
    private static final int MAX_WIDTH = 1 << 16;

    /** What the modules change. */
    enum Level {
        /** The vector of each token, before pooling. */
        TOKENS("tokens.", "token_embeddings", "before"),
        /** The text's vector. */
        SENTENCE("modules.", "sentence_embedding", "behind");

        /** How the names of their tensors begin. */
        private final String prefix;

        /** What they change, as the files call it. */
        private final String embedding;

        private final String side;

        Level(String prefix, String embedding, String side) {
            this.prefix = prefix;
            this.embedding = embedding;
            this.side = side;
        }
    }

    static VectorModules read(FolderFiles files, Level level, List<ListedModule> listed, int width) {
        List<VectorModule> modules = new ArrayList<>();
        List<NeededTensors> needed = new ArrayList<>();
        int dimension = width;
        for (ListedModule entry : listed) {
            JsonConfig config = entry.type().equals("Normalize")
                    ? files.findJson(entry.path(), "config.json")
                            .orElseGet(() -> JsonConfig.empty(entry.path() + "/config.json"))
                    : files.json(entry.path(), "config.json");
            ModuleKeys.BY_TYPE.get(entry.type()).read(config);
            refuseOtherVectors(entry, config, level);
            String place = level.prefix + modules.size() + ".";
            TensorList tensors = new TensorList();
            VectorModule module =
                    switch (entry.type()) {
                        case "Normalize" -> new VectorModule.Normalize(dimension);
                        case "LayerNorm" -> layerNorm(config, dimension, place, tensors);
                        default -> dense(config, dimension, place, tensors, level);
                    };
            modules.add(module);
            if (!tensors.shapes().isEmpty()) {
                needed.add(new NeededTensors(entry.path(), "", place::concat, tensors.shapes()));
            }
            dimension = module.dimension();
        }
        return new VectorModules(modules, needed, dimension);
    }

    private static VectorModule layerNorm(JsonConfig config, int dimension, String place, TensorList tensors) {
        requireSame(config, "dimension", dimension);
        tensors.norm(place + "norm", dimension, true);
        return new VectorModule.LayerNorm(dimension);
    }

    private static VectorModule dense(JsonConfig config, int dimension, String place, TensorList tensors, Level level) {
        requireSame(config, "in_features", dimension);
        int out = config.requiredPositive("out_features", MAX_WIDTH);
        boolean bias = config.flag("bias").orElse(true);
        VectorModule.Residual residual = !config.flag("use_residual").orElse(false)
                ? VectorModule.Residual.NONE
                : out == dimension ? VectorModule.Residual.INPUT : VectorModule.Residual.PROJECTED;
        tensors.linear(place + "linear", dimension, out, bias);
        if (residual == VectorModule.Residual.PROJECTED) {
            tensors.linear(place + "residual", dimension, out, false);
        }
        String activation = Activations.ofClass(config, "activation_function");
        if (level == Level.TOKENS && activation.contains("softm")) {
            throw ModelProblem.unsupported(
                    "%s: activation_function is '%s'"
                            .formatted(config.subject(), ModelProblem.show(config.requiredText("activation_function"))),
                    "Before pooling it would mix the texts of a batch.",
                    "Choose a model with another function there.");
        }
        return new VectorModule.Dense(dimension, out, bias, activation, residual);
    }

    private static void requireSame(JsonConfig config, String key, int dimension) {
        int stated = config.requiredPositive(key, MAX_WIDTH);
        if (stated != dimension) {
            throw ModelProblem.invalid(
                    "%s: %s is %s".formatted(config.subject(), key, stated),
                    "The module before it gives vectors of %s components.".formatted(dimension),
                    "Take all files from the same model.");
        }
    }

    /** A module changes the text's vector, unless it can say otherwise and does. */
    private static void refuseOtherVectors(ListedModule entry, JsonConfig config, Level level) {
        boolean says = List.of("Dense", "Normalize").contains(entry.type());
        String name = Level.SENTENCE.embedding;
        for (String key : List.of("module_input_name", "module_output_name")) {
            name = says ? config.text(key).orElse(name) : name;
            if (!name.equals(level.embedding)) {
                throw ModelProblem.unsupported(
                        "%s: %s is '%s'".formatted(config.subject(), key, ModelProblem.show(name)),
                        "Modules %s pooling are known for '%s' only.".formatted(level.side, level.embedding),
                        "Choose a model whose modules %s pooling change that.".formatted(level.side));
            }
        }
    }
}

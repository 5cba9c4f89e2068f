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
 * The modules behind pooling, with their tensors.
 *
 * @param modules in their order
 * @param tensors their tensors, which are named {@code modules.<place>.<name in the file>}
 * @param dimension components of the vector behind the last of them
 */
record VectorModules(List<VectorModule> modules, List<NeededTensors> tensors, int dimension) {
    private static final int MAX_WIDTH = 1 << 16;
    private static final String SENTENCE = "sentence_embedding";

    static VectorModules read(FolderFiles files, List<ModuleList.Module> listed, int pooledDimension) {
        List<VectorModule> modules = new ArrayList<>();
        List<NeededTensors> needed = new ArrayList<>();
        int dimension = pooledDimension;
        for (ModuleList.Module entry : listed) {
            JsonConfig config = entry.type().equals("Normalize")
                    ? files.findJson(entry.path(), "config.json")
                            .orElseGet(() -> JsonConfig.empty(entry.path() + "/config.json"))
                    : files.json(entry.path(), "config.json");
            String place = "modules." + modules.size() + ".";
            TensorList tensors = new TensorList();
            VectorModule module =
                    switch (entry.type()) {
                        case "Normalize" -> new VectorModule.Normalize(dimension);
                        case "LayerNorm" -> layerNorm(config, dimension, place, tensors);
                        default -> dense(config, dimension, place, tensors);
                    };
            refuseOtherVectors(config);
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

    private static VectorModule dense(JsonConfig config, int dimension, String place, TensorList tensors) {
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
        return new VectorModule.Dense(
                dimension, out, bias, Activations.ofClass(config, "activation_function"), residual);
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

    private static void refuseOtherVectors(JsonConfig config) {
        for (String key : List.of("module_input_name", "module_output_name")) {
            String name = config.text(key).orElse(SENTENCE);
            if (!name.equals(SENTENCE)) {
                throw ModelProblem.unsupported(
                        "%s: %s is '%s'".formatted(config.subject(), key, ModelProblem.show(name)),
                        "Modules behind pooling are known for '%s' only.".formatted(SENTENCE),
                        "Choose a model whose modules change its sentence embedding.");
            }
        }
    }
}

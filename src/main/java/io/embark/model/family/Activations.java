/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.base.NearestName;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Map;
import java.util.TreeMap;

/**
 * The activation functions, by each of the names that files have for them. Normalised they are called {@code gelu}, {@code
 * gelu_tanh}, {@code relu}, {@code sigmoid}, {@code silu}, {@code tanh} and {@code none}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Activations {
    /** The names to the left are those of transformers' {@code ACT2FN}; the tanh forms differ only in how they are written. */
    private static final Map<String, String> NORMALISED = new TreeMap<>(Map.of(
            "gelu", "gelu",
            "gelu_python", "gelu",
            "gelu_new", "gelu_tanh",
            "gelu_fast", "gelu_tanh",
            "gelu_pytorch_tanh", "gelu_tanh",
            "relu", "relu",
            "silu", "silu",
            "swish", "silu"));

    /** The classes of {@code torch.nn}, made without arguments. */
    private static final Map<String, String> CLASSES = new TreeMap<>(Map.of(
            "GELU", "gelu",
            "Identity", "none",
            "ReLU", "relu",
            "Sigmoid", "sigmoid",
            "SiLU", "silu",
            "Tanh", "tanh"));

    private static final String PACKAGE = "torch.nn.";

    private Activations() {}

    /** The normalised name of the function that {@code key} names as transformers does. */
    public static String normalised(JsonConfig config, String key, String defaultName) {
        return normalised(config, key, "", config.text(key).orElse(defaultName));
    }

    /** The same for a {@code name} that stands behind {@code before} in the field. */
    public static String normalised(JsonConfig config, String key, String before, String name) {
        return find(config, key, name, before, NORMALISED);
    }

    /** The normalised name of the class that {@code key} names with its package; Tanh where the file is silent. */
    public static String ofClass(JsonConfig config, String key) {
        String name = config.text(key).orElse(PACKAGE + "Tanh");
        String last = name.startsWith(PACKAGE) ? name.substring(name.lastIndexOf('.') + 1) : name;
        return find(config, key, last, name.substring(0, name.length() - last.length()), CLASSES);
    }

    private static String find(JsonConfig config, String key, String name, String before, Map<String, String> known) {
        String normalised = known.get(name);
        if (normalised == null) {
            String nearest = NearestName.find(ModelProblem.show(name), known.keySet())
                    .map(close -> " The nearest is %s.".formatted(close))
                    .orElse("");
            throw ModelProblem.unsupported(
                    "%s: unknown %s '%s'".formatted(config.subject(), key, ModelProblem.show(before + name)),
                    "Known are: %s.%s".formatted(String.join(", ", known.keySet()), nearest),
                    "Choose a model with one of these activation functions.");
        }
        return normalised;
    }
}

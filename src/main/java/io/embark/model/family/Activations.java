/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.base.NearestName;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The activation functions, by each of the names that files have for them. A normalised name is what {@code activation.py}
 * calls the function.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Activations {
    private static final String WEIGHTS = "It has weights of its own, which are not read.";
    private static final String ARGUMENTS = "It needs arguments, which the file does not give.";

    private static final Map<String, String> TRANSFORMERS = new TreeMap<>();
    private static final Map<String, String> CLASSES = new TreeMap<>();

    // The normalised name; the names in ACT2FN (transformers/activations.py); the classes of torch.nn, made without
    // arguments. The tanh forms of GELU differ only in how they are written.
    static {
        add("none", "linear", "Identity");
        add("celu", "", "CELU");
        add("elu", "", "ELU");
        add("gelu", "gelu gelu_python", "GELU");
        add("gelu_10", "gelu_10", "");
        add("gelu_tanh", "gelu_accurate gelu_fast gelu_new gelu_python_tanh gelu_pytorch_tanh", "");
        add("hardshrink", "", "Hardshrink");
        add("hardsigmoid", "", "Hardsigmoid");
        add("hardswish", "hardswish", "Hardswish");
        add("hardtanh", "", "Hardtanh");
        add("laplace", "laplace", "");
        add("leaky_relu", "leaky_relu", "LeakyReLU");
        add("log_sigmoid", "", "LogSigmoid");
        add("log_softmax", "", "LogSoftmax");
        add("mish", "mish", "Mish");
        add("quick_gelu", "quick_gelu", "");
        add("relu", "relu", "ReLU");
        add("relu6", "relu6", "ReLU6");
        add("relu_squared", "relu2", "");
        add("rrelu", "", "RReLU");
        add("selu", "", "SELU");
        add("sigmoid", "sigmoid", "Sigmoid");
        add("silu", "silu swish", "SiLU");
        add("softmax", "", "Softmax");
        add("softmin", "", "Softmin");
        add("softplus", "", "Softplus");
        add("softplus_root", "sqrtsoftplus", "");
        add("softshrink", "", "Softshrink");
        add("softsign", "", "Softsign");
        add("tanh", "tanh", "Tanh");
        add("tanhshrink", "", "Tanhshrink");
    }

    /** Those that transformers and torch.nn have besides, and why they are refused. */
    private static final Map<String, String> OTHERS = Map.of(
            "prelu", WEIGHTS,
            "xielu", WEIGHTS,
            "PReLU", WEIGHTS,
            "GLU", "It gives half as many components as the layer before it, which no module behind it expects.",
            "MultiheadAttention", ARGUMENTS,
            "Softmax2d", "It is made for images.",
            "Threshold", ARGUMENTS);

    private static final String PACKAGE = "torch.nn.";

    private Activations() {}

    private static void add(String normalised, String transformers, String classes) {
        words(transformers).forEach(name -> TRANSFORMERS.put(name, normalised));
        words(classes).forEach(name -> CLASSES.put(name, normalised));
    }

    private static List<String> words(String names) {
        return names.isEmpty() ? List.of() : List.of(names.split(" "));
    }

    /** The normalised name of the function that {@code key} names as transformers does. */
    public static String normalised(JsonConfig config, String key, String defaultName) {
        return normalised(config, key, "", config.text(key).orElse(defaultName));
    }

    /** The same for a {@code name} that stands behind {@code before} in the field. */
    public static String normalised(JsonConfig config, String key, String before, String name) {
        return find(config, key, name, before, TRANSFORMERS);
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
            throw refusal(config, key, name, ModelProblem.show(before + name), known.keySet());
        }
        return normalised;
    }

    private static RuntimeException refusal(
            JsonConfig config, String key, String name, String shown, Set<String> known) {
        String names = "Known are: %s.".formatted(String.join(", ", known));
        String remedy = "Choose a model with one of these activation functions.";
        if (OTHERS.containsKey(name)) {
            String problem = "%s: %s is '%s'".formatted(config.subject(), key, shown);
            return ModelProblem.unsupported(problem, OTHERS.get(name) + " " + names, remedy);
        }
        String nearest = NearestName.find(ModelProblem.show(name), known)
                .map(close -> " The nearest is %s.".formatted(close))
                .orElse("");
        return ModelProblem.unsupported(
                "%s: unknown %s '%s'".formatted(config.subject(), key, shown), names + nearest, remedy);
    }
}

package io.embark.model;

import io.embark.NearestName;
import java.util.Map;
import java.util.TreeMap;

/** The activation functions, by each of the names that transformers has for them. */
final class Activations {
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

    private Activations() {}

    /** The normalised name of the function that {@code key} names: gelu, gelu_tanh, relu or silu. */
    static String normalised(JsonConfig config, String key, String defaultName) {
        String name = config.text(key).orElse(defaultName);
        String normalised = NORMALISED.get(name);
        if (normalised == null) {
            String nearest = NearestName.find(ModelProblem.show(name), NORMALISED.keySet())
                    .map(known -> " The nearest is %s.".formatted(known))
                    .orElse("");
            throw ModelProblem.unsupported(
                    "%s: unknown %s '%s'".formatted(config.subject(), key, ModelProblem.show(name)),
                    "Known are: %s.%s".formatted(String.join(", ", NORMALISED.keySet()), nearest),
                    "Choose a model with one of these activation functions.");
        }
        return normalised;
    }
}

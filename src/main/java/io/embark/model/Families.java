package io.embark.model;

import io.embark.NearestName;
import java.util.List;
import java.util.stream.Collectors;

/** The architectures that Embark knows. */
final class Families {
    private static final List<Family> ALL = List.of(new BertFamily());

    private Families() {}

    /** The family that a {@code config.json} names. */
    static Family of(JsonConfig config) {
        String modelType = config.requiredText("model_type");
        return ALL.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> known = ALL.stream().map(Family::modelType).toList();
                    String nearest = NearestName.find(ModelProblem.show(modelType), known)
                            .map(name -> " The nearest is %s.".formatted(name))
                            .orElse("");
                    return ModelProblem.unsupported(
                            "%s: unknown model_type '%s'".formatted(config.subject(), ModelProblem.show(modelType)),
                            "Known are: %s.%s".formatted(known.stream().collect(Collectors.joining(", ")), nearest),
                            "Choose a model of one of these architectures.");
                });
    }
}

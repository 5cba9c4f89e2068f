/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.Optional;

/**
 * The parameters of rotary positions, which transformers writes as an object of their own; of the plain kind only.
 *
 * @hidden Public for Embark's other rooms only.
 */
public record RotaryConfig(JsonConfig json) {
    /** Refuses any other kind, whose angles are scaled. */
    public static RotaryConfig of(JsonConfig json) {
        json.text("rope_type")
                .or(() -> json.text("type"))
                .filter(type -> !type.equals("default"))
                .ifPresent(type -> {
                    throw ModelProblem.unsupported(
                            "%s: rope_type is '%s'".formatted(json.subject(), ModelProblem.show(type)),
                            "Only 'default' is known: positions whose angles are not scaled.",
                            "Choose a model whose rope_type is 'default'.");
                });
        return new RotaryConfig(json);
    }

    public boolean isEmpty() {
        return json.isEmpty();
    }

    /** The base of the angles, if the object says it. */
    public Optional<Double> base() {
        return json.positiveNumber("rope_theta");
    }
}

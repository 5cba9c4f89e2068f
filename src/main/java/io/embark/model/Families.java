/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.base.NearestName;
import io.embark.model.family.Family;
import io.embark.model.family.TokenizerKind;
import io.embark.model.family.decoder.Decoders;
import io.embark.model.family.encoder.Encoders;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The architectures that Embark knows.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Families {
    private static final List<Family> ALL =
            Stream.of(Encoders.ALL, Decoders.ALL).flatMap(List::stream).toList();

    private Families() {}

    /** Every {@code model_type} that some family reads, for people; each once. */
    public static List<String> modelTypes() {
        return ALL.stream()
                .flatMap(family -> family.modelTypes().stream())
                .distinct()
                .toList();
    }

    /** The tokenizer that models of a type have by themselves, as some family says it. */
    public static Optional<TokenizerKind> tokenizer(String modelType) {
        return ALL.stream()
                .filter(family -> family.modelTypes().contains(modelType))
                .flatMap(family -> family.tokenizer(modelType).stream())
                .findFirst();
    }

    /** The family that a {@code config.json} names, if it is one of these. */
    public static Optional<Family> find(JsonConfig config) {
        return ALL.stream().filter(family -> family.reads(config)).findFirst();
    }

    /** The same where it has to be one; {@code otherwise} is what else can be done, behind a blank, or empty. */
    public static Family of(JsonConfig config, String otherwise) {
        String modelType = config.requiredText("model_type");
        return find(config)
                .orElseThrow(() -> ModelProblem.unsupported(
                        "%s: unknown model_type '%s'".formatted(config.subject(), ModelProblem.show(modelType)),
                        "%s Known are: %s.".formatted(whatItIs(modelType), String.join(", ", modelTypes())),
                        "Choose a model of one of these architectures." + otherwise));
    }

    /** A name that is nearly one of these is a slip only where it is no other model's. */
    private static String whatItIs(String modelType) {
        if (TransformersModelTypes.all().contains(modelType)) {
            return "It is an architecture of transformers that Embark does not compute.";
        }
        return NearestName.find(ModelProblem.show(modelType), modelTypes(), 1)
                .map("It is nearly %s, and no architecture of transformers."::formatted)
                .orElse(
                        "It is no architecture of transformers: its models bring code of their own, which is never run.");
    }
}

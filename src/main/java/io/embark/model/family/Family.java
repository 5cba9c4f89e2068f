/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import java.util.List;
import java.util.Optional;

/**
 * One kind of network: what its configuration says, and how files name its tensors. Stateless.
 *
 * <p>The forward pass stands in the script that {@link Architecture#family()} names, beside the {@code torch} room's classes.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface Family extends TensorNames {
    /** The {@code model_type}s that its {@code config.json} may carry, for people too; never empty. */
    List<String> modelTypes();

    /** Whether a configuration is of this family; by its {@code model_type}, unless that is not enough to tell. */
    default boolean reads(JsonConfig config) {
        return modelTypes().contains(config.requiredText("model_type"));
    }

    /**
     * The tokenizer that transformers gives to models of one of these types by itself ({@code TOKENIZER_MAPPING_NAMES}); empty
     * where it has none for them.
     */
    default Optional<TokenizerKind> tokenizer(String modelType) {
        return Optional.empty();
    }

    /**
     * What becomes of each key of its {@code config.json}: {@link ConfigKeys#COMMON} and the family's own, which are all fields of
     * transformers' configuration class and all others that its networks' code asks for. A test holds that the keys called honoured
     * are those that {@link #read} asks for, and that no field is left out.
     */
    KnownKeys keys();

    /**
     * The network that a configuration describes, with the fields' own names, and without values that the list refuses.
     *
     * @throws io.embark.EmbarkException MODEL_INVALID if a field is missing, of the wrong type or out of range;
     *     MODEL_UNSUPPORTED if it asks for something that the family's script cannot do
     */
    Architecture read(JsonConfig config);
}

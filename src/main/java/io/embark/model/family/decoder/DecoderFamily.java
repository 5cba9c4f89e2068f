/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.family.Family;
import io.embark.model.family.TensorNames;

/** A family whose network is a {@link DecoderNetwork}. */
interface DecoderFamily extends Family {
    /** What a file with or without the causal model's prefix calls a tensor, in one form. */
    @Override
    default String canonicalName(String fileName) {
        String name = TensorNames.without(fileName, "model.");
        return name.equals("embed_tokens.weight")
                ? TensorNames.WORDS
                : name.replace(".mlp.gate.weight", ".mlp.router.weight");
    }
}

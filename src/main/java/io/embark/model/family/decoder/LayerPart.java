/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import java.util.EnumSet;
import java.util.Set;

/** What layers of some decoders have, and those of others lack. */
enum LayerPart {
    /** Queries, keys and values are made with a bias. */
    INPUT_BIAS,
    /** What comes out of the attention is made with a bias. */
    OUTPUT_BIAS,
    /** The products behind the attention add a bias. */
    MLP_BIAS,
    /** Each head of queries and keys has a norm. */
    HEAD_NORMS,
    /** There are norms behind the two parts too, not before them only. */
    NORMS_BEHIND;

    /** These parts, and the biases of configurations that have a flag for each of the two places. */
    static Set<LayerPart> withBiases(Set<LayerPart> parts, boolean attention, boolean mlp) {
        Set<LayerPart> all = EnumSet.noneOf(LayerPart.class);
        all.addAll(parts);
        if (attention) {
            all.add(INPUT_BIAS);
            all.add(OUTPUT_BIAS);
        }
        if (mlp) {
            all.add(MLP_BIAS);
        }
        return all;
    }
}

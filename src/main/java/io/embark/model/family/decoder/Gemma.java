/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family.decoder;

import io.embark.model.files.JsonConfig;
import java.util.Map;

/** What Gemma 2 and 3 have in common. */
final class Gemma {
    /** Where the file is silent. */
    static final int HEAD_SIZE = 256;

    private static final double QUERY_SCALAR = 256;

    private Gemma() {}

    /**
     * Rows of the table are multiplied by the root of their size, norms by one more than their weights, and queries by a number of
     * the configuration's own.
     */
    static Map<String, Double> numbers(DecoderNetwork network) {
        JsonConfig json = network.json();
        return Map.of(
                "embedding_factor",
                Math.sqrt(network.hiddenSize()),
                "norm_offset",
                1.0,
                "query_scale",
                1 / Math.sqrt(json.positiveNumber("query_pre_attn_scalar").orElse(QUERY_SCALAR)));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The vectors of some texts and what they took. */
public final class CountedVectors {
    private final float[][] vectors;
    private final EmbedCounts counts;

    private CountedVectors(float[][] vectors, EmbedCounts counts) {
        this.vectors = vectors;
        this.counts = counts;
    }

    /** Embeds the texts, while nobody else uses the embedder. */
    public static CountedVectors of(Embedder embedder, List<String> texts) {
        EmbedCounts before = embedder.counts();
        float[][] vectors = embedder.embed(texts);
        EmbedCounts after = embedder.counts();
        return new CountedVectors(
                vectors,
                EmbedCounts.of(Arrays.stream(Count.values())
                        .collect(Collectors.toMap(
                                Function.identity(),
                                count -> count.unit() == Count.Unit.PEAK
                                        ? after.get(count)
                                        : after.get(count) - before.get(count)))));
    }

    /** {@code [texts][dimension]}; null for a text without a vector. */
    public float[][] vectors() {
        return vectors;
    }

    /** What they took, but for the peak, which is that of the embedder so far. */
    public EmbedCounts counts() {
        return counts;
    }
}

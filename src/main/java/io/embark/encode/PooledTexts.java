/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import java.util.List;
import java.util.Map;

/**
 * What the network made of some texts, before an {@link Embedder} makes vectors of it. Immutable and thread-safe; holds no
 * native memory.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class PooledTexts {
    private final List<List<PooledChunk>> chunks;
    private final Map<Integer, String> reasons;
    private final EmbedCounts counts;

    /**
     * @param chunks for each text; null for one that has no vector
     * @param reasons why texts that could not be embedded have no vector, by their places
     */
    PooledTexts(List<List<PooledChunk>> chunks, Map<Integer, String> reasons, EmbedCounts counts) {
        this.chunks = chunks;
        this.reasons = reasons;
        this.counts = counts;
    }

    /** The chunks of a text, one where they are not wanted each for itself; null for a text that has no vector. */
    List<PooledChunk> chunks(int text) {
        return chunks.get(text);
    }

    /** Why a text could not be embedded, in a few words; null for one that has a vector, or was left out on purpose. */
    public String reason(int text) {
        return reasons.get(text);
    }

    /** How many texts there are, null ones included. */
    int size() {
        return chunks.size();
    }

    /** What they took. */
    public EmbedCounts counts() {
        return counts;
    }
}

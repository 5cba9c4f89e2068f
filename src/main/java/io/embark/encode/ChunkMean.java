/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.model.ModelSpecification;
import io.embark.text.TextChunk;

/**
 * The mean of the vectors of a text's chunks, each as heavy as the tokens that it has of its own. It is taken of what the
 * model's modules give; where these normalise, the mean is normalised again. Of one chunk it is that chunk's vector, bit for bit.
 */
final class ChunkMean {
    private final boolean normalize;
    private final double[] weighted;
    private final double[] plain;
    private PooledRow first;
    private int chunks;
    private long tokens;

    ChunkMean(ModelSpecification specification) {
        this.normalize = specification.normalizes();
        this.weighted = new double[specification.dimension()];
        this.plain = new double[specification.dimension()];
    }

    void add(TextChunk chunk, PooledRow place) {
        if (chunks == 0) {
            first = place;
        }
        chunks++;
        tokens += chunk.ownTokens();
        int start = place.row * weighted.length;
        for (int i = 0; i < weighted.length; i++) {
            weighted[i] += (double) chunk.ownTokens() * place.pooled[start + i];
            plain[i] += place.pooled[start + i];
        }
    }

    PooledRow place() {
        if (chunks == 1) {
            return first;
        }
        float[] mean = new float[weighted.length];
        for (int i = 0; i < mean.length; i++) {
            // Megabytes of blanks may have no tokens of their own.
            mean[i] = (float) (tokens > 0 ? weighted[i] / tokens : plain[i] / chunks);
        }
        if (normalize) {
            VectorFinish.normalize(mean);
        }
        return new PooledRow(mean, 0);
    }
}

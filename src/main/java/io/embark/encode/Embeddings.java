package io.embark.encode;

/** The vectors of some texts and what they took. */
public final class Embeddings {
    private final float[][] vectors;
    private final Statistics statistics;

    Embeddings(float[][] vectors, Statistics statistics) {
        this.vectors = vectors;
        this.statistics = statistics;
    }

    /** {@code [texts][dimension]}, the caller's own; null for a text without a vector. */
    public float[][] vectors() {
        return vectors;
    }

    /** What they took. */
    public Statistics statistics() {
        return statistics;
    }
}

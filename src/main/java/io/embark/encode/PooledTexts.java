package io.embark.encode;

/**
 * What the network made of some texts, before an {@link Embedder} makes vectors of it. Immutable and thread-safe; holds no
 * native memory.
 */
public final class PooledTexts {
    /** One text's part of the numbers that a batch gave. */
    static final class Place {
        final float[] pooled;
        final int row;

        Place(float[] pooled, int row) {
            this.pooled = pooled;
            this.row = row;
        }
    }

    private final Place[] places;
    private final Statistics statistics;

    PooledTexts(Place[] places, Statistics statistics) {
        this.places = places;
        this.statistics = statistics;
    }

    /** Where the numbers of a text are; null for a text that has no vector. */
    Place place(int text) {
        return places[text];
    }

    /** How many texts there are, null ones included. */
    public int size() {
        return places.length;
    }

    /** What they took. */
    public Statistics statistics() {
        return statistics;
    }
}

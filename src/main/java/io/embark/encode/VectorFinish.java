/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbedOptions;
import io.embark.model.ModelFolder;
import io.embark.model.ModelSpecification;
import java.util.Arrays;

/**
 * What happens to a vector behind the model's modules: the cut to the dimensions asked for, then the normalisation asked for,
 * then the quantization; the order of Sentence Transformers' {@code encode}.
 */
final class VectorFinish {
    /** torch.nn.functional.normalize divides by at least this. */
    private static final double MIN_LENGTH = 1e-12;

    private final int pooledDimension;
    private final int dimension;
    private final boolean normalize;
    private final Quantizer quantizer;

    private VectorFinish(int pooledDimension, int dimension, boolean normalize, Quantizer quantizer) {
        this.pooledDimension = pooledDimension;
        this.dimension = dimension;
        this.normalize = normalize;
        this.quantizer = quantizer;
    }

    static VectorFinish of(ModelFolder folder, EmbedOptions options) {
        ModelSpecification specification = folder.specification();
        int pooled = specification.dimension();
        Integer chosen = options.get(EmbedOptions.DIMENSIONS);
        if (chosen != null && chosen > pooled) {
            throw EmbeddingErrors.tooManyDimensions(chosen, folder);
        }

        int dimension = specification.dimension(options);
        Quantizer quantizer = Quantizer.of(options, dimension, folder.name());
        return new VectorFinish(pooled, dimension, options.get(EmbedOptions.NORMALIZE), quantizer);
    }

    /** Components of a finished vector. */
    int dimension() {
        return dimension;
    }

    /**
     * Finishes one row of a batch's pooled vectors.
     *
     * @param pooled {@code [texts * pooledDimension]}, not changed
     * @return a new array {@code [dimension]}
     */
    float[] finish(float[] pooled, int row) {
        int start = row * pooledDimension;
        float[] vector = Arrays.copyOfRange(pooled, start, start + dimension);
        if (normalize) {
            normalize(vector);
        }
        return vector;
    }

    /**
     * The codes of what {@link #finish} gives.
     *
     * @return a new array {@code [encoding.length(dimension)]}
     */
    byte[] finishCodes(float[] pooled, int row) {
        return quantizer.quantize(finish(pooled, row));
    }

    /** Divides a vector by its length, as torch.nn.functional.normalize does. */
    static void normalize(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double divisor = Math.max(Math.sqrt(squares), MIN_LENGTH);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / divisor);
        }
    }
}

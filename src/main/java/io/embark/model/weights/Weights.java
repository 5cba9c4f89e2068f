/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.Backbone;
import java.util.Map;

/**
 * The tensors of a model, open for reading. Not thread-safe: one thread at a time.
 *
 * <p>Files are read in pieces into one buffer, so that memory depends on the piece, never on the model.
 *
 * @hidden Public for Embark's other rooms only.
 */
public interface Weights extends AutoCloseable {
    /**
     * Every tensor that the model's {@link Backbone} names, or the parts in which it is stored, in that order, and then those of the modules behind pooling,
     * {@code modules.0.linear.weight} for example; by canonical name, type and shape checked, and nothing else that the files
     * may hold. Immutable.
     */
    Map<String, TensorInfo> tensors();

    /**
     * Reads one tensor from its first number to its last.
     *
     * @param name a key of {@link #tensors()}
     * @param pieceBytes the most bytes that one piece may have; at least the size of one number
     * @param consumer called for each piece in turn, on this thread
     * @throws io.embark.EmbarkException {@link io.embark.ErrorCode#MODEL_INVALID} if the file cannot be read or has become
     *     shorter since it was opened
     * @throws IllegalArgumentException if the name is not a key of {@link #tensors()} or the piece cannot hold one number
     */
    void read(String name, int pieceBytes, PieceConsumer consumer);

    /** Closes the files. Does nothing the second time. */
    @Override
    void close();
}

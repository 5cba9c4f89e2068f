/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import java.nio.ByteBuffer;

/**
 * Takes a tensor piece by piece.
 *
 * @hidden Public for Embark's other rooms only.
 */
@FunctionalInterface
public interface PieceConsumer {
    /**
     * Takes one piece.
     *
     * @param firstElement index of the piece's first number in the tensor, in the file's row-major order
     * @param elements how many numbers the piece holds, at least 1
     * @param piece exactly these numbers in the tensor's format, little-endian, from position to limit; direct, and valid
     *     only during the call, since the next piece reuses it
     */
    void accept(long firstElement, int elements, ByteBuffer piece);
}

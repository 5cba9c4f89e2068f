/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

/** One text's part of the numbers that a batch gave. */
final class PooledRow {
    final float[] pooled;
    final int row;

    PooledRow(float[] pooled, int row) {
        this.pooled = pooled;
        this.row = row;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

/** A chunk of a text and where the numbers that the network made of it are. */
record PooledChunk(int start, int end, PooledRow place) {}

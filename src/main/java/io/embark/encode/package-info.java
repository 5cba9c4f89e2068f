/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Texts in, vectors out.
 *
 * <p>Read {@link io.embark.encode.Embedder} first: window, distinct texts, by length, packed batches under a token budget,
 * compute pool, vectors. {@link io.embark.encode.LoadedModel} is what several embedders can share. Nothing here knows Spark.
 */
package io.embark.encode;

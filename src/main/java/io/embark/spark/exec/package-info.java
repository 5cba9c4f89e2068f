/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The operator that embeds the rows of a partition.
 *
 * <p>Read {@code EmbedStrategy} first, which plans an {@code EmbedNode} as an {@code EmbedExec}, with {@code SampledRows}, which
 * keeps it from running twice; then {@code EmbedIterator}, which embeds rows window by window with the models of this JVM ({@code
 * TaskModels}), and {@code EmbedMetrics}, which counts. {@code EmbedProgress} tells a driver how far tasks have come. Nothing here knows the rules that placed the node.
 */
package io.embark.spark.exec;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The rules that place {@code embed} in a plan.
 *
 * <p>Read {@code CheckCalls} first, which refuses what cannot run at the end of the analysis, and {@code LabelVectors}, which says
 * of columns where their vectors come from. Then {@code ExtractEmbed}, which puts an {@code EmbedNode} beneath the operators with
 * calls. Its steps over the whole plan are {@code ConstantCalls}, {@code CallsInAggregate} and {@code LateCalls}; in each operator
 * {@code CallsInFilter}, {@code CallsInJoin} and {@code CallsByNeed}, then {@code VectorPlace}, which finds the place; over the
 * whole plan again {@code RowOrigins}; at the end {@code SharedEmbeddings}. Nothing here knows how a node is run.
 */
package io.embark.spark.plan;

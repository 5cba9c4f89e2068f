/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * A call of {@code embed} as Catalyst sees it.
 *
 * <p>Read {@code EmbedExpression} first, the call itself; then {@code EmbedNode}, the operator of a logical plan that runs calls,
 * {@code VectorValue}, the vector as a value of Spark, {@code EmbeddingMetadata}, what its column says of it, and {@code CallErrors},
 * how a query with a wrong call is refused; {@code ExtendedSessions} tells it in which sessions calls are run.
 * Nothing here knows the rules that place a node, nor how one is run.
 */
package io.embark.spark.call;

/**
 * {@code embed} as a function of Spark: an expression that the planner turns into one batched operator.
 *
 * <p>Read {@link io.embark.spark.EmbarkFunctions} first, then {@link io.embark.spark.EmbedExpression}, the rule that collects
 * calls ({@link io.embark.spark.ExtractEmbed}), and the operator that runs them ({@link io.embark.spark.EmbedExec}, {@link
 * io.embark.spark.EmbedRows}). {@link io.embark.spark.ExecutorModels} holds the models of a JVM. {@link
 * io.embark.spark.EmbarkExtensions} puts all of it into a session: {@link io.embark.spark.SqlFunctions} by name, {@link
 * io.embark.spark.CheckCalls} at the end of the analysis. {@link io.embark.spark.VectorComparison} is beside the way. Nothing
 * here knows command lines or tables.
 */
package io.embark.spark;

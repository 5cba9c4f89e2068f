/**
 * {@code embed} as a function of Spark: an expression that the planner turns into one batched operator.
 *
 * <p>Read from the doors on: {@link io.embark.spark.EmbarkFunctions}, {@link io.embark.spark.SqlFunctions} and {@link
 * io.embark.spark.TextEmbedder}; each makes an {@link io.embark.spark.EmbedExpression}. {@link
 * io.embark.spark.EmbarkExtensions} tells a session what becomes of it:
 *
 * <ul>
 *   <li>{@link io.embark.spark.CheckCalls} refuses what cannot run, at the end of the analysis. For that {@link
 *       io.embark.spark.DriverModels} opens the models.
 *   <li>{@link io.embark.spark.ExtractEmbed} puts an {@link io.embark.spark.EmbedNode} beneath the operators with calls. Its
 *       steps over the whole plan are {@link io.embark.spark.ConstantCalls}, {@link io.embark.spark.CallsInAggregate} and
 *       {@link io.embark.spark.LateCalls}; in each operator {@link io.embark.spark.CallsInFilter}, {@link
 *       io.embark.spark.CallsInJoin} and {@link io.embark.spark.CallsByNeed}, then {@link io.embark.spark.Embedded}, which
 *       finds the place; at the end {@link io.embark.spark.SharedEmbeddings} and {@link io.embark.spark.SampledRows}.
 *   <li>{@link io.embark.spark.EmbedStrategy} plans the node as an {@link io.embark.spark.EmbedExec}, which embeds rows window
 *       by window ({@link io.embark.spark.EmbedRows}) with the models of the JVM ({@link io.embark.spark.ExecutorModels}), which are those that the driver
 *       opened ({@link io.embark.spark.PinnedModel}).
 * </ul>
 *
 * <p>{@link io.embark.spark.VectorComparison} is beside the way. Nothing here knows command lines or tables.
 */
package io.embark.spark;

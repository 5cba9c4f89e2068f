/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The doors of Spark: functions of columns, functions of SQL, a stage of pipelines, and what a session has to be told.
 *
 * <p>Read {@link io.embark.spark.EmbarkFunctions}, {@code SqlFunctions} and {@link io.embark.spark.TextEmbedder} first; each makes
 * a call of {@code embed} (room {@code call}). {@link io.embark.spark.EmbarkExtensions} tells a session what becomes of it: rules
 * place it in the plan (room {@code plan}), and an operator runs it (room {@code exec}) with the models of the application (room
 * {@code models}). {@code VectorComparison} is beside the way. Nothing here knows command lines or tables.
 */
package io.embark.spark;

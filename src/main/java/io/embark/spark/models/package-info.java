/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The models of a Spark application: opened and pinned by the driver, loaded once in each executor JVM, shared by its tasks.
 *
 * <p>Read {@code DriverModels} first, which opens what a call names; {@code PinnedModel} is what it tells the executors. Then
 * {@code ExecutorModels}, the models of this JVM, and {@code LeasedModels}, which loads and closes them. {@code SparkSettings}
 * and {@code ExecutorSettings} read Spark's configuration. Nothing here knows plans.
 */
package io.embark.spark.models;

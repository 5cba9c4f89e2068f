/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import java.util.OptionalInt;

/**
 * What a model of this JVM is loaded with.
 *
 * @param request the model, and those of its options that matter for loading it
 * @param gpu the number of the GPU that Spark assigned, of those that this JVM sees; empty if it assigned none, or none is
 *     seen
 */
record ModelLoad(ModelRequest request, OptionalInt gpu) {}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The host that a process runs on: its cache folder, locks between its processes, and waiting for other threads.
 *
 * <p>Read {@link io.embark.host.CacheDirectory} first. Every room may use what is here but {@code io.embark} itself. Nothing here
 * knows a model, a tensor or Spark.
 */
package io.embark.host;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What can be known of a model on this machine before a table is embedded: how near a lower precision comes to float32, and which
 * settings are fastest.
 *
 * <p>Read {@link io.embark.job.bench.BenchCommand} first, then Sweep, which chooses what is tried, and Trial, which executors run; apart
 * from these stands {@link io.embark.job.bench.PrecisionTrial}, which {@code embark inspect} shows.
 */
package io.embark.job.bench;

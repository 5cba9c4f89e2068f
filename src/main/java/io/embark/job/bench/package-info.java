/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What can be known of a model on this machine before a table is embedded.
 *
 * <p>Read {@link io.embark.job.bench.Fidelity} first.
 */
package io.embark.job.bench;

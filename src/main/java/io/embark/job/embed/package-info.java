/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The run of {@code embark embed}: a table in, the same table with vectors out.
 *
 * <p>Read {@code EmbedCommand} first, then {@code RequestedTables} (what is read and written), {@code VectorColumns} (what is
 * added), {@code Calibration} (ranges of codes), {@code ReadBack} (what was written is compared), {@code FailureCheck} (too many rows that
 * failed), {@code RunSummary} and {@code
 * Report}. {@code DryRun} and {@code Explanation} run nothing. A new kind of place to write to is a line of {@code SinkKinds}.
 */
package io.embark.job.embed;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The refresh of the job for programs and notebooks.
 *
 * <p>Read {@link io.embark.refresh.Refresh} first: it names a source, a target and a key, and gives back what was done as {@link
 * io.embark.refresh.Refreshed}. The work itself is that of the command line, see {@code io.embark.job.refresh}.
 */
package io.embark.refresh;

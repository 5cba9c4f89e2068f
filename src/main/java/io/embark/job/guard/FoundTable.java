/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import org.apache.hadoop.fs.Path;

/**
 * A table of another maker that was found.
 *
 * @param kind what it is
 * @param table its folder
 * @param words how the place that was asked about lies to it: "is", "lies in", "holds"
 */
record FoundTable(ForeignTable kind, Path table, String words) {}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What sources and sinks have in common: columns by their names, options of Spark's formats, paths as they are written, and
 * what Spark throws in words for people.
 *
 * <p>Read {@code Columns} first, then {@code FormatOptions} and {@code Failures}. Nothing here knows where a table lies.
 */
package io.embark.job.table;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What sources and sinks have in common: columns by their names, options of Spark's formats, paths as they are written, and
 * what Spark throws in words for people.
 *
 * <p>Read {@code Columns} first, then {@code FormatOptions} and {@code Failures}; {@code TablePin} holds a table at one version, and
 * {@code TableFeed} tells how its rows changed. Nothing here knows where a table lies.
 */
package io.embark.job.table;

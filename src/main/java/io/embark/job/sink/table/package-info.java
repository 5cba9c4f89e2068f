/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tables of catalogs as outputs.
 *
 * <p>Read {@code TableKind} first, then {@code TableSink} with {@code SessionTables} and {@code TableFiles}. {@code Recovery}
 * settles what killed runs left of folders and tables.
 */
package io.embark.job.sink.table;

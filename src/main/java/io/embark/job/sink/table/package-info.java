/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tables of catalogs as outputs.
 *
 * <p>Read {@code CatalogKind} first, then {@code CatalogSink} with {@code CatalogCheck} and {@code CatalogWrite}: tables whose
 * format commits by itself, in any catalog; {@code DeltaTables} is what is particular about one of them. {@code CatalogRefresh}
 * with {@code MergeStatement} brings those that keep versions up to date, and {@code CommitNote} travels with its commit. {@code TableKind} and
 * {@code TableSink} with {@code SessionTables} and {@code TableFiles} are for tables of plain files in the session's catalog,
 * and {@code Recovery} settles what killed runs left of folders and such tables.
 */
package io.embark.job.sink.table;

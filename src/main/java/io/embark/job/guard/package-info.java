/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What keeps a run from doing harm: all of it only looks, before anything is computed or written.
 *
 * <p>Read {@code QueryCheck} first (a query is a query), then {@code Replacement} with {@code ReadRelation}, {@code Place},
 * {@code WrittenFolder}, {@code KeptRows} and {@code CatalogFolders} (what an output that is replaced would take with it),
 * {@code TableLosses} (the same of a table of the catalog) and {@code ForeignTables} (tables that are more than their files). A
 * kind of table that Embark reads and writes as what it is goes out of {@code ForeignTable}. Nothing here knows what a run
 * computes, or how it writes.
 */
package io.embark.job.guard;

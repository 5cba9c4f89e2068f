/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tables as inputs: files, tables of catalogs, queries.
 *
 * <p>Read {@code Source} first, with {@code SourceRequest}; then its readers, {@code FilesReader}, {@code TableReader} for tables of
 * any catalog, {@code FormatReader} for any data source and {@code JdbcReader} for databases; {@code SourceFormat} (what a kind of file can do), {@code
 * TextFiles} (what is looked at before text is read) and {@code Repartitioning} (rows for all cores). A new kind of file is one
 * constant of {@code SourceFormat}. Nothing here knows the command line, its settings or how it prints.
 */
package io.embark.job.source;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Tables: where they are read from, where they are written to, and what each kind of place can do.
 *
 * <p>Read {@code Source} and {@code Sink} first, with the requests that they take; then {@code SourceFormat} and {@code
 * SinkFormat} (what a kind of file can do), {@code PathSink} and {@code TableSink}, {@code EmbeddingMetadata} (what a column of
 * vectors says about itself) and {@code Repartitioning} (rows for all cores). A new kind of file is one constant of {@code
 * SourceFormat} or {@code SinkFormat}; a new place to write to is one implementation of {@code Sink} and one method of {@code
 * Sinks}. {@code Recovery} settles what killed runs left; how an output is put in its place is the matter of {@link
 * io.embark.job.commit}. Nothing here knows the command line, its settings or how it prints.
 */
package io.embark.job.table;

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What every place has in common that an embedded table is written to.
 *
 * <p>Read {@code Sink} first, then {@code Capability} (what a place can do, as data), {@code SinkRequest} (what is asked of it)
 * and {@code SinkKind} (who opens it). {@code AppendCheck} holds rows against those that they are added to. Each kind of place
 * has an inner room: {@link io.embark.job.sink.folder}, {@link
 * io.embark.job.sink.table}, {@link io.embark.job.sink.store}, {@link io.embark.job.sink.source}; a new kind is an implementation of
 * {@code SinkKind} and a line of {@code SinkKinds}. Nothing here knows a kind, the command line or how it prints.
 */
package io.embark.job.sink;

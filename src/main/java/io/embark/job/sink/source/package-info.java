/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Any data source of Spark as an output, by its short name or its class: what rows become there is its matter.
 *
 * <p>Read {@code SourceKind} (who opens it), then {@code WrittenSource} (what a data source says that it can do) and {@code
 * SourceSink}. Nothing here knows a data source by name, but for Spark's own for databases, which needs the class of a driver.
 */
package io.embark.job.sink.source;

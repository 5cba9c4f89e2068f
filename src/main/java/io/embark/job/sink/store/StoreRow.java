/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A row on its way into a store.
 *
 * @param row all of its columns, as {@link StoreTable#schema} has them
 * @param key the values of its key, none of them null
 * @param vectors the components of each of {@link StoreTable#vectors}, in their order, exactly what is to be stored:
 *     float32, rounded to half where the store keeps halves, or the codes of an encoding; null where the row has no vector. The
 *     store does not change them.
 * @param bytes about how much memory the row takes
 * @hidden Public for Embark's other rooms only.
 */
public record StoreRow(Row row, List<Object> key, List<float[]> vectors, long bytes) {}

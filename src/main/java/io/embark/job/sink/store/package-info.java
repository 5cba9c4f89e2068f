/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Stores that keep rows by key: databases and stores of vectors. A row that is written takes the place of the one with its key.
 *
 * <p>Read {@code StoreFormat} (a kind of server, found as a service), {@code Store}, {@code StoreWrite}, {@code StoreConnector}
 * and {@code StoreSession} (what each kind implements, from the request down to a task's batch), then {@code StoreSink}, which
 * runs any of them over the partitions of a table, and {@code StoreTask}: batches, new attempts, the sample that is read back.
 * {@code StoreRefreshing} with {@code StoreChanges} changes rows that are there.
 * {@code KeyCheck} finds keys that stand in two rows, {@code LengthCheck} strings that are too long. Nothing here knows a server.
 */
package io.embark.job.sink.store;

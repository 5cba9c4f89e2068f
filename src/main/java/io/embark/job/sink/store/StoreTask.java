/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;

/**
 * Sends the rows of a partition to a store.
 *
 * @param table what is written
 * @param connector opens the session
 */
record StoreTask(StoreTable table, StoreConnector connector) implements ForeachPartitionFunction<Row> {
    @Override
    public void call(Iterator<Row> rows) throws Exception {
        StoreRows rowsOfTable = new StoreRows(table, connector);
        try (StoreBatches batches = new StoreBatches(table, connector, Pauses.ofAMinute())) {
            while (rows.hasNext()) {
                if (batches.add(rowsOfTable.of(rows.next()))) {
                    tell(batches);
                }
            }
            batches.finish();
            tell(batches);
        }
    }

    /** What the summary counts as written, as for files. */
    private static void tell(StoreBatches batches) {
        TaskContext.get().taskMetrics().outputMetrics().setRecordsWritten(batches.written());
    }
}

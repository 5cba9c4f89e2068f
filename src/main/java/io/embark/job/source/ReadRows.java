/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.job.guard.ForeignTables;
import io.embark.job.table.SparkCall;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a reader opened.
 *
 * @param rows all rows that are there
 * @param cheap whether they can be counted for much less than embedding them costs
 * @param notes what people should know about them
 */
record ReadRows(Dataset<Row> rows, boolean cheap, List<String> notes) {
    /** Takes its own copy of the notes. */
    ReadRows {
        notes = List.copyOf(notes);
    }

    /** @param subject what is read, for the error */
    static void requireNoForeignTable(Dataset<Row> rows, String subject) {
        SparkCall.run(() -> ForeignTables.requireNoneRead(subject, rows), e -> InputErrors.cannotBeReached(subject, e));
    }
}

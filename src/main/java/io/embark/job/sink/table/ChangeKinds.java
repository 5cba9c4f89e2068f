/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.Changes;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What occurs among changes, so that a statement says no more: each clause and each comparison that heeds null keeps an engine
 * from looking at fewer files.
 *
 * @param actions those that occur
 * @param keysWithNull the columns of the key in which a null occurs
 */
record ChangeKinds(Set<String> actions, Set<String> keysWithNull) {
    /** Reads the columns of the key and the action, and no other. */
    static ChangeKinds of(Changes changes) {
        List<Column> nulls = new ArrayList<>();
        for (String key : changes.keys()) {
            nulls.add(functions.max(Columns.named(key).isNull()));
        }
        Set<String> actions = new HashSet<>();
        Set<String> withNull = new HashSet<>();
        List<Row> found = changes.rows()
                .groupBy(Columns.named(Changes.ACTION))
                .agg(nulls.get(0), nulls.subList(1, nulls.size()).toArray(Column[]::new))
                .collectAsList();
        for (Row row : found) {
            actions.add(row.getString(0));
            for (int i = 0; i < nulls.size(); i++) {
                if (row.getBoolean(i + 1)) {
                    withNull.add(changes.keys().get(i));
                }
            }
        }
        return new ChangeKinds(actions, withNull);
    }

    boolean has(String action) {
        return actions.contains(action);
    }
}

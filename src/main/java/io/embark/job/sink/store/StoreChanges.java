/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.job.sink.Changes;
import io.embark.job.sink.WriteMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Sends the changes of a partition to a store, those of each kind in batches of their own. */
final class StoreChanges implements ForeachPartitionFunction<Row> {
    private static final long serialVersionUID = 1L;

    /** What is sent for each kind of change. */
    private final Map<String, Kind> kinds;

    private StoreChanges(Map<String, Kind> kinds) {
        this.kinds = kinds;
    }

    /**
     * One kind of change.
     *
     * @param table the columns that it has
     * @param connector opens the session
     */
    private record Kind(StoreTable table, StoreConnector connector) implements java.io.Serializable {}

    /**
     * What is to be sent, of rows without the columns that are kept.
     *
     * @throws io.embark.EmbarkException if the store has no such columns
     */
    static StoreChanges of(Store store, Changes changes) {
        Map<String, Predicate<String>> columns = new TreeMap<>();
        columns.put(Changes.UPDATE, name -> !changes.kept().contains(name));
        columns.put(Changes.DELETE, name -> false);
        if (!changes.mark().isEmpty()) {
            columns.put(Changes.MARK, changes.mark()::contains);
        }
        Map<String, Kind> kinds = new TreeMap<>();
        columns.forEach((action, isSent) -> {
            StructType sent = new StructType(Arrays.stream(changes.schema().fields())
                    .filter(field -> changes.keys().contains(field.name()) || isSent.test(field.name()))
                    .toArray(StructField[]::new));
            StoreTable table = new StoreTable(sent, changes.keys(), List.of(), Optional.empty(), WriteMode.APPEND);
            kinds.put(action, new Kind(table, store.changing(table)));
        });
        return new StoreChanges(kinds);
    }

    @Override
    public void call(Iterator<Row> rows) throws Exception {
        Map<String, Sender> senders = new HashMap<>();
        try {
            while (rows.hasNext()) {
                Row row = rows.next();
                String action = row.getAs(Changes.ACTION);
                if (!kinds.containsKey(action)) {
                    throw new IllegalArgumentException("A row that is there is not changed by: " + action);
                }
                senders.computeIfAbsent(action, first -> new Sender(first, kinds.get(first), row.schema()))
                        .add(row);
            }
            for (Sender sender : senders.values()) {
                sender.batches.finish();
            }
        } finally {
            senders.values().forEach(sender -> sender.batches.close());
        }
    }

    /** The changes of one kind within a task. */
    private static final class Sender {
        private final StoreRows rows;
        private final StoreBatches batches;

        /** Where the columns that are sent stand in a row. */
        private final List<Integer> columns = new ArrayList<>();

        Sender(String action, Kind kind, StructType schema) {
            this.rows = new StoreRows(kind.table(), kind.connector());
            this.batches = StoreBatches.ofChanges(
                    kind.table(),
                    kind.connector(),
                    Pauses.ofAMinute(),
                    action.equals(Changes.DELETE) ? StoreSession::delete : StoreSession::update);
            for (String name : kind.table().schema().fieldNames()) {
                columns.add(schema.fieldIndex(name));
            }
        }

        void add(Row row) throws InterruptedException {
            batches.add(rows.of(RowFactory.create(columns.stream().map(row::get).toArray())));
        }
    }
}

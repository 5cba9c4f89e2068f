/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.response.QueryResultsWrapper.RowRecord;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Reads the rows of a collection in a task.
 *
 * @param schema the fields that are asked for
 * @param key the field of the key, by which rows are read on
 * @param lite whether the server is Milvus Lite, which takes one request at a time
 */
record MilvusScan(MilvusAddress address, StructType schema, String key, boolean lite)
        implements FlatMapFunction<Iterator<Integer>, Row> {
    private static final int PAGE_ROWS = 1_000;

    @Override
    public Iterator<Row> call(Iterator<Integer> partition) throws InterruptedException {
        MilvusCollection collection = new MilvusCollection(address);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> collection.close());
        MilvusTurns turns = new MilvusTurns(lite);
        turns.take(() -> {
            collection.load();
            return null;
        });
        return new Rows(this, collection, turns);
    }

    private static final class Rows implements Iterator<Row> {
        private final MilvusScan scan;
        private final MilvusCollection collection;
        private final MilvusTurns turns;
        private final List<String> fields;
        private final Queue<RowRecord> page = new ArrayDeque<>();
        private String rest = "";
        private boolean ended;

        Rows(MilvusScan scan, MilvusCollection collection, MilvusTurns turns) {
            this.scan = scan;
            this.collection = collection;
            this.turns = turns;
            this.fields = Stream.concat(Stream.of(scan.key), Stream.of(scan.schema.fieldNames()))
                    .distinct()
                    .toList();
        }

        @Override
        public boolean hasNext() {
            if (page.isEmpty() && !ended) {
                List<RowRecord> read = read();
                page.addAll(read);
                ended = read.isEmpty();
                if (!ended) {
                    Object last = read.get(read.size() - 1).get(scan.key);
                    rest = "%s > %s".formatted(scan.key, MilvusName.literal(last));
                }
            }
            return !page.isEmpty();
        }

        private List<RowRecord> read() {
            try {
                return turns.take(() -> collection.first(rest, fields, PAGE_ROWS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            RowRecord record = page.remove();
            return RowFactory.create(Arrays.stream(scan.schema.fields())
                    .map(field -> value(field, record))
                    .toArray());
        }

        private static Object value(StructField field, RowRecord record) {
            Object value = record.get(field.name());
            if (field.dataType() instanceof ArrayType array && value instanceof List<?> elements) {
                return elements.stream()
                        .map(element -> value(array.elementType(), element))
                        .toArray();
            }
            return value == null ? null : value(field.dataType(), value);
        }

        /** The SDK has one class for several types. */
        private static Object value(DataType type, Object value) {
            if (type.equals(DataTypes.ByteType)) {
                return ((Number) value).byteValue();
            }
            if (type.equals(DataTypes.ShortType)) {
                return ((Number) value).shortValue();
            }
            return type.equals(DataTypes.TimestampType)
                    ? Timestamp.from(OffsetDateTime.parse((String) value).toInstant())
                    : value;
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.milvus.orm.iterator.QueryIterator;
import io.milvus.response.QueryResultsWrapper.RowRecord;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
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
 * @param key the field of the key, which is read where nothing is asked for
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
        List<String> fields = schema.isEmpty() ? List.of(key) : List.of(schema.fieldNames());
        QueryIterator pages = turns.take(() -> {
            collection.load();
            return collection.pages(fields, PAGE_ROWS);
        });
        return new Rows(pages, turns, schema);
    }

    private static final class Rows implements Iterator<Row> {
        private final QueryIterator pages;
        private final MilvusTurns turns;
        private final StructType schema;
        private final Queue<RowRecord> page = new ArrayDeque<>();
        private boolean ended;

        Rows(QueryIterator pages, MilvusTurns turns, StructType schema) {
            this.pages = pages;
            this.turns = turns;
            this.schema = schema;
        }

        @Override
        public boolean hasNext() {
            while (page.isEmpty() && !ended) {
                List<RowRecord> read = read();
                page.addAll(read);
                ended = read.isEmpty();
            }
            return !page.isEmpty();
        }

        private List<RowRecord> read() {
            try {
                return turns.take(pages::next);
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
            return RowFactory.create(Arrays.stream(schema.fields())
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

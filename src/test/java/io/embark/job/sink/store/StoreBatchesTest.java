/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Batches of a task, sent to a store in memory that fails as servers do. */
class StoreBatchesTest {
    private static final StoreTable TABLE = new StoreTable(
            new StructType().add("id", DataTypes.IntegerType),
            List.of("id"),
            List.of("embedding"),
            Optional.empty(),
            WriteMode.APPEND);

    private final Memory memory = new Memory();

    private void write(int from, int to) throws InterruptedException {
        try (StoreBatches batches = new StoreBatches(TABLE, memory, Pauses.of(1, 1))) {
            for (int id = from; id < to; id++) {
                batches.add(new StoreRow(RowFactory.create(id), List.of(id), List.of(new float[] {id}), Float.BYTES));
            }
            batches.finish();
        }
    }

    private static List<Integer> ids(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void aCallThatFailsForAWhileIsMadeAgainInANewSession() throws InterruptedException {
        memory.fails(2, new IOException("connection reset"));
        write(0, 25);

        assertThat(memory.stored.keySet()).containsExactlyElementsOf(ids(0, 25));
        assertThat(memory.opened).isEqualTo(3);
        assertThat(memory.isOpen).isZero();
    }

    @Test
    void aStoreThatStaysAwayEndsTheRunAfterTheLastAttempt() {
        memory.fails(Integer.MAX_VALUE, new IOException("connection reset"));

        assertThatThrownBy(() -> write(0, 25))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_FAILED))
                .hasMessage("""
                        memory: failed 3 times in a row
                        connection reset
                        Check the server, and run it again: a refresh goes on with what is in, and --mode append puts each row \
                        there once.""");
        assertThat(memory.calls).isEqualTo(3);
        assertThat(memory.isOpen).isZero();
    }

    @Test
    void theRowThatIsRefusedIsFoundInItsBatch() {
        memory.refused = 17;

        assertThatThrownBy(() -> write(0, 25)).hasMessage("""
                        memory: does not take row id=17
                        no such row
                        Change what it holds with --sql, leave it out with --where, or change the table.""");
        assertThat(memory.stored.keySet()).containsAll(ids(0, 10)).doesNotContain(17);
    }

    /** Each half would pass, and one row be lost. */
    @Test
    void keysThatAreOneInTheStoreEndTheRunAtOnce() {
        memory.fails(Integer.MAX_VALUE, new IllegalStateException("row 3 is row 7"));

        assertThatThrownBy(() -> write(0, 25)).hasMessage("""
                        memory: takes two keys for one, between id=0 and id=9
                        row 3 is row 7
                        Look for a trigger that changes keys, or a type or collation that does not tell them apart.""");
        assertThat(memory.calls).isEqualTo(1);
    }

    private void change(StoreBatches.Sending sending, int from, int to) throws InterruptedException {
        try (StoreBatches batches = StoreBatches.ofChanges(TABLE, memory, Pauses.of(1, 1), sending)) {
            for (int id = from; id < to; id++) {
                batches.add(new StoreRow(RowFactory.create(id), List.of(id), List.of(), Integer.BYTES));
            }
            batches.finish();
        }
    }

    @Test
    void aDeletionThatFailsForAWhileIsMadeAgain() throws InterruptedException {
        write(0, 25);
        memory.fails(2, new IOException("connection reset"));
        change(StoreSession::delete, 3, 25);

        assertThat(memory.stored.keySet()).containsExactlyElementsOf(ids(0, 3));
        assertThat(memory.isOpen).isZero();
    }

    @Test
    void theChangeThatIsRefusedIsFoundInItsBatch() {
        memory.refused = 17;

        assertThatThrownBy(() -> change(StoreSession::update, 0, 25)).hasMessage("""
                        memory: does not take row id=17
                        no such row
                        Change what it holds with --sql, leave it out with --where, or change the table.""");
    }

    /** They have no vectors to compare, and may be of rows that are gone. */
    @Test
    void changesAreNotReadBack() throws InterruptedException {
        change(StoreSession::update, 0, 25);

        assertThat(memory.calls).isEqualTo(3);
    }

    private static final class Memory implements StoreConnector {
        private static final long serialVersionUID = 1L;

        private final transient Map<Integer, double[][]> stored = new TreeMap<>();
        private int failures;
        private Exception failure;
        private int refused = -1;
        private int calls;
        private int opened;
        private int isOpen;

        void fails(int times, Exception with) {
            failures = times;
            failure = with;
        }

        @Override
        public String description() {
            return "memory";
        }

        @Override
        public List<VectorType> vectorTypes() {
            return List.of(VectorType.FLOATS);
        }

        @Override
        public int batchRows() {
            return 10;
        }

        @Override
        public long batchBytes() {
            return Long.MAX_VALUE;
        }

        private void called(List<StoreRow> rows) throws Exception {
            calls++;
            if (failures > 0) {
                failures--;
                throw failure;
            }
            if (rows.stream().anyMatch(row -> row.key().equals(List.of(refused)))) {
                throw new IllegalArgumentException("no such row");
            }
        }

        @Override
        public StoreSession open() {
            opened++;
            isOpen++;
            return new StoreSession() {
                @Override
                public void upsert(List<StoreRow> rows) throws Exception {
                    called(rows);
                    stored.putAll(rows.stream()
                            .collect(Collectors.toMap(row -> (Integer) row.key().get(0), row ->
                                    new double[][] {{row.vectors().get(0)[0]}})));
                }

                @Override
                public void update(List<StoreRow> rows) throws Exception {
                    called(rows);
                }

                @Override
                public void delete(List<StoreRow> rows) throws Exception {
                    called(rows);
                    rows.forEach(row -> stored.remove((Integer) row.key().get(0)));
                }

                @Override
                public List<double[][]> read(List<StoreRow> rows) {
                    return rows.stream()
                            .map(row -> stored.get((Integer) row.key().get(0)))
                            .toList();
                }

                @Override
                public void close() {
                    isOpen--;
                }
            };
        }

        @Override
        public boolean isTransient(Exception thrown) {
            return thrown instanceof IOException;
        }

        @Override
        public boolean tookKeysForOne(Exception thrown) {
            return thrown instanceof IllegalStateException;
        }
    }
}

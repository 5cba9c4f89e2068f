/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store;

import io.embark.EmbarkException;
import io.embark.job.table.Failures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of a task. What fails for a while is sent again, longer and longer apart; what the store refuses is sent in halves
 * until the row is found that it refuses. A few rows of the first batch are read back and compared.
 */
final class StoreBatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreBatches.class);

    private static final int SAMPLE = 4;

    private final StoreTable table;
    private final StoreConnector connector;
    private final Pauses pauses;
    private final Sending sending;
    private final List<StoreRow> batch = new ArrayList<>();
    private final Set<List<Object>> keys = new HashSet<>();
    private long bytes;
    private long written;
    private boolean compared;

    /** Null until something is sent, and after something failed. */
    private StoreSession session;

    /** Rows that are put into the store. */
    StoreBatches(StoreTable table, StoreConnector connector, Pauses pauses) {
        this(table, connector, pauses, StoreSession::upsert);
    }

    private StoreBatches(StoreTable table, StoreConnector connector, Pauses pauses, Sending sending) {
        this.table = table;
        this.connector = connector;
        this.pauses = pauses;
        this.sending = sending;
    }

    /** Rows that are there and get other values, or go; no vectors are sent, and none compared. */
    static StoreBatches ofChanges(StoreTable table, StoreConnector connector, Pauses pauses, Sending sending) {
        StoreBatches batches = new StoreBatches(table, connector, pauses, sending);
        batches.compared = true;
        return batches;
    }

    /** What becomes of the rows of a batch. */
    interface Sending {
        void send(StoreSession open, List<StoreRow> rows) throws Exception;
    }

    /** Takes a row; true if a batch went out before it. */
    boolean add(StoreRow row) throws InterruptedException {
        boolean isFull = batch.size() >= connector.batchRows()
                || (!batch.isEmpty() && bytes + row.bytes() > connector.batchBytes());
        if (isFull) {
            flush();
        }
        if (!keys.add(row.key())) {
            // All keys were looked at before; what is read has changed since, or is not the same each time.
            throw StoreErrors.keyTwice(table.keys(), row.key(), 2);
        }
        batch.add(row);
        bytes += row.bytes();
        return isFull;
    }

    /** Sends what is left. */
    void finish() throws InterruptedException {
        if (!batch.isEmpty()) {
            flush();
        }
    }

    /** Rows that the store has taken. */
    long written() {
        return written;
    }

    private void flush() throws InterruptedException {
        send(batch);
        if (!compared) {
            requireSame(batch.subList(0, Math.min(SAMPLE, batch.size())));
            compared = true;
        }
        written += batch.size();
        batch.clear();
        keys.clear();
        bytes = 0;
    }

    private void send(List<StoreRow> rows) throws InterruptedException {
        Optional<Exception> refused = tried(open -> sending.send(open, rows));
        if (refused.isEmpty()) {
            return;
        }
        if (connector.tookKeysForOne(refused.get())) {
            // Halves of the batch would pass, and the later of the two rows be the one that is kept.
            throw StoreErrors.keysAreOne(
                    connector.description(),
                    table.keys(),
                    rows.get(0).key(),
                    rows.get(rows.size() - 1).key(),
                    refused.get());
        }
        if (rows.size() == 1) {
            throw StoreErrors.rowIsRefused(
                    connector.description(), table.keys(), rows.get(0).key(), refused.get());
        }
        int middle = rows.size() / 2;
        send(rows.subList(0, middle));
        send(rows.subList(middle, rows.size()));
    }

    private void requireSame(List<StoreRow> rows) throws InterruptedException {
        if (StoredVectors.difference(table, connector, rows, read(rows)).isEmpty()) {
            return;
        }
        // Another run may have put rows of its own under these keys just now.
        send(rows);
        StoredVectors.difference(table, connector, rows, read(rows)).ifPresent(difference -> {
            throw difference;
        });
    }

    private List<double[][]> read(List<StoreRow> rows) throws InterruptedException {
        List<double[][]> read = new ArrayList<>();
        tried(open -> {
                    read.clear();
                    read.addAll(open.read(rows));
                })
                .ifPresent(refused -> {
                    throw StoreErrors.cannotBeReadBack(connector.description(), refused);
                });
        return read;
    }

    private interface Call {
        void on(StoreSession open) throws Exception;
    }

    /** Makes a call until it passes, the store refuses it, or the last attempt failed; empty if it passed. */
    private Optional<Exception> tried(Call call) throws InterruptedException {
        for (int failed = 1; ; failed++) {
            boolean connected = session != null;
            try {
                session = connected ? session : connector.open();
                connected = true;
                call.on(session);
                return Optional.empty();
            } catch (EmbarkException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                abandon();
                if (!connector.isTransient(e)) {
                    if (connected) {
                        return Optional.of(e);
                    }
                    throw StoreErrors.isUnreachable(connector.description(), e);
                }
                LOG.warn("{} failed: {}", connector.description(), Failures.rootLine(e));
                if (!pauses.waitAfter(failed)) {
                    throw StoreErrors.failedForTooLong(connector.description(), failed, e);
                }
            }
        }
    }

    /** What is open after a failure may be in any state. */
    private void abandon() {
        StoreSession open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        abandon();
    }
}

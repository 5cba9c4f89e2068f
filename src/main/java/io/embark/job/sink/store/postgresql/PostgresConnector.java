/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.VectorType;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreSession;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;

/**
 * Opens the sessions of tasks.
 *
 * @param options how to connect
 * @param table the table that tasks write into
 * @param rows how
 * @param fence what each batch passes
 */
record PostgresConnector(PostgresOptions options, SqlName table, PostgresRows rows, PostgresFence fence)
        implements StoreConnector {
    private static final long BATCH_BYTES = 8L << 20;

    /**
     * Of a connection that broke, of a server that is short of something or comes up, is a replica while another becomes the
     * primary, and of transactions that were in each other's way; but for a disk that is full, which stays so.
     */
    private static final List<String> TRANSIENT_STATES = List.of(
            "08", "57P01", "57P02", "57P03", "57P05", "53000", "53200", "53300", "40001", "40P01", "55P03", "25P03",
            "25006");

    @Override
    public String description() {
        return options.output();
    }

    @Override
    public List<VectorType> vectorTypes() {
        return rows.types();
    }

    @Override
    public int batchRows() {
        return options.batchRows();
    }

    @Override
    public long batchBytes() {
        return BATCH_BYTES;
    }

    @Override
    public StoreSession open() throws SQLException {
        return PostgresSession.open(options, table, rows, fence);
    }

    /** The state of an ON CONFLICT that would update a row twice. */
    private static final String TWICE = "21000";

    @Override
    public boolean tookKeysForOne(Exception thrown) {
        if (thrown instanceof SQLException failed) {
            for (SQLException next = failed; next != null; next = next.getNextException()) {
                if (TWICE.equals(next.getSQLState())) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public boolean isTransient(Exception thrown) {
        return thrown instanceof SQLException failed && isTransient(failed);
    }

    /** The same of the server's own. */
    static boolean isTransient(SQLException failed) {
        // The first is of the batch, and says nothing but that one failed.
        for (SQLException next = failed; next != null; next = next.getNextException()) {
            String state = String.valueOf(next.getSQLState());
            boolean isBroken = next.getCause() instanceof IOException && !state.startsWith("22");
            if (isBroken
                    || next instanceof SQLTransientException
                    || TRANSIENT_STATES.stream().anyMatch(state::startsWith)) {
                return true;
            }
        }
        return false;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;

/**
 * What the transactions of a run pass before they write, so that a task whose run is over writes nothing: tasks may outlive a
 * driver that died. A transaction that has passed is waited for by the next run, see {@link PostgresTurn}.
 *
 * @param writers the lock that transactions share, and a run that begins takes for itself; empty for no fence
 * @param run the lock that the run has while it has its turn
 */
record PostgresFence(String writers, String run) implements Serializable {
    /** That of a run which shares the table with others. */
    static final PostgresFence NONE = new PostgresFence("", "");

    /** The state of a lock that is not to be had, which passes where the run takes its lock anew. */
    static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Lets the transaction of a connection pass, before it writes.
     *
     * @throws SQLTransientException if the run has lost its turn
     */
    void pass(Connection transaction) throws SQLException {
        if (writers.isEmpty()) {
            return;
        }
        PostgresLocks.watch(transaction);
        PostgresLocks.share(transaction, writers);
        if (PostgresLocks.tryShare(transaction, run)) {
            transaction.rollback();
            throw new SQLTransientException(
                    "The refresh that this task is part of has lost its turn: its driver ended, or the connection was cut",
                    LOCK_NOT_AVAILABLE);
        }
    }
}

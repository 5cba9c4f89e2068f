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
 * What the transactions of a run pass before they write, so that a task whose run is over writes nothing: tasks outlive a driver
 * that died on the other side of a network. A transaction that has passed is waited for by the next run, see {@link PostgresTurn}.
 *
 * @param writers the lock that transactions share, and a run that begins takes for itself; empty for no fence
 * @param run the lock that the run has while it lives
 */
record PostgresFence(String writers, String run) implements Serializable {
    /** That of a run which shares the table with others. */
    static final PostgresFence NONE = new PostgresFence("", "");

    /** The state of a lock that is not to be had, which passes where the run takes its lock anew. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Both branches ask whether the run's lock is free; the condition is there to be waited for. */
    private static final String PASS = "SELECT CASE WHEN pg_advisory_xact_lock_shared(hashtextextended(?, 0)) IS NULL"
            + " THEN pg_try_advisory_xact_lock_shared(hashtextextended(?, 0))"
            + " ELSE pg_try_advisory_xact_lock_shared(hashtextextended(?, 0)) END";

    /**
     * Lets the transaction of a connection pass, which is at its beginning.
     *
     * @throws SQLTransientException if the run does not hold the table any more
     */
    void pass(Connection transaction) throws SQLException {
        if (!writers.isEmpty() && PostgresCheck.ask(transaction, PASS, writers, run, run)) {
            transaction.rollback();
            throw new SQLTransientException(
                    "The refresh that this task is part of has lost the table: its driver ended, or its connection was cut",
                    LOCK_NOT_AVAILABLE);
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;

/** Advisory locks of a transaction by names: they end with it, whatever stands between this process and the server. */
final class PostgresLocks {
    /** How long locks of transactions that went before are waited for at once. */
    private static final String SLICE = "2s";

    private static final String EXCLUSIVE = "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))";
    private static final String SHARED = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended(?, 0))";

    /** The server notices within a minute that the other host is gone; by itself it takes hours. */
    private static final String WATCH = "SELECT set_config('tcp_keepalives_idle', '30', true),"
            + " set_config('tcp_keepalives_interval', '10', true), set_config('tcp_keepalives_count', '3', true)";

    private static final String HOLDER = """
            SELECT 'process ' || l.pid || COALESCE(' of ' || host(a.client_addr), '')
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(?, 0)""";

    private PostgresLocks() {}

    /** Begins a transaction for locks on a new connection. */
    static Connection begin(PostgresOptions options) throws SQLException {
        Connection connection = options.connect();
        try {
            connection.setAutoCommit(false);
            watch(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Has the server look after the other end of a transaction. */
    static void watch(Connection transaction) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(WATCH)) {
            statement.execute();
        }
    }

    /** Takes the lock of a name; false if somebody else has it. */
    static boolean tryLock(Connection transaction, String name) throws SQLException {
        return PostgresCheck.ask(transaction, EXCLUSIVE, name);
    }

    /** Whether nobody has the lock of a name for himself. */
    static boolean tryShare(Connection transaction, String name) throws SQLException {
        return PostgresCheck.ask(transaction, SHARED, name);
    }

    /** Takes part in a lock, and waits for whoever has it alone. */
    static void share(Connection transaction, String name) throws SQLException {
        PostgresCheck.ask(transaction, "SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0)) IS NOT NULL", name);
    }

    /** Waits a while until all who share a lock have ended their transactions; false if one has not. */
    static boolean awaitSharers(Connection transaction, String name, int slices) throws SQLException {
        for (int i = 0; i < slices; i++) {
            Savepoint before = transaction.setSavepoint();
            try {
                PostgresCheck.ask(transaction, "SELECT set_config('lock_timeout', ?, true) IS NULL", SLICE);
                PostgresCheck.ask(
                        transaction, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0)) IS NOT NULL", name);
                return true;
            } catch (SQLException e) {
                if (!PostgresFence.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
            } finally {
                // Gives the lock back too.
                transaction.rollback(before);
            }
        }
        return false;
    }

    /** Who has a lock, as the server knows it: {@code process 4711 of 10.0.0.7}; empty if it does not say. */
    static Optional<String> holder(Connection transaction, String name) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(HOLDER)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }
}

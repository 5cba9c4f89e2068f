/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.base.Redaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a whole run, and the locks that it has on names. It is there for hours while rows are computed: it is used every
 * now and then, so that nothing on the way forgets it, and made anew where it was cut.
 *
 * <p>Serves one thread beside its own.
 */
final class PostgresHold implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresHold.class);

    /** Routers of clouds forget a connection after four minutes or six. */
    private static final long PULSE_MILLIS = 30_000;

    private static final String HOLDER = """
            SELECT 'process ' || l.pid || COALESCE(' of ' || host(a.client_addr), '')
            FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(?, 0)""";

    private final PostgresOptions options;

    /** Null while nobody else works. */
    private Timer pulse;

    private Connection connection;

    /** The locks that were taken, in order. */
    private final List<String> locks = new ArrayList<>();

    /** How many of them this connection has. */
    private int held;

    PostgresHold(PostgresOptions options) throws SQLException {
        this.options = options;
        this.connection = options.connect();
    }

    /** The connection, which is one that answers. Nobody uses it any more where it is made anew. */
    synchronized Connection connection() throws SQLException {
        if (!connection.isValid(PostgresSession.ANSWER_SECONDS)) {
            LOG.warn("{}: the connection was cut and is made anew", options.output());
            leave();
            connection = options.connect();
            held = 0;
        }
        for (; held < locks.size(); held++) {
            if (!tryLock(connection, locks.get(held))) {
                // The server has not noticed yet that the session is gone which had it; or another run was quicker.
                // Those that
                // follow are worth nothing without it.
                LOG.warn("{}: {} is still locked", options.output(), locks.get(held));
                break;
            }
        }
        return connection;
    }

    /** Takes the lock of a name for as long as this is open; false if somebody else has it. */
    synchronized boolean tryLock(String name) throws SQLException {
        if (!tryLock(connection, name)) {
            return false;
        }
        locks.add(name);
        held++;
        return true;
    }

    static boolean tryLock(Connection connection, String name) throws SQLException {
        return PostgresCheck.ask(connection, "SELECT pg_try_advisory_lock(hashtextextended(?, 0))", name);
    }

    /** Waits for a lock, as long as the connection's own settings allow. */
    static void lock(Connection connection, String name) throws SQLException {
        PostgresCheck.ask(connection, "SELECT pg_advisory_lock(hashtextextended(?, 0)) IS NOT NULL", name);
    }

    static void unlock(Connection connection, String name) throws SQLException {
        PostgresCheck.ask(connection, "SELECT pg_advisory_unlock(hashtextextended(?, 0))", name);
    }

    /** Who has a lock, as the server knows it: {@code process 4711 of 10.0.0.7}; empty if it does not say. */
    static Optional<String> holder(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    /** Keeps the connection while others work. */
    synchronized void keep() {
        pulse = new Timer("embark-postgresql", true);
        pulse.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        beat();
                    }
                },
                PULSE_MILLIS,
                PULSE_MILLIS);
    }

    private void beat() {
        try {
            connection();
        } catch (SQLException | RuntimeException e) {
            // Whoever needs it next says so if it stays away.
            LOG.warn("{}: cannot be reached: {}", options.output(), Redaction.text(e.toString()));
        }
    }

    /** Ends what {@link #keep} began: from here on the connection is in use. */
    synchronized void use() {
        if (pulse != null) {
            pulse.cancel();
            pulse = null;
        }
    }

    private void leave() {
        try {
            connection.close();
        } catch (SQLException e) {
            // It broke before; the server ends what is left of it.
        }
    }

    @Override
    public void close() {
        use();
        leave();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.base.Redaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Timer;
import java.util.TimerTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a whole run, and the lock that it has on a name. It is there for hours while rows are computed: it is used every
 * now and then, so that nothing on the way forgets it, and made anew where it was cut.
 *
 * <p>Serves one thread beside its own.
 */
final class PostgresHold implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresHold.class);

    /** Routers of clouds forget a connection after four minutes or six. */
    private static final long PULSE_MILLIS = 30_000;

    private final PostgresOptions options;

    /** Null while nobody else works. */
    private Timer pulse;

    private Connection connection;

    /** Null for none. */
    private SqlName locked;

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
            if (locked != null && !tryLock(connection, locked)) {
                // The server has not noticed yet that the session is gone which had it, and keeps it for that one.
                LOG.warn("{}: still locked", locked);
            }
        }
        return connection;
    }

    /** Takes the lock of a name, which no other run has. */
    synchronized void lock(SqlName name) throws SQLException {
        PostgresCheck.ask(connection, "SELECT pg_advisory_lock(hashtextextended(?, 0)) IS NOT NULL", name.sql());
        locked = name;
    }

    static boolean tryLock(Connection connection, SqlName name) throws SQLException {
        return PostgresCheck.ask(connection, "SELECT pg_try_advisory_lock(hashtextextended(?, 0))", name.sql());
    }

    static void unlock(Connection connection, SqlName name) throws SQLException {
        PostgresCheck.ask(connection, "SELECT pg_advisory_unlock(hashtextextended(?, 0))", name.sql());
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

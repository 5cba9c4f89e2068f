/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.PlaceHold;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turn of one refresh at a table: locks of the server's, of a transaction that is open, and does nothing, as long as the
 * refresh. They go with it and with its connection, and poolers leave it alone.
 *
 * <ol>
 *   <li>One of the table's name keeps other refreshes away.
 *   <li>One of the run's own number says that it has its turn.
 *   <li>One is shared by the transactions of tasks. Who begins takes it for a moment: then none that passed {@link PostgresFence}
 *       before is under way, and from there on those of a dead run do not pass, as its number's lock is free.
 * </ol>
 *
 * <p>A connection that is cut is made anew, and the locks are taken again unless another run has them. After a minute the turn is
 * lost for good; within it another refresh could come and go unseen.
 */
final class PostgresTurn implements PlaceHold {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresTurn.class);

    private static final String REFRESH = "embark refresh of ";
    private static final String WRITERS = "embark writers of ";
    private static final String RUN = "embark run ";

    /** What tasks of an earlier run have under way is waited for, 2 s each. */
    private static final int SLICES = 30;

    private static final long BEAT_MILLIS = 1_000;

    /** How long the connection is not looked at; tasks try again for longer. */
    private static final long QUIET = TimeUnit.SECONDS.toNanos(10);

    /** As long as tasks try again. */
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

    private final PostgresOptions options;
    private final String refresh;
    private final PostgresFence fence;
    private final Timer pulse = new Timer("embark-postgresql-turn", true);

    /** Null while there is none. */
    private Connection connection;

    /** When the server last said that the locks are there. */
    private long seen = System.nanoTime();

    private boolean over;

    private PostgresTurn(PostgresOptions options, SqlName table) {
        this.options = options;
        this.refresh = REFRESH + table.sql();
        this.fence = new PostgresFence(WRITERS + table.sql(), RUN + UUID.randomUUID());
    }

    /** Takes the turn; empty where the server has no such locks, or takes no notice of them. */
    static Optional<PostgresTurn> take(PostgresOptions options) throws SQLException {
        PostgresTurn turn = new PostgresTurn(options, name(options));
        try {
            if (turn.begin()) {
                return Optional.of(turn);
            }
        } catch (SQLException e) {
            if (!isUnknown(e)) {
                turn.close();
                throw e;
            }
        } catch (RuntimeException e) {
            turn.close();
            throw e;
        }
        LOG.warn("{}: the server has no advisory locks; other refreshes are not kept away", options.output());
        turn.close();
        return Optional.empty();
    }

    /** The name of the table, or that which it will have. */
    private static SqlName name(PostgresOptions options) throws SQLException {
        try (Connection connection = options.connect()) {
            Optional<PostgresTable> found = PostgresTable.find(connection, options.table());
            return found.isPresent()
                    ? found.get().name()
                    : options.table().in(PostgresCheck.schema(connection, options));
        }
    }

    /** Whether the server has not what was asked for: no such function, not supported. */
    private static boolean isUnknown(SQLException e) {
        return "42883".equals(e.getSQLState()) || "0A000".equals(e.getSQLState());
    }

    private boolean begin() throws SQLException {
        connection = PostgresLocks.begin(options);
        if (!PostgresLocks.tryLock(connection, refresh)) {
            throw PostgresErrors.isRefreshedByAnother(options.output(), PostgresLocks.holder(connection, refresh));
        }
        if (!PostgresLocks.awaitSharers(connection, fence.writers(), SLICES)) {
            throw PostgresErrors.isStillWritten(options.output(), PostgresLocks.holder(connection, fence.writers()));
        }
        PostgresLocks.tryLock(connection, fence.run());
        // Servers that speak as PostgreSQL does may say yes to everybody.
        try (Connection other = PostgresLocks.begin(options)) {
            if (PostgresLocks.tryShare(other, fence.run())) {
                return false;
            }
        }
        pulse.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        beat();
                    }
                },
                BEAT_MILLIS,
                BEAT_MILLIS);
        return true;
    }

    PostgresFence fence() {
        return fence;
    }

    /** Uses the connection now and then, so that nothing on the way forgets it, and makes it anew where it was cut. */
    synchronized void beat() {
        long now = System.nanoTime();
        if (over || (connection != null && now - seen < QUIET)) {
            return;
        }
        try {
            if (connection != null && !connection.isValid(PostgresSession.ANSWER_SECONDS)) {
                LOG.warn("{}: the connection of this refresh was cut and is made anew", options.output());
                takeAnew();
            } else if (connection == null) {
                takeAnew();
            }
        } catch (SQLException | RuntimeException e) {
            // It is tried again in a second, and told when it is given up.
            leave();
        }
        if (connection != null) {
            seen = now;
        } else if (now - seen > QUIET + PATIENCE) {
            LOG.warn("{}: this refresh has lost its turn", options.output());
            close();
        }
    }

    private void takeAnew() throws SQLException {
        leave();
        connection = PostgresLocks.begin(options);
        if (!PostgresLocks.tryLock(connection, refresh) || !PostgresLocks.tryLock(connection, fence.run())) {
            // The server has not noticed yet that the connection is gone which had them; or another run was quicker.
            leave();
        }
    }

    /** Ends the transaction, and says so only when it has ended. */
    private void leave() {
        Connection left = connection;
        connection = null;
        try (left) {
            if (left != null) {
                left.rollback();
            }
        } catch (SQLException e) {
            // It broke before; the server ends what is left of it.
        }
    }

    @Override
    public synchronized void close() {
        // A beat may wait for this, and would take the locks for nobody.
        over = true;
        pulse.cancel();
        leave();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import io.embark.job.sink.PlaceHold;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * The turn of one refresh at a table: locks of the server's, which end with the connection of whoever has them.
 *
 * <ol>
 *   <li>one of the table's name keeps other refreshes away;
 *   <li>one of the run's own number says that it lives;
 *   <li>one that transactions of tasks share. Who begins takes it for a moment: then none that passed {@link PostgresFence} before
 *       is under way, and from there on those of a dead run do not pass, as its number's lock is free.
 * </ol>
 */
final class PostgresTurn implements PlaceHold {
    private static final String REFRESH = "embark refresh of ";
    private static final String WRITERS = "embark writers of ";
    private static final String RUN = "embark run ";

    /** For what tasks of an earlier run have under way; their connections may be dead as well. */
    private static final String PATIENCE = "60s";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final PostgresHold hold;
    private final PostgresFence fence;

    private PostgresTurn(PostgresHold hold, PostgresFence fence) {
        this.hold = hold;
        this.fence = fence;
    }

    static PostgresTurn take(PostgresOptions options) throws SQLException {
        PostgresHold hold = new PostgresHold(options);
        try {
            Connection connection = hold.connection();
            Optional<PostgresTable> found = PostgresTable.find(connection, options.table());
            String name = (found.isPresent()
                            ? found.get().name()
                            : options.table().in(PostgresCheck.schema(connection, options)))
                    .sql();
            if (!hold.tryLock(REFRESH + name)) {
                throw PostgresErrors.isRefreshedByAnother(
                        options.output(), PostgresHold.holder(connection, REFRESH + name));
            }
            PostgresFence fence = new PostgresFence(WRITERS + name, RUN + UUID.randomUUID());
            awaitWriters(connection, options, fence.writers());
            hold.tryLock(fence.run());
            hold.keep();
            return new PostgresTurn(hold, fence);
        } catch (SQLException | RuntimeException e) {
            hold.close();
            throw e;
        }
    }

    private static void awaitWriters(Connection connection, PostgresOptions options, String writers)
            throws SQLException {
        PostgresCheck.ask(connection, "SELECT set_config('lock_timeout', ?, false) IS NULL", PATIENCE);
        try {
            PostgresHold.lock(connection, writers);
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                Optional<String> holder = PostgresHold.holder(connection, writers);
                throw PostgresErrors.isStillWritten(options.output(), holder, PATIENCE);
            }
            throw e;
        }
        PostgresHold.unlock(connection, writers);
    }

    PostgresFence fence() {
        return fence;
    }

    @Override
    public void close() {
        hold.close();
    }
}

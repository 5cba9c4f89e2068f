/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.embark.EmbarkException;
import io.embark.job.sink.PlaceHold;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.Store;
import io.embark.job.sink.store.StoreConnector;
import io.embark.job.sink.store.StoreSession;
import io.embark.job.sink.store.StoreTable;
import io.embark.job.sink.store.StoreWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of refreshes of one table one has its turn, and what tasks of a dead one still send does not come in. */
@Tag("postgresql")
class PostgresTurnTest {
    private static final String NAME = "turns";
    private static final StoreTable TABLE = KilledPostgresWrite.table(WriteMode.APPEND);

    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    void makeTable() throws Exception {
        server.run(
                "DROP TABLE IF EXISTS " + NAME,
                "CREATE TABLE %s (id bigint PRIMARY KEY, n text, embedding real[])".formatted(NAME));
    }

    private PostgresOptions options(String table) {
        Map<String, String> options = new TreeMap<>(server.options(table));
        options.put("ApplicationName", "embark-turns");
        return PostgresOptions.of(options, Map.of());
    }

    private Store store() {
        return new PostgresStore(options(NAME));
    }

    private static StoreConnector connector(Store store) {
        try (StoreWrite write = store.begin(TABLE)) {
            return write.connector();
        }
    }

    private void requireRows(String... ids) throws SQLException {
        assertThat(server.ask("SELECT id FROM %s ORDER BY id".formatted(NAME))).containsExactly(ids);
    }

    @Test
    void anotherRefreshIsKeptAwayUntilTheFirstEnds() throws Exception {
        Store first = store();
        try (PlaceHold hold = first.hold()) {
            assertThat(hold).isNotNull();
            assertThatThrownBy(() -> store().hold())
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageMatching("""
                            postgresql table turns: is being refreshed by another run
                            The server keeps its lock for process \\d+ of 127\\.0\\.0\\.1\\.
                            Wait until it ends\\. The lock of a run that was killed goes with its connection, within a \
                            minute or two where its host is gone\\.""");
            assertThatThrownBy(() -> new PostgresStore(options("public.turns")).hold())
                    .as("by another name")
                    .hasMessageStartingWith("postgresql table public.turns: is being refreshed by another run\n");
        }
        store().hold().close();
    }

    @Test
    void anotherTableIsNotKept() throws Exception {
        Store other = new PostgresStore(options("turns_that_are_not_there"));
        try (PlaceHold one = store().hold();
                PlaceHold another = other.hold()) {
            assertThat(List.of(one, another)).doesNotContain(PlaceHold.NONE);
            assertThatThrownBy(other::hold).hasMessageContaining(": is being refreshed by another run");
        }
    }

    @Test
    void rowsGoInWhileTheRunHoldsTheTableAndNotAfterIt() throws Exception {
        Store store = store();
        PlaceHold hold = store.hold();
        try (StoreSession session = connector(store).open()) {
            session.upsert(KilledPostgresWrite.rows(0, 2));
            hold.close();

            assertThatThrownBy(() -> session.upsert(KilledPostgresWrite.rows(1, 3)))
                    .isInstanceOf(SQLTransientException.class)
                    .hasMessage("The refresh that this task is part of has lost its turn: its driver ended, or the"
                            + " connection was cut");
            assertThatThrownBy(() -> session.delete(KilledPostgresWrite.rows(0, 1)))
                    .isInstanceOf(SQLTransientException.class);
        }
        requireRows("0", "1");
    }

    @Test
    void aTaskOfADeadRunDoesNotComeInWhileAnotherRunWrites() throws Exception {
        Store dead = store();
        PlaceHold hold = dead.hold();
        StoreConnector late = connector(dead);
        hold.close();
        Store next = store();
        try (PlaceHold held = next.hold();
                StoreSession task = late.open();
                StoreSession own = connector(next).open()) {
            assertThat(held).isNotNull();
            own.upsert(KilledPostgresWrite.rows(0, 2));

            assertThatThrownBy(() -> task.upsert(KilledPostgresWrite.rows(5, 6)))
                    .isInstanceOf(SQLTransientException.class);
            own.delete(KilledPostgresWrite.rows(0, 1));
        }
        requireRows("1");
    }

    @Test
    void aRefreshThatBeginsWaitsForTheBatchThatIsUnderWay() throws Exception {
        PostgresTurn dead = PostgresTurn.take(options(NAME)).orElseThrow();
        try (Connection task = server.connect()) {
            task.setAutoCommit(false);
            dead.fence().pass(task);
            dead.close();
            CompletableFuture<PlaceHold> next = CompletableFuture.supplyAsync(() -> store().hold());
            await().until(() -> !server.ask(
                            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ExclusiveLock'")
                    .isEmpty());
            assertThat(next).isNotDone();
            task.createStatement().execute("INSERT INTO turns VALUES (7, 'late', NULL)");
            task.commit();

            next.get().close();
        }
        requireRows("7");
    }

    @Test
    void changesPassTheFenceToo() throws Exception {
        Store store = store();
        PlaceHold hold = store.hold();
        StoreConnector changing = store.changing(new StoreTable(
                new StructType().add("id", DataTypes.LongType),
                List.of("id"),
                List.of(),
                Optional.empty(),
                WriteMode.APPEND));
        try (StoreSession session = changing.open()) {
            session.delete(KilledPostgresWrite.rows(0, 1));
            hold.close();
            assertThatThrownBy(() -> session.delete(KilledPostgresWrite.rows(0, 1)))
                    .isInstanceOf(SQLTransientException.class);
        }
    }

    @Test
    void aTurnWhoseConnectionTheServerEndsIsTakenAnewAndTasksGoOn() throws Exception {
        try (PostgresTurn turn = PostgresTurn.take(options(NAME)).orElseThrow();
                Connection task = server.connect()) {
            task.setAutoCommit(false);
            turn.fence().pass(task);
            task.commit();
            server.ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    + " WHERE application_name = 'embark-turns'");
            assertThatThrownBy(() -> turn.fence().pass(task)).isInstanceOf(SQLTransientException.class);

            // By its own pulse.
            await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
                turn.fence().pass(task);
                return true;
            });
            assertThatThrownBy(() -> store().hold()).hasMessageContaining(": is being refreshed by another run");
        }
        store().hold().close();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.job.sink.WriteMode;
import io.embark.spark.SharedSpark;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails while rows go in, at the server and on the way to it, and is done again: all rows are there once. */
@Tag("postgresql")
class PostgresRetryTest {
    private static final long ROWS = 40;

    /** In the middle of the rows, and within a batch. */
    private static final long MIDDLE = 23;

    /** What happens at the row in the middle, once. */
    private static final AtomicReference<Callable<?>> INCIDENT = new AtomicReference<>();

    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    void noTable() throws Exception {
        server.run("DROP TABLE IF EXISTS tried CASCADE", "DROP SEQUENCE IF EXISTS failures");
        spark.udf()
                .register(
                        "embark_incident",
                        (UDF1<Long, Long>) id -> {
                            Callable<?> incident = id == MIDDLE ? INCIDENT.getAndSet(null) : null;
                            if (incident != null) {
                                incident.call();
                            }
                            return id;
                        },
                        DataTypes.LongType);
    }

    @AfterEach
    void noIncident() {
        INCIDENT.set(null);
    }

    /** Rows in one task, whose middle one is made when the rows before it were sent. */
    private Dataset<Row> rows() {
        return PostgresServer.embedded(
                spark.range(0, ROWS, 1, 1).select(functions.col("id"), functions.expr("embark_incident(id) AS n")));
    }

    private void write(WriteMode mode, Map<String, String> more) {
        Map<String, String> options = new TreeMap<>(more);
        options.put("batchsize", "5");
        server.write("tried", mode, options, List.of("id"), rows());
    }

    private void assertAllAreThereOnce() throws Exception {
        assertThat(server.ask("SELECT id FROM tried ORDER BY id"))
                .containsExactlyElementsOf(
                        LongStream.range(0, ROWS).mapToObj(Long::toString).toList());
        assertThat(server.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark_run%tried'"))
                .isEmpty();
    }

    private void makeTable() throws Exception {
        server.run("CREATE TABLE tried (id bigint PRIMARY KEY, n bigint, embedding real[])");
    }

    /** Those of tasks, and that of the run itself. */
    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void connectionsThatTheServerEndsAreMadeAnew(WriteMode mode) throws Exception {
        if (mode != WriteMode.ERROR) {
            makeTable();
        }
        INCIDENT.set(() ->
                server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'embark'"));
        write(mode, Map.of());

        assertThat(INCIDENT).hasValue(null);
        assertAllAreThereOnce();
    }

    /** A router that forgets a connection says nothing to either side. */
    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void connectionsThatAreForgottenOnTheWayAreMadeAnew(WriteMode mode) throws Exception {
        if (mode != WriteMode.ERROR) {
            makeTable();
        }
        int port = Integer.parseInt(server.url().replaceFirst(".*:(\\d+)/.*", "$1"));
        try (Relay relay = new Relay(port)) {
            INCIDENT.set(() -> {
                relay.forget();
                return null;
            });
            write(mode, Map.of("url", server.url().replace(":" + port + "/", ":" + relay.port() + "/")));
        }

        assertThat(INCIDENT).hasValue(null);
        assertAllAreThereOnce();
    }

    /** The failures of a serialization, of a deadlock, of a server that has no memory left, and of one that becomes a replica. */
    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "53200", "25006"})
    void whatTheServerCallsPassingIsTriedAgain(String state) throws Exception {
        makeTable();
        fail(state, 2);
        write(WriteMode.APPEND, Map.of());
        assertAllAreThereOnce();
        assertThat(server.ask("SELECT last_value > 2 FROM failures")).containsExactly("t");

        server.run("ALTER SEQUENCE failures RESTART");
        write(WriteMode.OVERWRITE, Map.of());
        assertAllAreThereOnce();
        assertThat(server.ask("SELECT last_value > 2 FROM failures")).containsExactly("t");
    }

    /** Lets the first rows that come into the table fail; a sequence goes on when a transaction is taken back. */
    private void fail(String state, int times) throws Exception {
        server.run(
                "CREATE SEQUENCE failures",
                ("CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                                + " IF nextval('failures') <= %s THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '%s';"
                                + " END IF; RETURN NEW; END $$")
                        .formatted(times, state),
                "CREATE TRIGGER fail BEFORE INSERT ON tried FOR EACH ROW EXECUTE FUNCTION fail()");
    }

    @Test
    void whatIsNoPassingFailureAtTheEndLeavesTheOldRows() throws Exception {
        makeTable();
        server.run("INSERT INTO tried (id) VALUES (-1)");
        fail("42501", 1);

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, Map.of()))
                .hasMessageStartingWith("postgresql table tried: the new rows cannot be put in their place\n")
                .hasMessageContaining("made to fail")
                .hasMessageEndingWith("What was there is as it was. Run it again.");
        assertThat(server.ask("SELECT id FROM tried")).containsExactly("-1");
        assertThat(server.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark_run%tried'"))
                .isEmpty();
    }

    @Test
    void rowsThatSomebodyDroppedBeforeTheyWereInTheirPlaceAreMissed() throws Exception {
        makeTable();
        server.run("INSERT INTO tried (id) VALUES (-1)");
        String drop = "DO $$ DECLARE beside text; BEGIN SELECT relname INTO beside FROM pg_class WHERE relname LIKE"
                + " 'embark_run%tried' AND relkind = 'r'; EXECUTE 'DROP TABLE ' || quote_ident(beside); END $$";

        assertThatThrownBy(() -> server.write(
                        "tried", WriteMode.OVERWRITE, Map.of(), List.of("id"), rows(), () -> server.run(drop)))
                .hasMessageStartingWith(
                        "postgresql table tried: the new rows are gone\nSomebody dropped public.embark_run_")
                .hasMessageEndingWith("What was there is as it was. Run it again.");
        assertThat(server.ask("SELECT id FROM tried")).containsExactly("-1");
    }
}

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
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are equal in PostgreSQL if they are equal in Spark, and others, which would lose rows. */
@Tag("postgresql")
class PostgresKeyTest {
    private static final String SMALL = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";

    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    void noTable() throws Exception {
        server.run("DROP TABLE IF EXISTS keyed CASCADE");
    }

    private void append(Dataset<Row> rows, String... keys) {
        server.write("keyed", WriteMode.APPEND, Map.of("batchsize", "4"), List.of(keys), rows);
    }

    private Dataset<Row> texts(String... ids) {
        return PostgresServer.embedded(
                spark.createDataset(List.of(ids), Encoders.STRING()).toDF("id"));
    }

    private Dataset<Row> numbers(long from, long to, String id) {
        return PostgresServer.embedded(spark.range(from, to).selectExpr(id + " AS id", "id AS n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "CAST(id AS INT)",
                "CAST(id AS SMALLINT)",
                "concat('ä \"''', id)",
                "concat(id, repeat(' ', CAST(id AS INT)))",
                "CAST(id AS DECIMAL(20, 3))",
                "date_add(DATE'1969-12-28', CAST(id AS INT))",
                "timestamp_micros(id - 4)",
                "CAST(timestamp_micros(id - 4) AS TIMESTAMP_NTZ)"
            })
    void aRowIsPutInThePlaceOfTheOneWithItsKey(String id) throws Exception {
        append(numbers(0, 6, id), "id");
        append(numbers(4, 9, id), "id");

        assertThat(server.ask("SELECT n FROM keyed ORDER BY n"))
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
    }

    @Test
    void aKeyMayBeOfTwoColumnsOfAnyName() throws Exception {
        Dataset<Row> rows = PostgresServer.embedded(
                spark.range(6).selectExpr("id DIV 3 AS `a.\"B\" c`", "concat('x', id % 3) AS Part", "id AS n"));
        append(rows, "a.\"B\" c", "part");
        append(rows.withColumn("n", functions.expr("n + 10")), "a.\"B\" c", "part");

        assertThat(server.ask("SELECT \"a.\"\"B\"\" c\" || \"Part\" || n FROM keyed ORDER BY n"))
                .containsExactly("0x010", "0x111", "0x212", "1x013", "1x114", "1x215");
    }

    @Test
    void aUuidIsTheSameInLettersOfBothCases() throws Exception {
        server.run("CREATE TABLE keyed (id uuid PRIMARY KEY, embedding real[])");
        append(texts("{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}"), "id");
        append(texts(SMALL), "id");
        assertThat(server.ask("SELECT id FROM keyed")).containsExactly(SMALL);

        assertThatThrownBy(() -> append(texts("1" + SMALL.substring(1), SMALL, SMALL.replace("-", "")), "id"))
                .hasMessageContaining("are one in the store\n")
                .hasMessageContaining("id=" + SMALL)
                .hasMessageContaining("id=" + SMALL.replace("-", ""))
                .hasMessageContaining("The type of its column does not tell them apart");
        assertThat(server.ask("SELECT id FROM keyed")).containsExactly(SMALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"char(3)", "varchar(3)"})
    void blanksThatATypeCutsAreNoPartOfAKey(String type) throws Exception {
        server.run("CREATE TABLE keyed (id %s PRIMARY KEY, embedding real[])".formatted(type));
        append(texts("abc ", "x", "yz"), "id");
        append(texts("abc   ", "ä"), "id");
        assertThat(server.ask("SELECT id FROM keyed ORDER BY id")).hasSize(4);

        assertThatThrownBy(() -> append(texts("abc", "abc "), "id"))
                .hasMessageContaining("keys id=abc")
                .hasMessageContaining("are one in the store\n");
        assertThatThrownBy(() -> append(texts("abcd"), "id")).hasStackTraceContaining("does not take row id=abcd");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            citext                  | string                       | it is citext, which takes values for equal that differ | text COLLATE "C"
            jsonb                   | string                       | it is jsonb, which takes values for equal that differ | text COLLATE "C"
            text COLLATE alike      | string                       | its collation alike takes texts for equal that differ | text COLLATE "C"
            timestamptz(0)          | timestamp_micros(id)         | it is timestamp(0) with time zone, which rounds what differs to the same | timestamp with time zone
            timestamp(3)            | CAST(timestamp_micros(id) AS TIMESTAMP_NTZ) | it is timestamp(3) without time zone, which rounds what differs to the same | timestamp
            """)
    void aTypeThatTakesKeysForOneIsRefused(String type, String id, String reason, String exact) throws Exception {
        prepareTypes();
        server.run("CREATE TABLE keyed (id %s PRIMARY KEY, n bigint, embedding real[])".formatted(type));

        assertThatThrownBy(() -> append(numbers(0, 3, id.equals("string") ? "CAST(id AS STRING)" : id), "id"))
                .hasMessage("""
                        postgresql table keyed: column 'id' cannot be the key
                        Rows of two keys could end as one: %s.
                        Name another --id-column, or ALTER TABLE "public"."keyed" ALTER COLUMN "id" TYPE %s.""".formatted(reason, exact));
    }

    private void prepareTypes() throws Exception {
        server.run(
                "CREATE EXTENSION IF NOT EXISTS citext",
                "CREATE COLLATION IF NOT EXISTS alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    }

    @Test
    void anIndexThatTakesKeysForOneIsRefusedToo() throws Exception {
        prepareTypes();
        server.run("CREATE TABLE keyed (id text, embedding real[])", "CREATE UNIQUE INDEX ON keyed (id COLLATE alike)");

        assertThatThrownBy(() -> append(texts("a"), "id"))
                .hasMessageContaining("its collation alike takes texts for equal that differ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "emails", "numeric(5,-2)"})
    void aTypeThatDoesNotHoldAllValuesIsRefused(String type) throws Exception {
        prepareTypes();
        server.run(
                "DROP DOMAIN IF EXISTS emails",
                "CREATE DOMAIN emails AS citext",
                "CREATE TABLE keyed (id %s PRIMARY KEY, n bigint, embedding real[])".formatted(type));
        String id = type.startsWith("numeric") ? "id" : "CAST(id AS STRING)";

        assertThatThrownBy(() -> append(numbers(0, 3, id), "id"))
                .hasMessageContaining("column 'id' has another type")
                .hasMessageContaining("It is " + type);
    }

    @Test
    void floatsAreNoKeys() {
        assertThatThrownBy(() -> append(numbers(0, 3, "CAST(id AS DOUBLE)"), "id"))
                .hasMessageContaining("column 'id': is no key");
    }

    /** The server sees that two keys are one only where they come together, and half a batch would pass. */
    @Test
    void aTriggerThatMakesTwoKeysOneEndsTheRun() throws Exception {
        server.run(
                "CREATE TABLE keyed (id text PRIMARY KEY, embedding real[])",
                "CREATE OR REPLACE FUNCTION small() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " NEW.id := lower(NEW.id); RETURN NEW; END $$",
                "CREATE TRIGGER small BEFORE INSERT ON keyed FOR EACH ROW EXECUTE FUNCTION small()");

        assertThatThrownBy(() -> append(texts("a", "A", "b", "B").coalesce(1), "id"))
                .hasStackTraceContaining("postgresql table keyed: takes two keys for one, between id=a and id=B")
                .hasStackTraceContaining("cannot affect row a second time");
        assertThat(server.ask("SELECT id FROM keyed")).isEmpty();
    }

    @Test
    void aNullInAKeyIsRefusedBeforeAnythingIsMade() throws Exception {
        Stream.of("id", "n").forEach(column -> assertThatThrownBy(() -> append(
                        numbers(0, 4, "id").withColumn(column, functions.expr("nullif(%s, 2)".formatted(column))),
                        "id",
                        "n"))
                .hasMessage("""
                                column '%s': is null in a row
                                A row without its key cannot be found again.
                                Leave such rows out with --where, or name another --id-column.""".formatted(column)));
        assertThat(server.ask("SELECT to_regclass('keyed')")).containsExactly((String) null);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.job.sink.Changes;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refresh sees of a table, and how it finds its rows again. */
@Tag("postgresql")
class PostgresReadingTest {
    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer server = PostgresServer.plain();

    @BeforeEach
    void noTable() throws Exception {
        server.run("DROP TABLE IF EXISTS shown CASCADE");
    }

    private Refreshing refreshing(Map<String, String> more) {
        return new StoreKind()
                .open(spark, server.request("shown", WriteMode.APPEND, more, Optional.empty()))
                .refreshing()
                .orElseThrow();
    }

    private Dataset<Row> there() {
        return refreshing(Map.of()).there().orElseThrow();
    }

    @Test
    void rowsAreShownInTheTypesThatTheyWereWrittenIn() {
        Dataset<Row> rows = PostgresServer.embedded(spark.range(1, 4)
                .selectExpr(
                        "id",
                        "CAST(id AS SMALLINT) AS small",
                        "CAST(id AS INT) AS number",
                        "CAST(id / 3 AS FLOAT) AS single",
                        "CAST(id / 3 AS DOUBLE) AS double",
                        "id = 2 AS flag",
                        "concat('ä \"', id, '  ') AS text",
                        "CAST(id / 7 AS DECIMAL(20, 3)) AS price",
                        "date_add(DATE'1969-12-28', CAST(id AS INT)) AS day",
                        "timestamp_micros(id - 4) AS instant",
                        "TIMESTAMP_NTZ'2026-03-29 02:30:00.000001' AS clock",
                        "unhex('00ff') AS bytes",
                        "array(concat('a', id), null) AS words",
                        "IF(id = 2, null, id) AS nothing"));
        server.write("shown", WriteMode.APPEND, Map.of(), List.of("id"), rows);

        assertThat(there().schema().simpleString()).isEqualTo(rows.schema().simpleString());
        assertThat(texts(there())).isEqualTo(texts(rows));
    }

    private static List<String> texts(Dataset<Row> rows) {
        return rows.withColumn("bytes", functions.hex(functions.col("bytes"))).orderBy("id").collectAsList().stream()
                .map(Row::toString)
                .toList();
    }

    /** So that whoever reads them knows which model they are from. */
    @Test
    void vectorsKeepWhatIsSaidOfThem() {
        server.write(
                "shown",
                WriteMode.APPEND,
                Map.of(),
                List.of("id"),
                PostgresServer.embedded(spark.range(1).toDF()));

        assertThat(EmbeddingMetadata.of(there().schema().apply("embedding")))
                .map(EmbeddingMetadata::fingerprint)
                .contains("f");
    }

    @Test
    void columnsThatTheRunLeavesAloneAreNotShownAndOthersAsText() throws Exception {
        server.run(
                "CREATE TABLE shown (id bigint PRIMARY KEY, mine int, place point, span interval, many numeric(50, 2))",
                "INSERT INTO shown VALUES (1, 2, '(3,4)', '1 day', 5.25)");

        Dataset<Row> rows = refreshing(Map.of("leave", "mine")).there().orElseThrow();
        assertThat(rows.schema().simpleString()).isEqualTo("struct<id:bigint,place:string,span:string,many:string>");
        assertThat(rows.collectAsList().toString()).isEqualTo("[[1,(3,4),1 day,5.25]]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "bigint | CAST(7 AS INT) | bigint",
                "int | CAST(7 AS INT) | int",
                "numeric | 7L | decimal(38,18)",
                "uuid | '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}' | string",
                "char(5) | 'ab   ' | string",
                "varchar(3) | 'ab     ' | string",
                "text | 'aB ' | string",
                "timestamptz | TIMESTAMP'2026-01-02 03:04:05.000006Z' | timestamp",
                "timestamp | TIMESTAMP_NTZ'2026-03-29 02:30:00' | timestamp_ntz"
            })
    void aKeyIsMadeWhatIsShownOfIt(String type, String key, String shown) throws Exception {
        server.run("CREATE TABLE shown (id %s PRIMARY KEY, n int, embedding real[])".formatted(type));
        Dataset<Row> rows = PostgresServer.embedded(spark.range(1).selectExpr(key + " AS id", "1 AS n"));
        server.write("shown", WriteMode.APPEND, Map.of(), List.of("id"), rows);

        Dataset<Row> known = rows.select(
                refreshing(Map.of()).keyAsThere("id", functions.col("id")).as("id"));
        assertThat(known.schema().apply("id").dataType().simpleString()).isEqualTo(shown);
        assertThat(there().select("id").collectAsList()).isEqualTo(known.collectAsList());

        change(rows.drop("embedding").withColumn("n", functions.lit(2)), Changes.UPDATE);
        assertThat(server.ask("SELECT n FROM shown"))
                .as("by the key of the source")
                .containsExactly("2");
        change(there().drop("embedding").withColumn("n", functions.lit(3)), Changes.UPDATE);
        assertThat(server.ask("SELECT n FROM shown"))
                .as("by the key that is shown")
                .containsExactly("3");
        change(there().drop("embedding"), Changes.DELETE);
        assertThat(server.ask("SELECT n FROM shown")).isEmpty();
    }

    private void change(Dataset<Row> rows, String action) {
        Changes changes = new Changes(
                rows.withColumn(Changes.ACTION, functions.lit(action)), List.of("id"), List.of(), List.of());
        assertThat(refreshing(Map.of()).apply(changes, () -> {})).isTrue();
    }

    @Test
    void stateStandsInColumnsOfItsTypes() throws Exception {
        Dataset<Row> rows = PostgresServer.embedded(spark.range(1)
                .selectExpr(
                        "id",
                        "unhex('00ff') AS embedding_text_hash",
                        "'a:b' AS embedding_fingerprint",
                        "1 AS embedding_chunks",
                        "CAST(null AS TIMESTAMP) AS embedding_deleted_at"));
        server.write("shown", WriteMode.APPEND, Map.of(), List.of("id"), rows);

        assertThat(server.ask("SELECT string_agg(data_type, ', ' ORDER BY ordinal_position) FROM"
                        + " information_schema.columns WHERE table_name = 'shown'"))
                .containsExactly("bigint, bytea, text, integer, timestamp with time zone, ARRAY");
        assertThat(Arrays.stream(there().schema().fields()).map(StructField::name))
                .containsExactly(rows.columns());
    }

    @Test
    void aColumnThatIsNotThereIsToldBeforeAnyRowChanges() throws Exception {
        server.run("CREATE TABLE shown (id bigint PRIMARY KEY)", "INSERT INTO shown VALUES (0), (1)");
        Dataset<Row> rows = spark.createDataset(List.of(0L), Encoders.LONG()).toDF("id");

        assertThatThrownBy(() -> change(rows.withColumn("more", functions.lit(1)), Changes.UPDATE))
                .hasMessage("""
                        postgresql table shown: has no column 'more'
                        It has id.
                        Leave the column out with --sql, or ALTER TABLE "public"."shown" ADD COLUMN "more" int4.""");
        assertThat(server.ask("SELECT count(*) FROM shown")).containsExactly("2");
    }
}

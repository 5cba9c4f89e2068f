/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.InMemoryRowLevelOperationTableCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that write what a query embeds: what the table holds then, and how many rows were embedded for it. */
class EmbedWriteTest extends PlannedRows {
    private static final String OVERWRITE = "spark.sql.sources.partitionOverwriteMode";

    private static final String COLUMNS = "id LONG, text STRING, emb ARRAY<FLOAT>";

    /** Tables that take changed rows, or groups of rows with a changed one among them. */
    private static final String MERGEABLE = "PARTITIONED BY (pk) TBLPROPERTIES ('supports-deltas' = '%s')";

    private final List<String> tables = new ArrayList<>();

    @BeforeEach
    void nameTheSource() {
        spark.conf().set("spark.sql.catalog.rowlevel", InMemoryRowLevelOperationTableCatalog.class.getName());
        rows.withColumn("emb", model.embed("text")).createOrReplaceTempView("embedded");
    }

    @AfterEach
    void dropTables() {
        tables.forEach(table -> spark.sql("DROP TABLE IF EXISTS " + table));
        spark.conf().unset(OVERWRITE);
        List.of("embedded", "texts").forEach(spark.catalog()::dropTempView);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void insertIntoEmbedsWhatItWrites(boolean adaptive) throws TimeoutException {
        adapt(adaptive);
        create("inserted", COLUMNS, "USING parquet");

        assertThat(embeddedBy("INSERT INTO inserted SELECT id, text, emb FROM embedded WHERE half = 0"))
                .isEqualTo(10);
        assertThat(embeddedBy("INSERT INTO inserted (text, id) SELECT text, id FROM embedded WHERE half = 1"))
                .isZero();

        List<Row> written = spark.table("inserted").orderBy("id").collectAsList();
        assertThat(written).hasSize(20);
        for (Row row : written) {
            if (row.getLong(0) % 2 == 0) {
                assertVector(row, "emb", text(row.getLong(0)));
            } else {
                assertThat(row.isNullAt(2)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rowlevel."})
    void createTableAsSelectEmbedsEachRowOnce(String catalog) throws TimeoutException {
        String table = catalog + "created";
        tables.add(table);

        assertThat(embeddedBy("CREATE TABLE %s USING parquet AS SELECT id, emb FROM embedded".formatted(table)))
                .isEqualTo(20);
        assertThat(spark.table(table).count()).isEqualTo(20);
        spark.table(table).collectAsList().forEach(row -> assertVector(row, "emb", text(row.getLong(0))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void overwritingPartitionsEmbedsOnlyTheRowsOfTheNewOnes(boolean adaptive) throws TimeoutException {
        adapt(adaptive);
        create("parted", "id LONG, emb ARRAY<FLOAT>, third LONG", "USING parquet PARTITIONED BY (third)");
        spark.sql("INSERT INTO parted SELECT id, emb, id % 3 FROM embedded");
        spark.conf().set(OVERWRITE, "dynamic");

        assertThat(embeddedBy("""
                        INSERT OVERWRITE parted PARTITION (third)
                        SELECT id + 100, emb, id % 3 AS third FROM embedded WHERE id % 3 = 1""")).isEqualTo(7);

        List<Row> written = spark.table("parted").collectAsList();
        assertThat(written).hasSize(20);
        assertThat(written.stream().filter(row -> row.getLong(0) >= 100))
                .hasSize(7)
                .allSatisfy(row -> assertThat(row.getLong(2)).isEqualTo(1));
        written.forEach(row -> assertVector(row, "emb", text(row.getLong(0) % 100)));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aMergeEmbedsEachRowOfItsSourceOnce(boolean adaptive, boolean deltas) throws TimeoutException {
        adapt(adaptive);
        create("rowlevel.merged", "pk INT NOT NULL, text STRING, emb ARRAY<FLOAT>", MERGEABLE.formatted(deltas));
        spark.sql(
                "INSERT INTO rowlevel.merged SELECT cast(id AS INT), 'old', array(cast(0 AS FLOAT)) FROM embedded WHERE id < 8");

        long count = embeddedBy("""
                MERGE INTO rowlevel.merged AS t
                USING (SELECT id, text, emb FROM embedded WHERE id >= 5 AND id < 15) AS s ON t.pk = s.id
                WHEN MATCHED AND s.id = 5 THEN DELETE
                WHEN MATCHED THEN UPDATE SET text = s.text, emb = s.emb
                WHEN NOT MATCHED THEN INSERT (pk, text, emb) VALUES (cast(s.id AS INT), s.text, s.emb)""");

        assertThat(count).isEqualTo(10);
        List<Row> written = spark.table("rowlevel.merged").orderBy("pk").collectAsList();
        assertThat(written)
                .extracting(row -> row.getInt(0))
                .containsExactly(0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        for (Row row : written) {
            if (row.getInt(0) < 5) {
                assertThat(row.getList(2)).containsExactly(0f);
            } else {
                assertVector(row, "emb", text(row.getInt(0)));
            }
        }
    }

    @Test
    void aViewKeepsItsCallAndEachQueryEmbedsWhatItAsksFor() throws TimeoutException {
        rows.write().saveAsTable(table("texts"));
        spark.sql("CREATE VIEW vectors AS SELECT id, half, %s AS emb FROM texts".formatted(call("text")));
        try {
            List<Row> found = new ArrayList<>();
            assertThat(CountedTexts.during(() -> found.addAll(spark.sql("SELECT id, emb FROM vectors WHERE half = 1")
                            .collectAsList())))
                    .isEqualTo(10);
            assertThat(found).hasSize(10).allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
        } finally {
            spark.sql("DROP VIEW vectors");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInsertThatCallsByNameEmbedsWhatItWrites(boolean adaptive) throws TimeoutException {
        adapt(adaptive);
        create("inserted", COLUMNS, "USING parquet");
        rows.createOrReplaceTempView("texts");

        assertThat(embeddedBy(
                        "INSERT INTO inserted SELECT id, text, %s FROM texts WHERE id < 4".formatted(call("text"))))
                .isEqualTo(4);
        assertThat(spark.table("inserted").collectAsList())
                .hasSize(4)
                .allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aMergeThatCallsInItsClausesWritesVectors(boolean adaptive, boolean deltas) throws TimeoutException {
        adapt(adaptive);
        create("rowlevel.merged", "pk INT NOT NULL, text STRING, emb ARRAY<FLOAT>", MERGEABLE.formatted(deltas));
        spark.sql("INSERT INTO rowlevel.merged SELECT cast(id AS INT), text, null FROM embedded WHERE id < 8");
        rows.createOrReplaceTempView("texts");

        assertThat(embeddedBy("""
                MERGE INTO rowlevel.merged AS t
                USING (SELECT id, other FROM texts WHERE id >= 5 AND id < 15) AS s ON t.pk = s.id
                WHEN MATCHED THEN UPDATE SET text = s.other, emb = %1$s
                WHEN NOT MATCHED THEN INSERT (pk, text, emb) VALUES (cast(s.id AS INT), s.other, %1$s)""".formatted(call("s.other")))).isEqualTo(10);
        List<Row> written = spark.table("rowlevel.merged").orderBy("pk").collectAsList();
        assertThat(written).hasSize(15);
        for (Row row : written) {
            if (row.getInt(0) < 5) {
                assertThat(row.isNullAt(2)).isTrue();
            } else {
                assertVector(row, "emb", other(row.getInt(0)));
            }
        }

        assertThat(embeddedBy(
                        "UPDATE rowlevel.merged SET emb = %s WHERE emb IS NULL AND pk > 1".formatted(call("text"))))
                .isEqualTo(3);
        assertThat(spark.table("rowlevel.merged").where("pk > 1 AND pk < 5").collectAsList())
                .hasSize(3)
                .allSatisfy(row -> assertVector(row, "emb", text(row.getInt(0))));
    }

    private static String call(String text) {
        return "embed(%s, '%s')".formatted(text, model.options().get(EmbedOptions.MODEL));
    }

    private String table(String name) {
        tables.add(name);
        return name;
    }

    private void create(String table, String columns, String how) {
        table(table);
        spark.sql("CREATE TABLE %s (%s) %s".formatted(table, columns, how));
    }

    private long embeddedBy(String command) throws TimeoutException {
        return CountedTexts.during(() -> spark.sql(command));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.source.VectorLabels;
import io.embark.job.table.TableLabels;
import io.embark.spark.LakeSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What runs see of one another's commits, and which commit a label is of. */
@Tag("lakes")
class IcebergTablesTest {
    private static final String TABLE = "lake.db.commits";
    private static final String DELTA = "deltas.commits";
    private static final Map<String, String> DYNAMIC = Map.of("partitionOverwriteMode", "dynamic");

    private final SparkSession spark = LakeSpark.session();

    @BeforeEach
    void createDatabases() {
        spark.sql("CREATE NAMESPACE IF NOT EXISTS lake.db");
        spark.sql("CREATE DATABASE IF NOT EXISTS deltas");
    }

    @AfterEach
    void dropTables() {
        spark.sql("DROP TABLE IF EXISTS " + TABLE);
        spark.sql("DROP TABLE IF EXISTS " + DELTA);
    }

    @Test
    void anOverwriteLeavesRowsAloneThatCameSinceItBegan() {
        write(request(WriteMode.ERROR).by(List.of("day")), rows("a", 4));
        for (Map<String, String> options : List.of(Map.<String, String>of(), DYNAMIC)) {
            Sink begun = sink(request(WriteMode.OVERWRITE).with(options));
            long before = spark.table(TABLE).count();
            write(request(WriteMode.APPEND), rows("a", 2));

            assertThatThrownBy(() -> begun.write(rows("a", 3)))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("output table lake.db.commits: another run wrote it meanwhile\n");
            assertThat(spark.table(TABLE).count()).isEqualTo(before + 2);
        }

        write(request(WriteMode.OVERWRITE), rows("b", 3));
        assertThat(spark.table(TABLE).count()).isEqualTo(3);
        assertThat(label(spark.table(TABLE))).contains("b");
    }

    @Test
    void anOverwriteOfATableWithoutRowsLeavesRowsAloneThatCameSinceItBegan() {
        write(request(WriteMode.ERROR), rows("a", 0));
        spark.sql("DROP TABLE " + TABLE);
        spark.sql("CREATE TABLE %s (id BIGINT, day STRING, embedding ARRAY<FLOAT>) USING iceberg".formatted(TABLE));
        Sink begun = sink(request(WriteMode.OVERWRITE));
        write(request(WriteMode.APPEND), rows("a", 2));

        assertThatThrownBy(() -> begun.write(rows("a", 3)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output table lake.db.commits: another run wrote it meanwhile\n");
        assertThat(spark.table(TABLE).count()).isEqualTo(2);
    }

    @Test
    void aTableIsEmbeddedInItsPlace() {
        write(request(WriteMode.ERROR), rows("a", 4));
        Dataset<Row> own = spark.table(TABLE)
                .withColumn(
                        "embedding",
                        functions.col("embedding").as("embedding", metadata("b").toMetadata()));

        write(request(WriteMode.OVERWRITE), own);
        assertThat(spark.table(TABLE).count()).isEqualTo(4);
        assertThat(label(spark.table(TABLE))).contains("b");
    }

    @Test
    void vectorsOfAnotherVersionHaveNotTheLabelOfToday() {
        write(request(WriteMode.ERROR), rows("a", 4));
        String first = newest();
        spark.sql("ALTER TABLE %s CREATE BRANCH aside".formatted(TABLE));
        spark.sql("ALTER TABLE %s CREATE TAG then".formatted(TABLE));
        write(request(WriteMode.OVERWRITE), rows("b", 3));

        assertThat(label(spark.table(TABLE))).contains("b");
        assertThat(label(spark.sql("SELECT * FROM %s VERSION AS OF %s".formatted(TABLE, newest()))))
                .contains("b");
        for (Dataset<Row> other : List.of(
                spark.sql("SELECT * FROM %s VERSION AS OF %s".formatted(TABLE, first)),
                spark.sql("SELECT * FROM %s VERSION AS OF 'aside'".formatted(TABLE)),
                spark.sql("SELECT * FROM %s VERSION AS OF 'then'".formatted(TABLE)),
                spark.sql("SELECT * FROM %s.branch_aside".formatted(TABLE)),
                spark.sql("SELECT * FROM %s.snapshot_id_%s".formatted(TABLE, first)),
                spark.read().option("snapshot-id", first).table(TABLE),
                spark.read().option("branch", "aside").table(TABLE))) {
            assertThat(other.count()).isEqualTo(4);
            assertThat(label(other)).isEmpty();
        }
    }

    @Test
    void partsOfAnotherVersionHaveNotTheLabelOfTodayEither() {
        write(request(WriteMode.ERROR), rows("a", 4));
        String first = newest();
        write(request(WriteMode.OVERWRITE), rows("b", 3));
        write(SinkRequest.table(DELTA, WriteMode.ERROR).as("delta"), rows("a", 2));

        Dataset<Row> parts =
                spark.sql("TABLE %s UNION ALL SELECT * FROM %s VERSION AS OF %s".formatted(DELTA, TABLE, first));
        assertThat(VectorLabels.of(parts, parts.schema().apply("embedding")))
                .extracting(EmbeddingMetadata::fingerprint)
                .containsExactly("a");
    }

    private String newest() {
        return spark.sql("SELECT snapshot_id FROM %s.snapshots ORDER BY committed_at DESC".formatted(TABLE))
                .first()
                .get(0)
                .toString();
    }

    @Test
    void optionsAreThoseOfTheTablesFormat() {
        write(request(WriteMode.ERROR), rows("a", 4));

        assertThatThrownBy(() -> sink(request(WriteMode.OVERWRITE).with(Map.of("replaceWhere", "id = 1"))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "option sink-option: replaceWhere is not taken for output table lake.db.commits\n");
        for (String name : List.of("partitionOverwriteMod", "snapshot-id", "fanout-enable")) {
            assertThatThrownBy(() -> sink(request(WriteMode.OVERWRITE).with(Map.of(name, "1"))))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("option sink-option: '%s' does not exist\n".formatted(name));
        }
        write(
                request(WriteMode.OVERWRITE).with(Map.of("fanout-enabled", "true", "snapshot-property.mine", "1")),
                rows("a", 2));
        assertThat(spark.table(TABLE).count()).isEqualTo(2);
    }

    @Test
    void deltaReplacesTheRowsOfACondition() {
        SinkRequest delta = SinkRequest.table(DELTA, WriteMode.OVERWRITE);
        write(delta.as("delta"), rows("a", 4));

        write(delta.with(Map.of("replaceWhere", "id < 2")), rows("a", 1));
        assertThat(spark.table(DELTA).count()).isEqualTo(3);
        assertThatThrownBy(() -> write(delta.with(Map.of("replaceWher", "id < 2")), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageEndingWith("\nDid you mean replaceWhere?");
    }

    @Test
    void aCatalogOfOneFormatMakesNoTableOfAnother() {
        assertThatThrownBy(() -> write(request(WriteMode.ERROR).as("delta"), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table lake.db.commits: cannot be made as a table of delta
                        Catalog lake makes tables of iceberg.
                        Leave --output-format out, or choose another --output-table.""");
    }

    private void write(SinkRequest request, Dataset<Row> rows) {
        Sink sink = sink(request);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private Sink sink(SinkRequest request) {
        CatalogKind kind = new CatalogKind();
        assertThat(kind.opens(spark, request)).isTrue();
        return kind.open(spark, request);
    }

    private static SinkRequest request(WriteMode mode) {
        return SinkRequest.table(TABLE, mode);
    }

    private Dataset<Row> rows(String fingerprint, int rows) {
        return spark.range(rows)
                .toDF()
                .select(
                        functions.col("id"),
                        functions.expr("CAST(id % 2 AS STRING)").as("day"),
                        functions
                                .expr("array(CAST(id AS FLOAT), CAST(0.5 AS FLOAT))")
                                .as("embedding", metadata(fingerprint).toMetadata()));
    }

    private static EmbeddingMetadata metadata(String fingerprint) {
        return EmbeddingMetadata.of("m", fingerprint, 2, EmbedOptions.defaults());
    }

    private static Optional<String> label(Dataset<Row> rows) {
        return EmbeddingMetadata.of(TableLabels.labelled(rows).schema().apply("embedding"))
                .map(EmbeddingMetadata::fingerprint);
    }
}

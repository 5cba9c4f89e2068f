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
import io.embark.job.table.TableLabels;
import io.embark.spark.LakeSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Delta Lake and Iceberg keep of a table when a run writes it. */
@Tag("lakes")
class LakeTableTest {
    private static final String DELTA = "deltas.kept";
    private static final String ICEBERG = "lake.db.kept";

    private final SparkSession spark = LakeSpark.session();

    @TempDir
    Path folder;

    @BeforeEach
    void createDatabase() {
        spark.sql("CREATE DATABASE IF NOT EXISTS deltas");
        spark.sql("CREATE NAMESPACE IF NOT EXISTS lake.db");
    }

    @AfterEach
    void dropTables() {
        spark.sql("DROP TABLE IF EXISTS " + DELTA);
        spark.sql("DROP TABLE IF EXISTS " + ICEBERG);
    }

    @ParameterizedTest
    @CsvSource({DELTA + ",delta", ICEBERG + ",iceberg"})
    void aTableIsMadeWithCommentPropertiesAndPartitionsInOneCommit(String table, String format) {
        write(partitioned(table, format), days("a", 4));

        assertThat(property(table, "embark.embedding.model")).isEqualTo("m");
        assertThat(property(table, "embark.embedding.fingerprint")).isEqualTo("a");
        assertThat(property(table, "embark.embedding.dimension")).isEqualTo("2");
        assertThat(description(table)).contains("Rows with vectors that Embark made");
        assertThat(partitionsOf(table)).containsExactly("day");
        assertThat(versions(table)).isEqualTo(1);
        assertThat(said(table)).contains(label("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {DELTA, ICEBERG})
    void anOverwriteIsANewVersionThatKeepsAllButTheRows(String table) {
        write(partitioned(table, table.equals(DELTA) ? "delta" : "iceberg"), days("a", 4));
        spark.sql("ALTER TABLE %s SET TBLPROPERTIES ('mine' = '1')".formatted(table));
        spark.sql("ALTER TABLE %s ALTER COLUMN day COMMENT 'of the week'".formatted(table));
        if (table.equals(DELTA)) {
            spark.sql("ALTER TABLE %s ADD CONSTRAINT few CHECK (id < 100)".formatted(table));
        }
        write(SinkRequest.table(table, WriteMode.APPEND), days("a", 3));
        int before = versions(table);
        write(SinkRequest.table(table, WriteMode.OVERWRITE), days("a", 2));
        assertThat(versions(table)).isEqualTo(before + 1);
        write(SinkRequest.table(table, WriteMode.OVERWRITE), days("b", 5));

        assertThat(spark.table(table).count()).isEqualTo(5);
        assertThat(versions(table)).isGreaterThan(before + 1);
        assertThat(property(table, "mine")).isEqualTo("1");
        assertThat(property(table, "embark.embedding.fingerprint")).isEqualTo("b");
        assertThat(property(table, "embark.embedding.replaced-by")).isNull();
        assertThat(said(table)).contains(label("b"));
        assertThat(partitionsOf(table)).containsExactly("day");
        assertThat(spark.table(table).schema().apply("day").getComment().get()).isEqualTo("of the week");
        if (table.equals(DELTA)) {
            assertThat(property(table, "delta.constraints.few")).isEqualTo("id < 100");
            assertThat(EmbeddingMetadata.of(spark.table(table).schema().apply("embedding")))
                    .as("in the commit of the rows")
                    .contains(label("b"));
            assertThatThrownBy(() -> write(
                            SinkRequest.table(table, WriteMode.APPEND),
                            days("b", 3).withColumn("id", functions.lit(100L))))
                    .hasStackTraceContaining("few");
        }
    }

    @Test
    void deltaKeepsTheColumnsThatItIsClusteredBy() {
        spark.sql("CREATE TABLE %s (id BIGINT, embedding ARRAY<FLOAT>) USING DELTA CLUSTER BY (id)".formatted(DELTA));
        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("a", 4));
        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("a", 3));

        assertThat(property(DELTA, "clusteringColumns")).isEqualTo("[[\"id\"]]");
        assertThat(spark.table(DELTA).count()).isEqualTo(3);
    }

    /** What people declared goes before what the column could say. */
    @Test
    void deltaSaysWithTheTableWhatItCannotSayWithTheColumn() {
        spark.sql("CREATE TABLE %s (id BIGINT NOT NULL, embedding ARRAY<FLOAT>) USING DELTA".formatted(DELTA));
        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("a", 4));
        assertThat(said(DELTA)).contains(label("a"));
        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("b", 3));

        assertThat(said(DELTA)).contains(label("b"));
        assertThat(spark.table(DELTA).schema().apply("id").nullable()).isFalse();
        assertThatThrownBy(() -> write(SinkRequest.table(DELTA, WriteMode.APPEND), rows("a", 3)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("holds vectors of another model\n");
    }

    @Test
    void deltaRefusesAnotherModelWhereItsColumnWouldLie() {
        write(SinkRequest.table(DELTA, WriteMode.ERROR).as("delta"), rows("a", 4));
        spark.sql("ALTER TABLE %s SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')".formatted(DELTA));

        assertThatThrownBy(() -> write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("b", 4)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table deltas.kept: column embedding holds vectors of another model
                        It has m (fingerprint a), written would be m (b); to say so with the column, it would have to be declared anew, and column id would lose delta.columnMapping.id.
                        Write another --embedding-column or another --output-table, or drop this table first.""");
        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), rows("a", 2));
        assertThat(spark.table(DELTA).count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {DELTA, ICEBERG})
    void aColumnIsAddedIfAskedFor(String table) {
        write(partitioned(table, table.equals(DELTA) ? "delta" : "iceberg"), days("a", 4));
        Dataset<Row> more = days("a", 2)
                .withColumn(
                        "other",
                        functions.col("embedding").as("other", label("b").toMetadata()));

        assertThatThrownBy(() -> write(SinkRequest.table(table, WriteMode.APPEND), more))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("has other columns");
        write(SinkRequest.table(table, WriteMode.APPEND).with(Map.of("mergeSchema", "true")), more);
        assertThat(spark.table(table).where("other IS NOT NULL").count()).isEqualTo(2);
        assertThat(spark.table(table).count()).isEqualTo(6);
        assertThat(EmbeddingMetadata.of(
                        TableLabels.labelled(spark.table(table)).schema().apply("other")))
                .contains(label("b"));
    }

    @Test
    void deltaForgetsColumnsOnlyIfToldTo() {
        write(partitioned(DELTA, "delta"), days("a", 4).withColumn("old", functions.lit(1)));
        assertThatThrownBy(() -> write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), days("b", 2)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("has other columns than what would be written");

        write(SinkRequest.table(DELTA, WriteMode.OVERWRITE).with(Map.of("overwriteSchema", "true")), days("b", 2));
        assertThat(spark.table(DELTA).columns()).containsExactly("id", "embedding", "day");
        assertThat(partitionsOf(DELTA)).containsExactly("day");
        assertThat(said(DELTA)).contains(label("b"));
        assertThatThrownBy(() -> write(
                        SinkRequest.table(ICEBERG, WriteMode.OVERWRITE).with(Map.of("overwriteSchema", "true")),
                        madeIn(ICEBERG)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "option sink-option: overwriteSchema is not taken for output table lake.db.kept\n");
    }

    private Dataset<Row> madeIn(String table) {
        write(SinkRequest.table(table, WriteMode.ERROR), rows("a", 1));
        return rows("a", 1);
    }

    @Test
    void aNotNullColumnTakesNoRowsThatMayBeNull() {
        spark.sql("CREATE TABLE %s (id BIGINT NOT NULL, embedding ARRAY<FLOAT>) USING ICEBERG".formatted(ICEBERG));

        write(SinkRequest.table(ICEBERG, WriteMode.APPEND), rows("a", 2));
        assertThatThrownBy(() -> write(
                        SinkRequest.table(ICEBERG, WriteMode.APPEND),
                        rows("a", 2).withColumn("id", functions.expr("IF(id = 0, NULL, id)"))))
                .hasStackTraceContaining("null");
        assertThat(spark.table(ICEBERG).count()).isEqualTo(2);
    }

    @Test
    void aFolderThatHoldsOtherFilesIsNoPlaceForATableOfDelta() throws Exception {
        Files.createDirectories(folder.resolve("t"));
        Files.writeString(folder.resolve("t/notes.txt"), "mine");
        String output = folder.resolve("t").toString();

        assertThatThrownBy(() ->
                        write(SinkRequest.folder(output, WriteMode.OVERWRITE).as("delta"), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output %s: holds files already
                        There is no table of Delta Lake, and its files would lie among others.
                        Choose another --output, or empty this folder.""".formatted(output));
    }

    @Test
    void aRunThatLosesAgainstAnotherSaysSo() throws Exception {
        write(SinkRequest.table(DELTA, WriteMode.ERROR).as("delta"), rows("a", 4));

        assertThatThrownBy(() -> meanwhile(
                        () -> write(SinkRequest.table(DELTA, WriteMode.OVERWRITE), waiting(rows("a", 3))),
                        () -> write(SinkRequest.table(DELTA, WriteMode.APPEND), rows("a", 2))))
                .hasRootCauseInstanceOf(ConcurrentModificationException.class)
                .hasMessageStartingWith("output table deltas.kept: another run wrote it meanwhile\n")
                .hasMessageEndingWith("\nNothing of this run is in the table. Run it again.");
        assertThat(spark.table(DELTA).count()).isEqualTo(6);
    }

    @Test
    void rowsThatCameAfterAnotherModelAreNotPassedOver() {
        write(SinkRequest.table(ICEBERG, WriteMode.ERROR), rows("a", 4));

        assertThatThrownBy(() -> meanwhile(
                        () -> write(SinkRequest.table(ICEBERG, WriteMode.APPEND), waiting(rows("a", 3))),
                        () -> write(SinkRequest.table(ICEBERG, WriteMode.OVERWRITE), rows("b", 2))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output table lake.db.kept: column embedding holds vectors of two models\n");
    }

    private static final CountDownLatch[] LATCHES = new CountDownLatch[2];

    /** Rows that are not computed before the other run is done. */
    private Dataset<Row> waiting(Dataset<Row> rows) {
        LATCHES[0] = new CountDownLatch(1);
        LATCHES[1] = new CountDownLatch(1);
        spark.udf()
                .register(
                        "embark_test_wait",
                        (UDF1<Long, Long>) id -> {
                            LATCHES[0].countDown();
                            LATCHES[1].await();
                            return id;
                        },
                        DataTypes.LongType);
        Dataset<Row> waiting = rows.coalesce(1).where("embark_test_wait(id) >= 0");
        return waiting;
    }

    private static void meanwhile(Runnable run, Runnable other) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> running = thread.submit(run);
            while (LATCHES[0] == null) {
                Thread.onSpinWait();
            }
            LATCHES[0].await();
            other.run();
            LATCHES[1].countDown();
            running.get();
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        } finally {
            LATCHES[0] = null;
            thread.shutdownNow();
        }
    }

    private void write(SinkRequest request, Dataset<Row> rows) {
        CatalogKind kind = new CatalogKind();
        assertThat(kind.opens(spark, request)).isTrue();
        Sink sink = kind.open(spark, request);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private static SinkRequest partitioned(String table, String format) {
        return SinkRequest.table(table, WriteMode.ERROR).as(format).by(List.of("day"));
    }

    private Dataset<Row> rows(String fingerprint, int rows) {
        return spark.range(rows)
                .toDF()
                .select(
                        functions.col("id"),
                        functions
                                .expr("array(CAST(id AS FLOAT), CAST(0.5 AS FLOAT))")
                                .as("embedding", label(fingerprint).toMetadata()));
    }

    private Dataset<Row> days(String fingerprint, int rows) {
        return rows(fingerprint, rows).withColumn("day", functions.expr("CAST(id % 2 AS STRING)"));
    }

    private static EmbeddingMetadata label(String fingerprint) {
        return EmbeddingMetadata.of("m", fingerprint, 2, EmbedOptions.defaults());
    }

    private Optional<EmbeddingMetadata> said(String table) {
        return EmbeddingMetadata.of(
                TableLabels.labelled(spark.table(table)).schema().apply("embedding"));
    }

    private String property(String table, String key) {
        return spark
                .sql("SHOW TBLPROPERTIES " + table)
                .where(functions.col("key").equalTo(key))
                .collectAsList()
                .stream()
                .map(row -> row.getString(1))
                .findFirst()
                .orElse(null);
    }

    private String description(String table) {
        return spark.sql("DESCRIBE TABLE EXTENDED " + table).collectAsList().toString();
    }

    private List<String> partitionsOf(String table) {
        List<Row> described = spark.sql("DESCRIBE TABLE " + table).collectAsList();
        List<String> names = described.stream().map(row -> row.getString(0)).toList();
        int heading = names.lastIndexOf("# col_name");
        return heading < 0 ? List.of() : names.subList(heading + 1, names.size());
    }

    private int versions(String table) {
        return (int) (table.equals(DELTA) ? spark.sql("DESCRIBE HISTORY " + table) : spark.table(table + ".snapshots"))
                .count();
    }
}

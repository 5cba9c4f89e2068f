/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.TableLabels;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.InMemoryTableCatalog;
import org.apache.spark.sql.connector.catalog.StagingInMemoryTableCatalog;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables that people made with SQL say of their columns what their properties say. */
class CatalogSinkTest {
    private final SparkSession spark = SharedSpark.session();

    @BeforeEach
    void createTable() {
        spark.conf().set("spark.sql.catalog.shelf", StagingInMemoryTableCatalog.class.getName());
        spark.sql("CREATE NAMESPACE IF NOT EXISTS shelf.sinks");
        spark.sql(
                "CREATE TABLE shelf.sinks.t (id BIGINT, embedding ARRAY<FLOAT>) USING foo TBLPROPERTIES ('mine' = '1')");
    }

    @AfterEach
    void dropTable() {
        spark.sql("DROP TABLE IF EXISTS shelf.sinks.t");
    }

    @Test
    void anOverwriteSaysWhichModelTheVectorsComeFromAndKeepsTheRest() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        assertThat(label()).contains(label("a"));

        write(WriteMode.OVERWRITE, rows("b", 5));
        assertThat(label()).contains(label("b"));
        assertThat(property("embark.embedding.fingerprint")).isEqualTo("b");
        assertThat(property("embark.embedding.replaced-by")).isNull();
        assertThat(property("mine")).isEqualTo("1");
        assertThat(spark.table("shelf.sinks.t").count()).isEqualTo(5);
    }

    @Test
    void rowsOfAnotherModelAreNotAdded() {
        write(WriteMode.OVERWRITE, rows("a", 3));

        assertThatThrownBy(() -> write(WriteMode.APPEND, rows("b", 5)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output table shelf.sinks.t: column 'embedding' holds vectors of another model\n");
        write(WriteMode.APPEND, rows("a", 2));
        assertThat(spark.table("shelf.sinks.t").count()).isEqualTo(5);
    }

    /** A run that is killed between the two commits of an overwrite leaves this. */
    @Test
    void nobodyKnowsTheModelOfWhatADeadRunWasReplacing() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        spark.sql("ALTER TABLE shelf.sinks.t SET TBLPROPERTIES ('embark.embedding.replaced-by' = 'b')");

        assertThat(label()).isEmpty();
        assertThat(TableLabels.unsettled(labelled().schema().apply("embedding")))
                .contains("a or b");
        assertThatThrownBy(() -> write(WriteMode.APPEND, rows("a", 5)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.sinks.t: column embedding holds vectors of nobody knows which model
                        A run that replaced them did not come to its end; they are of a or b.
                        Replace them as a whole, with --mode overwrite.""");

        write(WriteMode.OVERWRITE, rows("a", 4));
        assertThat(label()).contains(label("a"));
        assertThat(property("embark.embedding.replaced-by")).isNull();
    }

    @Test
    void anOverwriteThatFailsTakesBackWhatItAnnounced() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        Dataset<Row> failing = rows("b", 5).where("IF(id = 4, raise_error('half-way') IS NULL, true)");

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, failing)).hasStackTraceContaining("half-way");
        assertThat(label()).contains(label("a"));
        assertThat(spark.table("shelf.sinks.t").count()).isEqualTo(3);
    }

    @Test
    void aRunThatFailsLeavesTheReportOfTheOneBefore() {
        AtomicInteger forgotten = new AtomicInteger();
        Dataset<Row> failing = rows("a", 5).where("IF(id = 4, raise_error('half-way') IS NULL, true)");
        for (WriteMode mode : List.of(WriteMode.APPEND, WriteMode.OVERWRITE)) {
            assertThatThrownBy(() -> sink(request(mode)).write(failing, forgotten::incrementAndGet))
                    .hasStackTraceContaining("half-way");
            assertThat(forgotten).hasValue(0);
            sink(request(mode)).write(rows("a", 5), forgotten::incrementAndGet);
            assertThat(forgotten.getAndSet(0)).isEqualTo(1);
        }
    }

    @Test
    void theLabelIsOfTheColumnAsTheTableSpellsIt() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        Dataset<Row> shouted = rows("b", 5).withColumnRenamed("embedding", "Embedding");

        write(WriteMode.OVERWRITE, shouted);
        assertThat(label()).contains(label("b"));
        assertThat(property("embark.Embedding.fingerprint")).isNull();
    }

    /** Another run begins and ends while this one writes. */
    @Test
    void ofTwoRunsAtOnceNeitherSaysAnythingUntrue() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        Sink outer = sink(request(WriteMode.OVERWRITE));

        assertThatThrownBy(() -> outer.write(rows("b", 5), () -> write(WriteMode.OVERWRITE, rows("c", 4))))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.sinks.t: column embedding holds vectors of nobody knows which model
                        Another run replaced its vectors by those of another model while this one embedded, and both were committed.
                        Replace them as a whole, with --mode overwrite.""");
        assertThat(label()).isEmpty();

        write(WriteMode.OVERWRITE, rows("b", 2));
        assertThat(label()).contains(label("b"));
    }

    @Test
    void rowsAreNotAddedToVectorsThatAreBeingReplaced() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        Sink replacing = sink(request(WriteMode.OVERWRITE));
        Sink adding = sink(request(WriteMode.APPEND));

        replacing.write(rows("b", 5), () -> assertThatThrownBy(() -> adding.write(rows("a", 2)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output table shelf.sinks.t: column embedding holds vectors of nobody knows which model\n"));
    }

    @Test
    void aRunThatFailsLeavesTheDoubtOfADeadOne() {
        write(WriteMode.OVERWRITE, rows("a", 3));
        spark.sql("ALTER TABLE shelf.sinks.t SET TBLPROPERTIES ('embark.embedding.replaced-by' = 'b')");
        Dataset<Row> failing = rows("c", 5).where("IF(id = 4, raise_error('half-way') IS NULL, true)");

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, failing)).hasStackTraceContaining("half-way");
        assertThat(label()).isEmpty();
    }

    @Test
    void refusesOptionsThatNobodyReads() {
        for (String table : List.of("shelf.sinks.t", "shelf.sinks.new")) {
            SinkRequest request = SinkRequest.table(table, WriteMode.OVERWRITE);
            assertThatThrownBy(() -> sink(request.with(Map.of("ReplaceWhere", "id = 1"))))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            option sink-option: replaceWhere is not taken for output table %s
                            Only tables of Delta Lake replace the rows of a condition; of this one all rows would be replaced.
                            Leave it out, or replace the partitions of the new rows with --sink-option partitionOverwriteMode=dynamic.""".formatted(table));
            assertThatThrownBy(() -> sink(request.with(Map.of("partitionOverwriteMod", "dynamic"))))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("option sink-option: 'partitionOverwriteMod' does not exist\n")
                    .hasMessageEndingWith("\nDid you mean partitionOverwriteMode?");
            assertThat(sink(request.with(Map.of("anything.else", "1", "colour", "red"))))
                    .isNotNull();
        }
    }

    @Test
    void tablesThatAreEmptiedFirstAreNotReplaced() {
        spark.conf().set("spark.sql.catalog.shelves", InMemoryTableCatalog.class.getName());
        spark.sql("CREATE NAMESPACE IF NOT EXISTS shelves.sinks");
        SinkRequest overwrite = SinkRequest.table("shelves.sinks.kept", WriteMode.OVERWRITE);
        write(overwrite, rows("a", 3));

        assertThatThrownBy(() -> write(overwrite, rows("a", 5)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelves.sinks.kept: cannot be replaced at once
                        Nobody knows whether catalog shelves empties a table before it writes the new rows: a run that fails could lose all.
                        Write to a new --output-table, or empty this one first and use --mode append.""");
        assertThat(sink(overwrite).can(Capability.REPLACES_AT_ONCE)).isFalse();
        assertThat(sink(SinkRequest.table("shelves.sinks.kept", WriteMode.APPEND))
                        .note())
                .contains(
                        "catalog shelves may add the rows bit by bit: a run that fails or is killed may leave a part of them, and the next run adds it again");
        spark.sql("DROP TABLE shelves.sinks.kept");
    }

    @Test
    void anOverwriteKeepsTheColumnsUnlessTheyMayBeAdded() {
        Dataset<Row> more = rows("a", 3).withColumn("more", functions.lit(1));

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, more))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.sinks.t: has other columns than what would be written
                        It has embedding, id; written would be embedding, id, more.
                        Write to another --output-table, or add the new columns with --sink-option mergeSchema=true.""");

        write(request(WriteMode.OVERWRITE).with(Map.of("mergeSchema", "true")), more);
        assertThat(spark.table("shelf.sinks.t").columns()).containsExactly("id", "embedding", "more");
        assertThat(spark.table("shelf.sinks.t").count()).isEqualTo(3);
    }

    @Test
    void columnsThatWouldBeNullAreNamed() {
        assertThatThrownBy(() -> write(
                        request(WriteMode.APPEND).with(Map.of("mergeSchema", "true")),
                        rows("a", 3).drop("id")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output table shelf.sinks.t: has columns that would not be written\nThey are id,");
    }

    @Test
    void replacesThePartitionsOfTheNewRowsOnly() {
        spark.sql("DROP TABLE shelf.sinks.t");
        Dataset<Row> days = rows("a", 4).withColumn("day", functions.expr("CAST(id % 2 AS STRING)"));
        spark.sql("CREATE TABLE shelf.sinks.t (id BIGINT, embedding ARRAY<FLOAT>, day STRING) PARTITIONED BY (day)");
        write(WriteMode.OVERWRITE, days);
        SinkRequest dynamic = request(WriteMode.OVERWRITE).with(Map.of("partitionOverwriteMode", "dynamic"));
        write(dynamic, days.where("id = 1"));

        assertThat(spark.table("shelf.sinks.t").where("day = '1'").count()).isEqualTo(1);
        assertThat(spark.table("shelf.sinks.t").where("day = '0'").count()).isEqualTo(2);
        assertThatThrownBy(() -> write(dynamic, rows("b", 1).withColumn("day", functions.lit("1"))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("holds vectors of another model\n");
        SinkRequest byId = new SinkRequest(
                Optional.empty(),
                Optional.of("shelf.sinks.t"),
                Optional.empty(),
                WriteMode.APPEND,
                Map.of(),
                List.of("id"),
                List.of(),
                Optional.empty(),
                false);
        assertThatThrownBy(() -> write(byId, days))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.sinks.t: is partitioned otherwise
                        It is by day, and --partition-by says id.
                        Leave --partition-by out: a table that exists keeps its partitions.""");
    }

    @Test
    void saysWhichCatalogHasNoSuchDatabase() {
        assertThatThrownBy(() -> write(SinkRequest.table("shelf.`no where`.t", WriteMode.ERROR), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.`no where`.t: cannot be written
                        There is no database no where in catalog shelf.
                        Create it first: CREATE NAMESPACE `shelf`.`no where`""");
        assertThatThrownBy(() -> write(SinkRequest.table("nowhere.sinks.t", WriteMode.ERROR), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output table nowhere.sinks.t: there is no catalog nowhere\nNo setting spark.sql.catalog.nowhere says")
                .hasMessageContaining("\nAdd --set spark.sql.catalog.nowhere=CLASS");
    }

    @Test
    void namesACatalogWhoseClassIsMissing() {
        spark.conf().set("spark.sql.catalog.broken", "org.example.Missing");

        assertThatThrownBy(() -> write(SinkRequest.table("broken.sinks.t", WriteMode.ERROR), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output table broken.sinks.t: catalog broken cannot be opened\n")
                .hasMessageContaining("org.example.Missing");
        spark.conf().unset("spark.sql.catalog.broken");
    }

    @Test
    void aNameWithoutACatalogIsOfTheCurrentOne() {
        spark.conf().set("spark.sql.defaultCatalog", "shelf");
        try {
            write(SinkRequest.table("sinks.t", WriteMode.APPEND), rows("a", 3));
        } finally {
            spark.conf().unset("spark.sql.defaultCatalog");
        }
        assertThat(spark.table("shelf.sinks.t").count()).isEqualTo(3);
    }

    @Test
    void saysThatACatalogFillsATableAfterItMadeIt() {
        spark.conf().set("spark.sql.catalog.shelves", InMemoryTableCatalog.class.getName());
        spark.sql("CREATE NAMESPACE IF NOT EXISTS shelves.sinks");
        Sink sink = sink(SinkRequest.table("shelves.sinks.t", WriteMode.ERROR));

        assertThat(sink.note())
                .contains(
                        "catalog shelves makes the table first and fills it then: a run that is killed leaves a part of it, or an empty one");
        assertThat(sink(SinkRequest.table("shelf.sinks.new", WriteMode.ERROR)).note())
                .isEmpty();
    }

    @Test
    void aTableThatExistsKeepsItsFormat() {
        assertThatThrownBy(() -> write(request(WriteMode.APPEND).as("iceberg"), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table shelf.sinks.t: is a table of foo
                        --output-format iceberg is for a new table; one that exists keeps its format.
                        Leave --output-format out, or choose another --output-table.""");
    }

    @Test
    void saysWhatIsMissingForATableOfDeltaLake() {
        assertThatThrownBy(() ->
                        sink(SinkRequest.folder("/nowhere/t", WriteMode.ERROR).as("delta")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("""
                        option output-format: 'delta' is no data source of this Spark
                        Neither Spark nor a jar on the class path has one of this name.
                        Add --packages io.delta:delta-spark_""");
    }

    @Test
    void refusesAFormatThatIsNotThereBeforeAnythingIsComputed() {
        assertThatThrownBy(() ->
                        write(SinkRequest.table("default.t", WriteMode.ERROR).as("hudi"), rows("a", 1)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option output-format: 'hudi' is no data source of this Spark\n")
                .hasMessageContaining("\nAdd --packages org.apache.hudi:hudi-spark");
    }

    private void write(WriteMode mode, Dataset<Row> rows) {
        write(request(mode), rows);
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
        return SinkRequest.table("shelf.sinks.t", mode);
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

    private static EmbeddingMetadata label(String fingerprint) {
        return EmbeddingMetadata.of("m", fingerprint, 2, EmbedOptions.defaults());
    }

    private Dataset<Row> labelled() {
        return TableLabels.labelled(spark.table("shelf.sinks.t"));
    }

    private Optional<EmbeddingMetadata> label() {
        return EmbeddingMetadata.of(labelled().schema().apply("embedding"));
    }

    private String property(String key) {
        return spark
                .sql("SHOW TBLPROPERTIES shelf.sinks.t")
                .where(functions.col("key").equalTo(key))
                .collectAsList()
                .stream()
                .map(row -> row.getString(1))
                .findFirst()
                .orElse(null);
    }
}

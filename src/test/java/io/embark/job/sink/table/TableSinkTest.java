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
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.CatalogPlugin;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableSinkTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @BeforeEach
    void createDatabase() {
        spark.sql("CREATE DATABASE sinks LOCATION '%s'".formatted(folder.resolve("db")));
    }

    @AfterEach
    void dropDatabase() {
        spark.sql("DROP DATABASE sinks CASCADE");
    }

    @Test
    void writesATableThatKeepsTheMetadataOfTheVectors() throws IOException {
        write(WriteMode.ERROR, vectors(3));

        assertThat(EmbeddingMetadata.of(spark.table("sinks.t").schema().apply("embedding")))
                .contains(new EmbeddingMetadata("m", "all-MiniLM-L6-v2", "f", 3, Map.of()));
        assertThat(tables()).containsExactly("t");
        assertThat(folders()).containsExactly("t");
    }

    @Test
    void refusesAPlaceThatIsTakenBeforeAnythingIsComputed() throws IOException {
        Files.createDirectories(folder.resolve("db/t"));

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, spark.range(5).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(
                        "output table sinks.t: cannot be written\nThere is no such table, but its place");
        assertThat(folders()).containsExactly("t");
    }

    @Test
    void tellsThatATableIsForgottenAndWhereItsFilesAre() {
        Sink sink = sink(spark, "sinks.t", WriteMode.ERROR);
        String place = folder.resolve("db/t").toString();

        assertThat(sink.note())
                .contains(
                        "without a Hive catalog, Spark forgets table sinks.t when it ends; its files stay in " + place);
        assertThat(sink.reference()).isEqualTo(place);
    }

    @Test
    void theNewTableAdmitsNobodyThatTheOldOneDidNot() throws IOException {
        write(WriteMode.ERROR, spark.range(3).toDF());
        Set<PosixFilePermission> ours = PosixFilePermissions.fromString("rwx--x---");
        Files.setPosixFilePermissions(folder.resolve("db/t"), ours);
        write(WriteMode.OVERWRITE, spark.range(5).toDF());

        assertThat(spark.table("sinks.t").count()).isEqualTo(5);
        assertThat(Files.getPosixFilePermissions(folder.resolve("db/t"))).isEqualTo(ours);
    }

    @Test
    void replacesATableEvenIfItIsTheInput() throws IOException {
        write(WriteMode.ERROR, spark.range(3).toDF());
        write(WriteMode.OVERWRITE, spark.table("sinks.t").withColumn("n", functions.lit(1)));

        assertThat(spark.table("sinks.t").columns()).containsExactly("id", "n");
        assertThat(spark.table("sinks.t").count()).isEqualTo(3);
        assertThat(tables()).containsExactly("t");
        assertThat(folders()).containsExactly("t");
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aRunThatFailsHalfWayLeavesTheOldTableAsItWas(WriteMode mode) throws IOException {
        boolean exists = mode != WriteMode.ERROR;
        if (exists) {
            write(WriteMode.ERROR, spark.range(3).toDF());
        }
        Dataset<Row> failing = spark.range(0, 100, 1, 4)
                .toDF()
                .where(functions.expr("IF(id = 99, raise_error('half-way') IS NULL, true)"));

        assertThatThrownBy(() -> write(mode, failing)).hasStackTraceContaining("half-way");
        assertThat(tables()).isEqualTo(exists ? List.of("t") : List.of());
        assertThat(folders()).isEqualTo(exists ? List.of("t") : List.of());
        if (exists) {
            assertThat(spark.table("sinks.t").count()).isEqualTo(3);
        }
    }

    @Test
    void appendsByTheNamesOfTheColumns() {
        write(WriteMode.APPEND, spark.range(1).selectExpr("1 AS a", "2 AS b"));
        write(WriteMode.APPEND, spark.range(1).selectExpr("2 AS b", "1 AS a"));

        assertThat(spark.table("sinks.t").collectAsList().stream().map(Row::toString))
                .containsExactly("[1,2]", "[1,2]");
    }

    @Test
    void refusesPartitionsThatATableWouldNotHave() {
        Dataset<Row> rows = spark.range(6).selectExpr("id", "id % 3 AS n", "CONCAT('0', id % 2) AS day");
        for (WriteMode mode : WriteMode.values()) {
            assertThatThrownBy(() -> write(request(mode).by(List.of("day", "n")), rows))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            option partition-by: is not taken for output table sinks.t
                            A run makes tables of files in the session's catalog without partitions.
                            Create it with CREATE TABLE ... USING parquet PARTITIONED BY (day, n) and add --mode append, or write a folder with --output.""");
        }

        rows.write().partitionBy("day").saveAsTable("sinks.t");
        write(request(WriteMode.APPEND).by(List.of("DAY")), rows);
        assertThat(spark.table("sinks.t").where("day = '01'").count()).isEqualTo(6);
        assertThatThrownBy(() -> write(request(WriteMode.APPEND).by(List.of("n")), rows))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table sinks.t: has other partitions
                        It is partitioned by day; appended would be by n.
                        Leave --partition-by out, or write to another output.""");
    }

    private static SinkRequest request(WriteMode mode) {
        return SinkRequest.table("sinks.t", mode).as("parquet");
    }

    private void write(SinkRequest request, Dataset<Row> rows) {
        Sink sink = new TableKind().open(spark, request);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    @Test
    void refusesToReplaceATableThatItCannotSwap() {
        spark.range(3)
                .write()
                .option("path", folder.resolve("external").toString())
                .saveAsTable("sinks.t");

        assertThatThrownBy(() -> write(WriteMode.OVERWRITE, spark.range(5).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        output table sinks.t: cannot be replaced
                        Its files are not managed by the catalog (EXTERNAL).
                        Choose another --output-table, or replace its files with --output.""");
    }

    /** A catalog beside Spark's own, which has all databases. */
    public static final class Lake implements CatalogPlugin {
        private String name;

        @Override
        public void initialize(String given, CaseInsensitiveStringMap options) {
            name = given;
        }

        @Override
        public String name() {
            return name;
        }
    }

    @Test
    void makesNoTableInAnotherCurrentCatalog() {
        spark.conf().set("spark.sql.catalog.lake", Lake.class.getName());
        spark.conf().set("spark.sql.defaultCatalog", "lake");
        try {
            assertThatThrownBy(() -> check("spark_catalog.sinks.t"))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                            output table spark_catalog.sinks.t: cannot be written
                            The current catalog is lake (spark.sql.defaultCatalog), and Spark would make new tables there.
                            Add --set spark.sql.defaultCatalog=spark_catalog.""");
        } finally {
            spark.conf().unset("spark.sql.defaultCatalog");
            spark.conf().unset("spark.sql.catalog.lake");
        }
    }

    private void check(String name) {
        Source source = Source.of(spark.range(1).toDF(), "test", Optional.empty(), true);
        sink(spark, name, WriteMode.ERROR).check(vectors(1).schema(), source);
    }

    @Test
    void refusesNamesThatNoTableCanHave() {
        Source source = Source.of(spark.range(1).toDF(), "test", Optional.empty(), true);

        assertThatThrownBy(
                        () -> sink("a b", WriteMode.ERROR).check(spark.range(1).schema(), source))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output table a b: is not a name of a table\n");
        assertThatThrownBy(() ->
                        sink("nowhere.t", WriteMode.ERROR).check(spark.range(1).schema(), source))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("output table nowhere.t: cannot be written\nThere is no database nowhere.\n");
    }

    private void write(WriteMode mode, Dataset<Row> rows) {
        write(request(mode), rows);
    }

    private Sink sink(String name, WriteMode mode) {
        return sink(spark, name, mode);
    }

    private Dataset<Row> vectors(int dimension) {
        return spark.range(2)
                .toDF()
                .select(
                        functions.col("id"),
                        functions
                                .lit(new float[dimension])
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", dimension, EmbedOptions.defaults())
                                                .toMetadata()));
    }

    private List<String> tables() {
        return spark.sql("SHOW TABLES IN sinks").where("NOT isTemporary").select("tableName").collectAsList().stream()
                .map(row -> row.getString(0))
                .sorted()
                .toList();
    }

    private List<String> folders() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("db"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static Sink sink(SparkSession spark, String name, WriteMode mode) {
        return new TableKind().open(spark, SinkRequest.table(name, mode).as("parquet"));
    }
}

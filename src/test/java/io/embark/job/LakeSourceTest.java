/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.embark.EmbarkException;
import io.embark.job.source.Source;
import io.embark.job.source.SourceRequest;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.LakeSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of Delta Lake and Iceberg are read as what they are, and reading changes nothing in them. */
@Tag("lakes")
class LakeSourceTest {
    private static final SparkSession SPARK = LakeSpark.session();

    @TempDir
    static Path folder;

    /** The folder of a table of Delta and of one of Iceberg with 160 rows, whose files hold 360. */
    private static String delta;

    private static String iceberg;
    private static String model;

    @BeforeAll
    static void writeTables() throws Exception {
        Dataset<Row> rows = SPARK.range(0, 100, 1, 2).selectExpr("id", "concat('text ', id) AS text");
        delta = folder.resolve("delta").toString();
        rows.write().format("delta").save(delta);
        rows.withColumn("text", functions.lit("changed"))
                .write()
                .format("delta")
                .mode("overwrite")
                .save(delta);
        rows.write().format("delta").mode("overwrite").save(delta);
        SPARK.range(100, 160)
                .selectExpr("id", "concat('text ', id) AS text")
                .write()
                .format("delta")
                .mode("append")
                .save(delta);

        SPARK.sql("CREATE TABLE lake.db.articles (id BIGINT, text STRING) USING iceberg");
        rows.writeTo("lake.db.articles").append();
        rows.withColumn("text", functions.lit("changed"))
                .writeTo("lake.db.articles")
                .overwrite(functions.lit(true));
        rows.writeTo("lake.db.articles").overwrite(functions.lit(true));
        SPARK.range(100, 160)
                .selectExpr("id", "concat('text ', id) AS text")
                .writeTo("lake.db.articles")
                .append();
        iceberg = SPARK.conf().get("spark.sql.catalog.lake.warehouse") + "/db/articles";
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @AfterAll
    static void dropTables() {
        SPARK.sql("DROP TABLE lake.db.articles PURGE");
    }

    @Test
    void aFolderOfATableIsReadAsTheTable() throws IOException {
        for (String path : List.of(delta, iceberg)) {
            Source source = Source.files(SPARK, path, SourceRequest.ALL);

            assertThat(source.rows().count()).as(path).isEqualTo(160);
            assertThat(source.rows().where("text = 'changed'").count()).isZero();
            assertThat(source.notes())
                    .singleElement()
                    .asString()
                    .startsWith("input %s is a table of ".formatted(path))
                    .endsWith(" and is read as one");
            assertThat(Source.pathOrTable(SPARK, path, SourceRequest.ALL).rows().count())
                    .isEqualTo(160);
        }
        long files = SPARK.read()
                .option("recursiveFileLookup", "true")
                .parquet(iceberg + "/data")
                .count();
        assertThat(files).as("rows in the files of Iceberg").isEqualTo(360);
        prove("--input of a folder of Delta and of Iceberg: 160 rows each, of 360 in their files");
    }

    @Test
    void theFilesOfATableAreNotReadInItsPlace() {
        assertRefused(
                "input %s: is a table of Delta Lake\n".formatted(delta),
                () -> Source.files(SPARK, delta, SourceRequest.ALL.as("parquet")));
        assertRefused(
                "input %s/data: lies in a table of Apache Iceberg".formatted(iceberg),
                () -> Source.files(SPARK, iceberg + "/data", SourceRequest.ALL));
    }

    @Test
    void tablesAreReadByNameAndAsTheyWere() throws IOException {
        long snapshot = SPARK.table("lake.db.articles.snapshots")
                .orderBy("committed_at")
                .head()
                .getLong(1);
        String committed = SPARK.table("lake.db.articles.snapshots")
                .orderBy("committed_at")
                .selectExpr("CAST(committed_at AS STRING)")
                .head()
                .getString(0);

        assertThat(count("lake.db.articles", Map.of())).isEqualTo(160);
        assertThat(count("delta.`%s`".formatted(delta), Map.of())).isEqualTo(160);
        assertThat(count("lake.db.articles VERSION AS OF " + snapshot, Map.of()))
                .isEqualTo(100);
        assertThat(count("lake.db.articles TIMESTAMP AS OF '%s'".formatted(committed), Map.of()))
                .isEqualTo(100);
        assertThat(count("delta.`%s` VERSION AS OF 1".formatted(delta), Map.of()))
                .isEqualTo(100);
        assertThat(count("lake.db.articles", Map.of("versionAsOf", String.valueOf(snapshot))))
                .as("Iceberg itself does not heed this option of a table")
                .isEqualTo(100);
        assertThat(count("delta.`%s`".formatted(delta), Map.of("versionAsOf", "1")))
                .isEqualTo(100);
        assertThat(count("lake.db.articles", Map.of("snapshot-id", String.valueOf(snapshot))))
                .isEqualTo(100);
        for (Map.Entry<String, String> format :
                Map.of("delta", delta, "iceberg", iceberg).entrySet()) {
            String version = format.getKey().equals("delta") ? "1" : String.valueOf(snapshot);
            Source source = Source.files(
                    SPARK,
                    format.getValue(),
                    SourceRequest.ALL.as(format.getKey()).with(Map.of("versionAsOf", version)));
            assertThat(source.rows().count()).as(format.getKey()).isEqualTo(100);
        }
        prove(
                "--table of Delta and Iceberg: 160 rows; VERSION AS OF, TIMESTAMP AS OF and versionAsOf: 100 of an earlier state");
    }

    @Test
    void aStateThatATableNeverHadIsTold() {
        String remedy = "\nName a version or a time that the table has.";
        for (String reference : List.of(
                "delta.`%s` VERSION AS OF 99".formatted(delta),
                "delta.`%s` TIMESTAMP AS OF '2001-01-01'".formatted(delta),
                "delta.`%s` TIMESTAMP AS OF 'soon'".formatted(delta),
                "lake.db.articles VERSION AS OF 99",
                "lake.db.articles TIMESTAMP AS OF '2001-01-01'")) {
            assertThatThrownBy(() -> Source.table(SPARK, reference, SourceRequest.ALL))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("table %s: cannot be read\n".formatted(reference))
                    .hasMessageEndingWith(remedy);
        }
        assertThatThrownBy(() -> Source.table(SPARK, "delta.`/nowhere`", SourceRequest.ALL))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("table delta.`/nowhere`: ")
                .hasMessageEndingWith("\nCheck the path.");
    }

    private static long count(String table, Map<String, String> options) {
        return Source.table(SPARK, table, SourceRequest.ALL.with(options))
                .rows()
                .count();
    }

    @Test
    void anOptionThatNobodyReadsIsRefused() {
        String problem = "option source-option: 'versionOf' does not exist\n";
        SourceRequest request = SourceRequest.ALL.with(Map.of("versionOf", "1"));

        assertRefused(problem, () -> Source.table(SPARK, "lake.db.articles", request));
        assertRefused(problem, () -> Source.table(SPARK, "delta.`%s`".formatted(delta), request));
        assertRefused(problem, () -> Source.files(SPARK, delta, request));
        assertRefused(problem, () -> Source.files(SPARK, iceberg, request));
        assertRefused(problem, () -> Source.files(SPARK, delta, request.as("delta")));
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void aConditionIsPushedDown(String table, List<String> pushed) throws IOException {
        Source source = Source.table(
                SPARK, table.formatted(delta), SourceRequest.ALL.where("id > 120 AND text LIKE 'text 15%'"));

        assertThat(source.rows().queryExecution().executedPlan().toString()).contains(pushed);
        assertThat(source.rows().count()).isEqualTo(10);
        prove("--where pushed down, %s: %s".formatted(table.replace("`%s`", "path"), String.join(", ", pushed)));
    }

    static Stream<Arguments> conditions() {
        return Stream.of(
                arguments("delta.`%s`", List.of("GreaterThan(id,120)", "StringStartsWith(text,text 15)")),
                arguments("lake.db.articles", List.of("id > 120", "text LIKE 'text 15%'")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CALL lake.system.rewrite_data_files('db.articles')",
                "ALTER TABLE lake.db.articles ADD PARTITION FIELD bucket(2, id)",
                "ALTER TABLE lake.db.articles CREATE BRANCH b",
                "VACUUM delta.`%s`",
                "OPTIMIZE delta.`%s`",
                "RESTORE TABLE delta.`%s` TO VERSION AS OF 0",
                "DELETE FROM delta.`%s` WHERE id = 1",
                "DELETE FROM lake.db.articles WHERE id = 1",
                "CONVERT TO DELTA parquet.`%s`",
                "DESCRIBE HISTORY delta.`%s`"
            })
    void aStatementOfAMakerIsNoQuery(String statement) throws IOException {
        String before = FolderState.of(folder) + FolderState.of(Path.of(iceberg));

        assertRefused(
                "option sql: is not a query\n",
                () -> Source.query(SPARK, statement.formatted(delta), SourceRequest.ALL));
        assertThat(FolderState.of(folder) + FolderState.of(Path.of(iceberg))).isEqualTo(before);
    }

    @Test
    void aRequestThatOnlyReadsChangesNothing() throws IOException {
        List<String> embed = List.of("embed", "--text-column", "text", "--model", model, "--id-column", "id");
        for (String[] source : new String[][] {
            {"--input", delta},
            {"--input", iceberg},
            {"--table", "lake.db.articles"},
            {"--table", "delta.`%s`".formatted(delta)},
            {"--sql", "SELECT * FROM lake.db.articles"}
        }) {
            String before = FolderState.of(folder) + FolderState.of(Path.of(iceberg));
            for (String preview : List.of("--explain", "--dry-run")) {
                Outcome outcome = Outcome.of(embed, source[0], source[1], preview, "--where", "id > 100");
                assertThat(outcome.code()).as(outcome.err()).isZero();
            }
            assertThat(FolderState.of(folder) + FolderState.of(Path.of(iceberg)))
                    .as(source[1])
                    .isEqualTo(before);
        }
    }

    @Test
    void vectorsInALakeAreSearched() throws Exception {
        String vectors = folder.resolve("vectors").toString();
        Outcome embedded = Outcome.of(
                "embed", "--input", delta, "--text-column", "text", "--output", vectors, "--model", model, "--quiet");
        assertThat(embedded.code()).as(embedded.err()).isZero();
        String lake = folder.resolve("lake").toString();
        Dataset<Row> rows = SPARK.read().parquet(vectors);
        rows.write().format("delta").save(lake);
        rows.writeTo("lake.db.vectors").create();
        try {
            String before = FolderState.of(Path.of(lake));
            for (String table : List.of(lake, "delta.`%s`".formatted(lake), "lake.db.vectors")) {
                Outcome outcome = Outcome.of(
                        "search", "--table", table, "--query", "text 7", "--where", "id < 50", "--top", "3", "--model",
                        model);
                assertThat(outcome.code()).as(outcome.err()).isZero();
                assertThat(outcome.out().lines().toList().get(1)).as(table).matches("1\\.0000 +\\d+ +text \\d+");
                assertThat(outcome.out().lines()).hasSize(4);
            }
            assertThat(FolderState.of(Path.of(lake))).isEqualTo(before);
            prove("search of Delta by path and by name, of Iceberg by name: 3 hits each with --where, no file changed");
        } finally {
            SPARK.sql("DROP TABLE lake.db.vectors PURGE");
        }
    }

    /** A line of figures for the proof. */
    private static void prove(String line) throws IOException {
        Files.writeString(
                Path.of("target", "lake-sources.txt"),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void assertRefused(String start, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(EmbarkException.class).hasMessageStartingWith(start);
    }
}

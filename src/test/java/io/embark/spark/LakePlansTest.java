/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements of SQL with {@code embed} in tables of Delta Lake and Iceberg, and how many texts each embeds. */
@Tag("lakes")
class LakePlansTest {
    private static final Path FIGURES = Path.of("target", "lake-plans.txt");
    private static final long ROWS = 300;

    @TempDir
    static Path folder;

    private static TinyModel model;
    private static SparkSession spark;

    /** A kind of table, and how it is made. */
    private enum Lake {
        DELTA("delta", "USING delta"),
        DELTA_VECTORS("delta", "USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"),
        DELTA_CHANGES("delta", "USING delta TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"),
        ICEBERG_COPY("ice", iceberg("copy-on-write")),
        ICEBERG_MERGE("ice", iceberg("merge-on-read"));

        private final String table;
        private final String how;

        Lake(String catalog, String how) {
            this.table = (catalog.equals("ice") ? "ice.db." : "") + "articles";
            this.how = how;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        private static String iceberg(String mode) {
            return "USING iceberg TBLPROPERTIES ('format-version' = '2', 'write.delete.mode' = '%1$s',"
                    .concat(" 'write.update.mode' = '%1$s', 'write.merge.mode' = '%1$s')")
                    .formatted(mode);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        model = TinyModel.in(folder.resolve("model"));
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .config(
                        "spark.sql.extensions",
                        "io.delta.sql.DeltaSparkSessionExtension,"
                                + "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
                .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
                .config("spark.sql.catalog.ice", "org.apache.iceberg.spark.SparkCatalog")
                .config("spark.sql.catalog.ice.type", "hadoop")
                .config(
                        "spark.sql.catalog.ice.warehouse",
                        folder.resolve("iceberg").toString())
                .config("spark.embark.model", model.options().get(EmbedOptions.MODEL))
                .getOrCreate();
        Files.deleteIfExists(FIGURES);
    }

    @AfterAll
    static void stop() {
        model.close();
        spark.stop();
    }

    static Stream<Arguments> lakes() {
        return Stream.of(Lake.values()).map(Arguments::of);
    }

    @AfterEach
    void dropTables() {
        List.of(Lake.DELTA, Lake.ICEBERG_COPY).forEach(lake -> spark.sql("DROP TABLE IF EXISTS " + lake.table));
    }

    @ParameterizedTest
    @MethodSource("lakes")
    void aVectorDecidesWhatIsDeletedAndUpdated(Lake lake) throws IOException, TimeoutException {
        create(lake);
        List<Long> high = LongStream.range(0, ROWS)
                .filter(id -> model.vector(text(id))[0] > model.vector(text(0))[0])
                .boxed()
                .toList();
        assertThat(high).isNotEmpty().hasSizeLessThan((int) ROWS);
        String condition = "embed(text)[0] > embed('%s')[0]".formatted(text(0));

        long updated = embeddedBy(
                "UPDATE %s SET note = 'high', embedding = embed(text) WHERE %s".formatted(lake.table, condition));
        List<Row> written = spark.sql(
                        "SELECT id, text, embedding FROM %s WHERE note = 'high' ORDER BY id".formatted(lake.table))
                .collectAsList();
        assertThat(written).extracting(row -> row.getLong(0)).containsExactlyElementsOf(high);
        assertThat(written).allSatisfy(row -> model.assertVector(Plans.vector(row, 2), row.getString(1)));
        long deleted = embeddedBy("DELETE FROM %s WHERE %s".formatted(lake.table, condition));
        assertThat(ids(lake))
                .containsExactlyElementsOf(LongStream.range(0, ROWS)
                        .boxed()
                        .filter(id -> !high.contains(id))
                        .toList());
        figure("%s: UPDATE WHERE embed(text) of %s rows embeds %s texts, DELETE %s"
                .formatted(lake, ROWS, updated, deleted));
        assertThat(updated).isLessThanOrEqualTo(2 * ROWS + high.size() + 3);
        assertThat(deleted).isLessThanOrEqualTo(2 * ROWS + 3);
    }

    @ParameterizedTest
    @MethodSource("lakes")
    void aMergeEmbedsWhatChangedAndWhatIsNew(Lake lake) throws IOException, TimeoutException {
        create(lake);
        spark.range(ROWS + 1)
                .selectExpr("id", sqlText("id + IF(id % 60 = 7, 1, 0)") + " AS text")
                .createOrReplaceTempView("source");
        String merge = """
                MERGE INTO %s t USING source s ON t.id = s.id
                WHEN MATCHED AND t.text <> s.text THEN UPDATE SET text = s.text, embedding = embed(s.text)
                WHEN NOT MATCHED THEN INSERT (id, text, embedding) VALUES (s.id, s.text, embed(s.text))""".formatted(lake.table);

        long changed = embeddedBy(merge);
        assertThat(spark.sql("SELECT id, text, embedding FROM %s WHERE embedding IS NOT NULL".formatted(lake.table))
                        .collectAsList())
                .hasSize(6)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 2), row.getString(1)));
        assertThat(spark.table(lake.table).count()).isEqualTo(ROWS + 1);
        long none = embeddedBy(merge);
        figure("%s: MERGE of %s rows, 5 changed and 1 new, embeds %s texts; once more %s"
                .formatted(lake, ROWS + 1, changed, none));
        assertThat(changed).isEqualTo(6);
        assertThat(none).isZero();
    }

    @ParameterizedTest
    @MethodSource("lakes")
    void eachRowIsEmbeddedOnceOnItsWayIntoASortedTable(Lake lake) throws IOException, TimeoutException {
        create(lake);
        if (lake.table.startsWith("ice")) {
            spark.sql("ALTER TABLE %s WRITE ORDERED BY id".formatted(lake.table));
        }

        long inserted = embeddedBy(
                "INSERT INTO %1$s SELECT id + 1000, text, embed(text), note FROM %1$s".formatted(lake.table));
        long overwritten =
                embeddedBy("INSERT OVERWRITE %1$s SELECT id, text, embed(text), note FROM %1$s WHERE id >= 1000"
                        .formatted(lake.table));
        figure("%s: INSERT of %s rows embeds %s texts, INSERT OVERWRITE %s"
                .formatted(lake, ROWS, inserted, overwritten));
        assertThat(inserted).isEqualTo(ROWS);
        assertThat(overwritten).isEqualTo(ROWS);
        assertThat(spark.table(lake.table).collectAsList())
                .hasSize((int) ROWS)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 2), row.getString(1)));
    }

    @Test
    void aConstraintThatEmbedsSaysWhatToWriteInstead() {
        create(Lake.DELTA);
        spark.sql("ALTER TABLE articles ADD CONSTRAINT high CHECK (embed(text)[0] > -9)");

        assertThatThrownBy(() -> spark.sql("INSERT INTO articles VALUES (1000, 'a cat', null, '')"))
                .hasStackTraceContaining("""
                        embed(...): is evaluated outside the plan of a query
                        Embark embeds in the plans of queries, many texts at a time. This call stands where a table format \
                        evaluates expressions row by row: in a CHECK constraint, a generated or default column, or an action of \
                        a MERGE.
                        Put embed in the query: in the source of the MERGE, or in the SELECT that writes a column of vectors. \
                        Drop a constraint that calls it; one over that column, as size(embedding) = 384, needs no model.""");
        spark.sql("ALTER TABLE articles DROP CONSTRAINT high");
        spark.sql("ALTER TABLE articles ADD CONSTRAINT eight CHECK (embedding IS NULL OR size(embedding) = 8)");
        spark.sql("INSERT INTO articles SELECT 1000, text, embed(text), '' FROM (SELECT 'a cat' AS text)");
        assertThat(spark.table("articles").count()).isEqualTo(ROWS + 1);
    }

    /** Iceberg keeps no metadata of columns. */
    @ParameterizedTest
    @MethodSource("lakes")
    void aNewTableSaysWhichModelMadeItsVectors(Lake lake) throws IOException {
        spark.range(ROWS).selectExpr("id", sqlText("id") + " AS text").createOrReplaceTempView("source");
        spark.sql("CREATE TABLE %s %s AS SELECT id, text, embed(text) AS embedding FROM source"
                .formatted(lake.table, lake.how));
        spark.sql("INSERT INTO %1$s SELECT id + 1000, text, embedding FROM %1$s".formatted(lake.table));

        boolean labelled = EmbeddingMetadata.isIn(
                spark.table(lake.table).schema().apply("embedding").metadata());
        figure("%s: CREATE TABLE AS keeps the metadata of a column: %s".formatted(lake, labelled));
        assertThat(labelled).isEqualTo(!lake.table.startsWith("ice"));
    }

    private static void create(Lake lake) {
        spark.sql("CREATE TABLE %s (id BIGINT, text STRING, embedding ARRAY<FLOAT>, note STRING) %s"
                .formatted(lake.table, lake.how));
        spark.range(0, ROWS, 1, 4)
                .selectExpr("id", sqlText("id") + " AS text", "cast(null AS ARRAY<FLOAT>)", "'' AS note")
                .createOrReplaceTempView("rows");
        spark.sql("INSERT INTO %s SELECT * FROM rows".formatted(lake.table));
    }

    private static String sqlText(String id) {
        return "concat(element_at(array('a cat', 'the dog', 'a mat', 'the cat sat', 'a dog ran'), cast(1 + (%1$s) %% 5 AS INT)), ' ', %1$s)"
                .formatted(id);
    }

    private static String text(long id) {
        return PlannedRows.text(id) + " " + id;
    }

    private static List<Long> ids(Lake lake) {
        return spark.table(lake.table).select("id").orderBy("id").collectAsList().stream()
                .map((Row row) -> row.getLong(0))
                .toList();
    }

    private static long embeddedBy(String statement) throws TimeoutException {
        return CountedTexts.embeddedDuring(() -> spark.sql(statement));
    }

    private static void figure(String line) throws IOException {
        Files.writeString(FIGURES, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}

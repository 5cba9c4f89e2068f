/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.LongText;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A column of vectors says which model made them, as one that a job wrote. */
class LabelledColumnTest extends PlannedRows {
    private record Query(String name, Function<Dataset<Row>, Dataset<Row>> of) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Queries with a column {@code emb}. */
    static Stream<Query> queries() {
        return Stream.of(
                query("a new column", t -> t.withColumn("emb", model.embed("text"))),
                query("renamed", t -> t.select(model.embed("text").as("x")).withColumnRenamed("x", "emb")),
                query("named later", t -> t.withColumn("x", model.embed("text")).select(col("id"), col("x").as("emb"))),
                query("of SQL", t -> sql(t, "SELECT id, embed(text) AS emb FROM texts")),
                query(
                        "of a table in parentheses",
                        t -> sql(t, "SELECT emb FROM (SELECT embed(text) AS emb, id FROM texts) WHERE id > 3")),
                query(
                        "of tables in parentheses",
                        t -> sql(t, "SELECT y AS emb FROM (SELECT x AS y FROM (SELECT embed(text) AS x FROM texts))")),
                query(
                        "of a CTE",
                        t -> sql(
                                t,
                                "WITH e AS (SELECT id, embed(text) AS emb FROM texts) SELECT emb FROM e ORDER BY id")),
                query(
                        "of a CTE that is read twice",
                        t -> sql(
                                t,
                                "WITH e AS (SELECT id, embed(text) AS emb FROM texts) SELECT a.emb FROM e a JOIN e b ON a.id = b.id + 1")),
                query("joined", t -> t.select(col("id"), model.embed("text").as("emb"))
                        .join(t, "id")),
                query("grouped by", t -> t.withColumn("emb", model.embed("text"))
                        .groupBy("emb")
                        .count()),
                query("united", t -> t.select(model.embed("text").as("emb")).union(t.select(model.embed("other")))),
                query("limited and sorted", t -> t.select(
                                col("id"), model.embed("text").as("emb"))
                        .orderBy("id")
                        .limit(3)),
                query(
                        "of an array",
                        t -> t.select(
                                explode(model.embed(array("text", "other"))).as("emb"))),
                query("of an array with places", t -> t.withColumn("all", model.embed(array("text", "other")))
                        .selectExpr("id", "posexplode(all) AS (place, emb)")),
                query("of chunks", t -> t.select(
                                col("id"), functions.inline(EmbarkFunctions.embedChunks(col("text"), model.options())))
                        .withColumnRenamed("embedding", "emb")),
                query(
                        "of chunks by SQL",
                        t -> sql(
                                t,
                                "SELECT id, emb FROM texts LATERAL VIEW inline(embed_chunks(text)) c AS n, s, e, emb")));
    }

    private static Query query(String name, Function<Dataset<Row>, Dataset<Row>> of) {
        return new Query(name, of);
    }

    private static Dataset<Row> sql(Dataset<Row> rows, String query) {
        rows.createOrReplaceTempView("texts");
        return rows.sparkSession().sql(query);
    }

    @BeforeEach
    void chooseTheModel() {
        spark.conf().set("spark.embark.model", model.options().get(EmbedOptions.MODEL));
    }

    @AfterEach
    void dropAll() {
        spark.conf().unset("spark.embark.model");
        spark.catalog().dropTempView("texts");
        spark.sql("DROP VIEW IF EXISTS labelled_view");
        spark.sql("DROP TABLE IF EXISTS labelled");
        spark.sql("DROP TABLE IF EXISTS plain_texts");
    }

    @ParameterizedTest
    @MethodSource("queries")
    void saysWhichModelMadeIt(Query query) {
        Dataset<Row> result = query.of().apply(rows);

        EmbedOptions options = query.name().contains("chunks")
                ? model.options().with(EmbedOptions.LONG_TEXT, LongText.CHUNKS)
                : model.options();

        assertThat(labelOf(result)).isEqualTo(written(options));
        String path = folder.resolve(query.name().replace(' ', '-')).toString();
        result.select("emb").write().parquet(path);
        assertThat(labelOf(spark.read().parquet(path))).isEqualTo(written(options));
        assertThat(Plans.callsLeft(result)).isZero();
    }

    @Test
    void countsTheComponentsThatAreThere() {
        EmbedOptions options = model.options().with(EmbedOptions.DIMENSIONS, 4);
        EmbedOptions bits = model.options().with(EmbedOptions.ENCODING, Encoding.BINARY);

        Metadata four =
                labelOf(rows.select(EmbarkFunctions.embed(col("text"), options).as("emb")));
        Metadata packed =
                labelOf(rows.select(EmbarkFunctions.embed(col("text"), bits).as("emb")));
        assertThat(four).isEqualTo(written(options));
        assertThat(four.getLong("embark.dimension")).isEqualTo(4);
        assertThat(four.getLong("arrow.fixed-size-list.size")).isEqualTo(4);
        assertThat(packed).isEqualTo(written(bits));
        assertThat(packed.getLong("arrow.fixed-size-list.size")).isEqualTo(1);
        assertThat(packed.getString("embark.options")).contains("\"encoding\":\"binary\"");
    }

    @Test
    void keepsWhatItsUserSaysOfIt() {
        Metadata own = new MetadataBuilder().putString("comment", "of the body").build();
        Metadata label = labelOf(rows.select(model.embed("text").as("emb", own)));

        assertThat(label.getString("comment")).isEqualTo("of the body");
        assertThat(label.getLong("embark.dimension")).isEqualTo(8);
        Metadata other = written(model.options().with(EmbedOptions.DIMENSIONS, 2));
        assertThat(labelOf(rows.select(model.embed("text").as("emb", other)))).isEqualTo(other);
    }

    @Test
    void whatIsNoVectorSaysNothing() {
        Dataset<Row> result = rows.select(
                model.embed(array("text")).as("array"),
                EmbarkFunctions.embedChunks(col("text"), model.options()).as("chunks"),
                model.embed("text").getItem(0).as("first"),
                model.embed("text").cast("array<double>").as("doubles"));

        assertThat(Stream.of(result.schema().fields()).map(StructField::metadata))
                .allSatisfy(
                        metadata -> assertThat(EmbeddingMetadata.isIn(metadata)).isFalse());
    }

    @Test
    void tablesAndViewsSayIt() {
        rows.write().saveAsTable("plain_texts");
        spark.sql("CREATE TABLE labelled USING parquet AS SELECT id, embed(text) AS emb FROM plain_texts");
        spark.sql(
                "CREATE VIEW labelled_view AS SELECT id, embed(text, '%s', map('dimensions', '4')) AS emb FROM plain_texts"
                        .formatted(model.options().get(EmbedOptions.MODEL)));

        assertThat(labelOf(spark.table("labelled"))).isEqualTo(written(model.options()));
        assertThat(labelOf(spark.table("labelled_view")))
                .isEqualTo(written(model.options().with(EmbedOptions.DIMENSIONS, 4)));
        assertThat(spark.table("labelled_view").collectAsList())
                .hasSize(20)
                .allSatisfy(row -> assertThat(row.getList(1)).hasSize(4));
    }

    /** The call of the view names no model: the session of each reader does. */
    @Test
    void aViewSaysWhichModelItIsReadWith() {
        rows.write().saveAsTable("plain_texts");
        spark.sql("CREATE VIEW labelled_view AS SELECT id, embed(text) AS emb FROM plain_texts");
        spark.conf().set("spark.embark.dimensions", 2);
        try {
            assertThat(labelOf(spark.table("labelled_view")).getLong("embark.dimension"))
                    .isEqualTo(2);
            assertThat(spark.table("labelled_view").collectAsList())
                    .allSatisfy(row -> assertThat(row.getList(1)).hasSize(2));
        } finally {
            spark.conf().unset("spark.embark.dimensions");
        }
    }

    @Test
    void aModelThatIsMissingIsStillRefusedWithItsCall() {
        assertThatThrownBy(() -> rows.select(
                        EmbarkFunctions.embed(col("text"), "/no/such/model").as("emb")))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("embed(text): ");
    }

    @Test
    void plansThatDifferInTheirNamesOnlyAreStillEqual() {
        Dataset<Row> one = rows.withColumn("emb", model.embed("text"));
        Dataset<Row> two = rows.withColumn(
                "emb",
                model.embed("text")
                        .as("x", new MetadataBuilder().putLong("y", 1).build()));

        assertThat(one.sameSemantics(two)).isTrue();
        assertThat(one.union(two).distinct().count()).isEqualTo(20);
    }

    private static Metadata labelOf(Dataset<Row> rows) {
        Metadata metadata = rows.schema().apply("emb").metadata();
        assertThat(EmbeddingMetadata.isIn(metadata)).as("%s", metadata.json()).isTrue();
        return metadata;
    }

    /** As a job writes it. */
    private static Metadata written(EmbedOptions options) {
        ModelFolder folder = ModelReference.open(options);
        return EmbeddingMetadata.of(
                        folder.name(),
                        folder.fingerprint(),
                        folder.specification().dimension(options),
                        options)
                .toMetadata();
    }
}

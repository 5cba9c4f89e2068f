/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.encode.Count;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls in every place where an operator can have an expression. */
class EmbedPlanTest extends PlannedRows {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void equalCallsOfOneProjectionRunOnce(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> selected = rows.select(
                col("id"),
                model.embed("text").as("a"),
                model.embed("text").as("b"),
                model.embed("text")
                        .getItem(0)
                        .plus(functions.size(model.embed("text")))
                        .as("c"),
                model.embed("other").as("d"),
                EmbarkFunctions.embed(col("text"), options(4)).as("e"));

        assertThat(collect(selected)).hasSize(20).allSatisfy(row -> {
            assertVector(row, "a", text(row.getLong(0)));
            assertVector(row, "b", text(row.getLong(0)));
            assertThat(row.<Float>getAs("c")).isEqualTo(model.vector(text(row.getLong(0)))[0] + 8, within());
            assertVector(row, "d", other(row.getLong(0)));
            assertThat(row.getList(5)).isEqualTo(row.getList(1).subList(0, 4));
        });
        assertThat(Plans.operators(selected)).hasSize(1);
        assertThat(Plans.sum(selected, Count.TEXTS)).isEqualTo(2 * 20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAFilter(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> filtered = rows.filter(first("text").gt(threshold())).select("id");

        assertThat(ids(filtered)).isEqualTo(idsWhere(text -> model.vector(text)[0] > threshold()));
        assertThat(Plans.sum(filtered, Count.TEXTS)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFilterOnOtherColumnsRunsFirst(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> filtered =
                rows.withColumn("emb", model.embed("text")).filter("half = 0").limit(100);

        assertThat(collect(filtered)).hasSize(10);
        assertThat(Plans.sum(filtered, Count.TEXTS)).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inASort(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> sorted = rows.sort(first("text").desc(), col("id")).select("id");

        assertThat(collect(sorted).stream().map(row -> row.getLong(0)))
                .containsExactlyElementsOf(Stream.iterate(0L, id -> id + 1)
                        .limit(20)
                        .sorted((a, b) -> {
                            int order = Float.compare(model.vector(text(b))[0], model.vector(text(a))[0]);
                            return order == 0 ? Long.compare(a, b) : order;
                        })
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inACaseWhen(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> chosen = rows.withColumn(
                "emb",
                functions
                        .when(col("half").equalTo(0), model.embed("text"))
                        .otherwise(functions.when(col("id").lt(10), model.embed("other"))));

        assertThat(collect(chosen)).hasSize(20).allSatisfy(row -> {
            long id = row.getLong(0);
            assertVector(row, "emb", id % 2 == 0 ? text(id) : id < 10 ? other(id) : null);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exploded(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> direct =
                rows.select(col("id"), functions.posexplode(model.embed("text")).as(new String[] {"at", "value"}));
        Dataset<Row> later = rows.withColumn("emb", model.embed("text"))
                .select(col("id"), functions.explode(col("emb")).as("value"));

        assertThat(collect(direct)).hasSize(160).allSatisfy(row -> assertThat(row.getFloat(2))
                .isEqualTo(model.vector(text(row.getLong(0)))[row.getInt(1)], within()));
        assertThat(Plans.sum(direct, Count.TEXTS)).isEqualTo(20);
        assertThat(collect(later)).hasSize(160);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAndOverAWindowFunction(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> under = rows.withColumn("max", functions.max(first("text")).over(Window.partitionBy("half")));
        Dataset<Row> over = rows.withColumn(
                "emb",
                model.embed(
                        functions.first("text").over(Window.partitionBy("half").orderBy("id"))));
        Dataset<Row> by = rows.withColumn("n", functions.count("*").over(Window.partitionBy(model.embed("text"))));
        Dataset<Row> best = rows.withColumn(
                        "rank",
                        functions
                                .row_number()
                                .over(Window.partitionBy("half")
                                        .orderBy(first("text").desc(), col("id"))))
                .filter("rank = 1");

        float max = (float)
                WORDS.stream().mapToDouble(text -> model.vector(text)[0]).max().orElseThrow();
        assertThat(collect(under)).hasSize(20).allSatisfy(row -> assertThat(row.<Float>getAs("max"))
                .isEqualTo(max, within()));
        assertThat(collect(over))
                .hasSize(20)
                .allSatisfy(row -> assertVector(row, "emb", row.getLong(1) == 0 ? "a cat" : "the dog"));
        assertThat(collect(by)).hasSize(20).allSatisfy(row -> assertThat(row.<Long>getAs("n"))
                .isEqualTo(4));
        assertThat(collect(best)).hasSize(2).allSatisfy(row -> assertThat(model.vector(row.getAs("text"))[0])
                .isEqualTo(max, within()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAVectorOfAVectorsText(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> nested = rows.select(
                col("id"),
                model.embed(functions
                                .when(model.embed("text").getItem(0).gt(threshold()), functions.lit("a cat"))
                                .otherwise(functions.lit("a dog")))
                        .as("emb"));

        assertThat(collect(nested))
                .hasSize(20)
                .allSatisfy(row -> assertVector(
                        row, "emb", model.vector(text(row.getLong(0)))[0] > threshold() ? "a cat" : "a dog"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void belowALimit(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> embedded = rows.withColumn("emb", model.embed("text"));

        assertThat(collect(embedded.limit(7)))
                .hasSize(7)
                .allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
        assertThat(collect(rows.limit(7).withColumn("emb", model.embed("text"))))
                .hasSize(7);
        assertThat(embedded.limit(0).collectAsList()).isEmpty();
        assertThat(embedded.orderBy(functions.col("id").desc()).limit(3).collectAsList())
                .extracting(row -> row.getLong(0))
                .containsExactly(19L, 18L, 17L);
        assertThat(embedded.head(2)).isInstanceOf(Row[].class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inCubesPivotsAndSets(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> embedded = rows.withColumn("emb", model.embed("text"));

        assertThat(collect(embedded.cube("half", "other")
                        .agg(functions.max(col("emb").getItem(0)))))
                .hasSize(12);
        assertThat(collect(rows.rollup(model.embed("text")).count())).hasSize(6);
        assertThat(collect(embedded.groupBy("half").pivot("other").agg(functions.first("emb"))))
                .hasSize(2);
        assertThat(collect(embedded.select("emb").distinct())).hasSize(5);
        assertThat(collect(embedded.agg(functions.countDistinct(col("emb")), functions.countDistinct(col("other")))))
                .singleElement()
                .satisfies(row ->
                        assertThat(List.of(row.getLong(0), row.getLong(1))).containsExactly(5L, 3L));
        assertThat(collect(embedded.select("emb").except(rows.filter("id = 0").select(model.embed("text")))))
                .hasSize(4);
        assertThat(collect(
                        embedded.select("emb").intersect(rows.filter("id < 2").select(model.embed("text")))))
                .hasSize(2);
        assertThat(collect(embedded.dropDuplicates("emb"))).hasSize(5);
        assertThat(collect(embedded.repartition(4, col("emb")))).hasSize(20);
        assertThat(collect(rows.repartition(4, model.embed("text")))).hasSize(20);
    }
}

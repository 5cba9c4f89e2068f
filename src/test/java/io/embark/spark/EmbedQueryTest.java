/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.encode.Count;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over and under operators that bring rows together. */
class EmbedQueryTest extends PlannedRows {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underAnAggregate(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> grouped =
                rows.groupBy("half").agg(functions.max(first("text")).as("max"), functions.count("*"));

        float max = (float)
                WORDS.stream().mapToDouble(text -> model.vector(text)[0]).max().orElseThrow();
        assertThat(collect(grouped)).hasSize(2).allSatisfy(row -> {
            assertThat(row.getFloat(1)).isEqualTo(max, within());
            assertThat(row.getLong(2)).isEqualTo(10);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void overAnAggregate(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> whole = rows.agg(functions.max("text").as("max")).withColumn("emb", model.embed("max"));
        Dataset<Row> direct = rows.agg(
                model.embed(functions.max("text")).as("emb"),
                functions.max("text").as("max"));
        Dataset<Row> grouped = rows.groupBy("half")
                .agg(
                        functions.count("*").as("n"),
                        model.embed(functions.concat(functions.max("text"), functions.lit(" "), functions.min("other")))
                                .getItem(0)
                                .plus(functions.sum("id"))
                                .as("sum"),
                        functions.max(first("other")).as("under"));

        assertThat(collect(whole)).singleElement().satisfies(row -> assertVector(row, "emb", "the dog"));
        assertThat(Plans.sum(whole, Count.TEXTS)).isEqualTo(1);
        assertThat(collect(direct)).singleElement().satisfies(row -> assertVector(row, "emb", "the dog"));
        assertThat(collect(grouped)).hasSize(2).allSatisfy(row -> {
            long sum = row.<Long>getAs("half") == 0 ? 90 : 100;
            assertThat(row.<Float>getAs("sum"))
                    .isEqualTo(model.vector("the dog a cat")[0] + sum, org.assertj.core.api.Assertions.within(1e-4f));
            assertThat(row.<Float>getAs("under"))
                    .isEqualTo(
                            (float) WORDS.subList(0, 3).stream()
                                    .mapToDouble(text -> model.vector(text)[0])
                                    .max()
                                    .orElseThrow(),
                            within());
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofWhatIsGroupedBy(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> grouped =
                rows.groupBy("text").agg(functions.count("*").as("n")).withColumn("emb", model.embed("text"));
        Dataset<Row> distinct = rows.select("text").distinct().withColumn("emb", model.embed("text"));

        for (Dataset<Row> each : List.of(grouped, distinct)) {
            assertThat(collect(each)).hasSize(5).allSatisfy(row -> assertVector(row, "emb", row.getAs("text")));
            assertThat(Plans.sum(each, Count.TEXTS)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asWhatIsGroupedBy(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> grouped = rows.groupBy(model.embed("text").as("emb"))
                .agg(functions.max("text").as("text"), functions.count("*").as("n"));
        Dataset<Row> having = rows.withColumn("emb", model.embed("text"))
                .groupBy("emb")
                .count()
                .filter("count > 1");

        assertThat(collect(grouped)).hasSize(5).allSatisfy(row -> {
            assertVector(row, "emb", row.getAs("text"));
            assertThat(row.<Long>getAs("n")).isEqualTo(4);
        });
        assertThat(collect(having)).hasSize(5);
        assertThat(Plans.sum(having, Count.TEXTS)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAJoinCondition(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> left = rows.select(col("id").as("l"), col("text").as("left"));
        Dataset<Row> right =
                rows.filter("id < 5").select(col("id").as("r"), col("text").as("right"));
        Dataset<Row> equal = left.join(right, model.embed("left").equalTo(model.embed("right")));
        Dataset<Row> outer =
                left.join(right, col("l").equalTo(col("r")).and(first("right").gt(threshold())), "left_outer");
        Dataset<Row> less = left.join(right, first("left").lt(first("right")));

        assertThat(collect(equal)).hasSize(20).allSatisfy(row -> assertThat(row.<String>getAs("left"))
                .isEqualTo(row.getAs("right")));
        List<Long> matching = idsWhere(text -> model.vector(text)[0] > threshold()).stream()
                .filter(id -> id < 5)
                .toList();
        assertThat(collect(outer)).hasSize(20);
        assertThat(collect(outer.filter("r IS NOT NULL")).stream()
                        .map(row -> row.<Long>getAs("l"))
                        .sorted())
                .containsExactlyElementsOf(matching);
        // Of five different vectors each of four rows is below 0, 1, 2, 3 and 4 others.
        assertThat(collect(less)).hasSize(40);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofColumnsFromBothSidesOfAJoin(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> left =
                rows.filter("id < 5").select(col("id").as("l"), col("text").as("left"));
        Dataset<Row> right =
                rows.filter("id < 5").select(col("id").as("r"), col("text").as("right"));
        Column both = model.embed(functions.concat_ws(" ", col("left"), col("right")));
        Dataset<Row> joined = left.join(right, both.getItem(0).gt(threshold()).and(col("l").leq(col("r"))));
        Dataset<Row> outer = left.join(right, both.getItem(0).gt(threshold()), "left_outer");
        Dataset<Row> projected = left.join(right, col("l").equalTo(col("r"))).select(both.as("emb"), col("left"));

        long expected = 0;
        for (int l = 0; l < 5; l++) {
            for (int r = l; r < 5; r++) {
                expected += model.vector(text(l) + " " + text(r))[0] > threshold() ? 1 : 0;
            }
        }
        assertThat(collect(projected))
                .hasSize(5)
                .allSatisfy(row -> assertVector(row, "emb", row.getAs("left") + " " + row.getAs("left")));
        assertThat(collect(joined)).hasSize((int) expected);
        assertThatThrownBy(outer::collectAsList)
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("join condition (embed(concat_ws(' ', left, right))[0] > ")
                .hasMessageEndingWith(
                        ": embeds a text made from both sides\nIt can be computed neither before nor after a "
                                + "LEFT OUTER join.\nEmbed a column of each side on its own, or use an inner join.");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAViewThatIsUsedTwice(boolean adaptive) {
        adapt(adaptive);
        rows.withColumn("emb", model.embed("text")).createOrReplaceTempView("embedded");
        Dataset<Row> joined =
                spark.sql("SELECT a.id, a.emb AS one, b.emb AS two FROM embedded a JOIN embedded b ON a.id = b.id");
        Dataset<Row> twice = spark.sql("SELECT id, emb AS one, emb[0] AS first, emb AS two FROM embedded");

        assertThat(collect(joined)).hasSize(20).allSatisfy(row -> {
            assertVector(row, "one", text(row.getLong(0)));
            assertVector(row, "two", text(row.getLong(0)));
        });
        assertThat(collect(twice)).hasSize(20).allSatisfy(row -> assertVector(row, "two", text(row.getLong(0))));
        assertThat(Plans.sum(twice, Count.TEXTS)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inSubqueries(boolean adaptive) {
        adapt(adaptive);
        rows.createOrReplaceTempView("plain");
        rows.withColumn("emb", model.embed("text")).createOrReplaceTempView("embedded");
        String condition = "emb[0] > cast(%s AS float)".formatted(threshold());
        List<Long> expected = idsWhere(text -> model.vector(text)[0] > threshold());

        assertThat(ids(spark.sql(
                        "SELECT id FROM plain WHERE id IN (SELECT id FROM embedded WHERE %s)".formatted(condition))))
                .isEqualTo(expected);
        assertThat(ids(spark.sql("SELECT id FROM embedded WHERE emb[0] >= (SELECT max(emb[0]) FROM embedded)")))
                .hasSize(4);
        assertThat(ids(spark.sql(
                        "SELECT id FROM plain p WHERE (SELECT max(emb[0]) FROM embedded e WHERE e.id = p.id) > cast(%s AS float)"
                                .formatted(threshold()))))
                .isEqualTo(expected);
        assertThat(ids(spark.sql(
                        "SELECT id FROM plain p WHERE EXISTS (SELECT 1 FROM embedded e WHERE e.id = p.id AND %s)"
                                .formatted(condition))))
                .isEqualTo(expected);
        assertThat(ids(spark.sql(
                        "SELECT p.id FROM plain p, LATERAL (SELECT e.emb FROM embedded e WHERE e.id = p.id) WHERE %s"
                                .formatted(condition))))
                .isEqualTo(expected);
        assertThat(
                        ids(
                                spark.sql(
                                        "SELECT id FROM embedded p WHERE EXISTS (SELECT 1 FROM embedded e WHERE e.id = p.id + 1 AND e.emb[0] > p.emb[0])")))
                .isEqualTo(Stream.iterate(0L, id -> id + 1)
                        .limit(19)
                        .filter(id -> model.vector(text(id + 1))[0] > model.vector(text(id))[0])
                        .toList());
        assertThat(ids(spark.sql(
                        "SELECT id FROM plain p WHERE id NOT IN (SELECT e.id FROM embedded e WHERE e.half = p.half AND %s)"
                                .formatted(condition))))
                .isEqualTo(Stream.iterate(0L, id -> id + 1)
                        .limit(20)
                        .filter(id -> !expected.contains(id))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aboveAndBelowAUnion(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> embedded = rows.withColumn("emb", model.embed("text"));
        Dataset<Row> below = embedded.union(embedded);
        Dataset<Row> above = rows.union(rows).withColumn("emb", model.embed("text"));

        for (Dataset<Row> union : List.of(below, above)) {
            assertThat(collect(union)).hasSize(40).allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
            assertThat(Plans.sum(union, Count.TEXTS)).isEqualTo(20);
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.encode.Count;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How many texts each query embeds: those that it needs, and none of them twice. Each runs once more on vectors from a map, which
 * Spark looks up like in any other column, and has to give the same rows.
 */
class NoWastedTextTest extends PlannedRows {
    private static final int ROWS = 20;

    /** A frame to query, and what {@code embed} is in it. */
    record Source(Dataset<Row> rows, Function<Column, Column> function) {
        Column embed(Column text) {
            return function.apply(text);
        }

        Column embed(String column) {
            return embed(col(column));
        }

        Dataset<Row> embedded() {
            return rows.withColumn("emb", embed("text"));
        }

        Dataset<Row> sql(String query) {
            rows.createOrReplaceTempView("plain");
            embedded().createOrReplaceTempView("embedded");
            return rows.sparkSession().sql(query.replace("THRESHOLD", "cast(%s AS float)".formatted(threshold())));
        }
    }

    private record Query(String name, long texts, Function<Source, Dataset<Row>> of) {}

    private static final List<Query> QUERIES = List.of(
            query("all rows", ROWS, Source::embedded),
            query("filtered by another column", 10, s -> s.embedded().filter("half = 0")),
            query("filtered by the vector", ROWS, s -> s.embedded().filter(high("emb"))),
            query("filtered by both", 10, s -> s.embedded()
                    .filter(col("half").equalTo(0).and(high("emb")))),
            query("filtered by one of both", 10, s -> s.embedded()
                    .filter(col("half").equalTo(0).or(high("emb")))
                    .select("id")),
            query("filtered by rand", 10, s -> s.embedded().filter("rand(3) < 0.3")),
            query("of which a filter needs one and the output another", ROWS + 4, s -> s.rows()
                    .filter(s.embed("text").getItem(0).gt(highest()))
                    .withColumn("emb", s.embed("other"))),
            query("filtered by two vectors", ROWS + 4, s -> s.rows()
                    .filter(s.embed("text")
                            .getItem(0)
                            .gt(highest())
                            .and(s.embed("other").getItem(1).gt(-9)))),
            query("in some rows, of which a filter needs all", ROWS, s -> s.rows()
                    .filter(high(s.embed("text")))
                    .withColumn("emb", when(col("half").equalTo(0), s.embed("text")))),
            query("where the vector itself is asked for", 10, s -> s.rows()
                    .withColumn(
                            "emb",
                            when(
                                    col("half")
                                            .equalTo(0)
                                            .and(s.embed("text").getItem(0).gt(0)),
                                    s.embed("text")))),
            query("with a vector", ROWS, s -> s.embedded().filter("emb IS NOT NULL")),
            query("without nulls", ROWS, s -> s.embedded().na().drop()),
            query(
                    "counted by vector",
                    0,
                    s -> s.embedded().filter("emb IS NOT NULL").groupBy().count()),
            query("with a vector and an id", 4, s -> s.embedded().filter("emb IS NOT NULL AND id < 4")),
            query("without vector", 0, s -> s.embedded().filter("emb IS NULL").select("id")),
            query("counted", 0, s -> s.embedded().groupBy("half").count()),
            query("a vector nobody selects", 0, s -> s.embedded().select("id", "half")),
            query("sorted by another column", ROWS, s -> s.embedded().orderBy("id")),
            query("sorted by the vector", ROWS, s -> s.embedded().orderBy("emb", "id")),
            query("sorted after typed functions", ROWS, s -> s.embedded()
                    .map((MapFunction<Row, Row>) row -> row, s.embedded().encoder())
                    .orderBy("id")),
            query("sorted within partitions, then in ranges", ROWS, s -> s.embedded()
                    .sortWithinPartitions("id")
                    .repartitionByRange(2, col("half"))),
            query("again over a generator of a join", ROWS, s -> s.rows()
                    .filter(high(s.embed("text")))
                    .join(
                            s.rows()
                                    .select(
                                            col("id").as("i"),
                                            array(col("id"), lit(7L)).as("list")),
                            col("id").equalTo(col("i")))
                    .withColumn("x", explode(col("list")))
                    .drop("list")
                    .withColumn("emb", s.embed("text"))
                    .filter(col("emb").getItem(0).plus(col("x")).gt(2))),
            query("in ranges", ROWS, s -> s.embedded().repartitionByRange(2, col("id"))),
            query("counted by group", 0, s -> s.embedded().groupBy("half").agg(functions.count("emb"))),
            query("of the greatest id", 2, s -> s.embedded()
                    .groupBy("half")
                    .agg(functions.max_by(col("emb"), col("id")), functions.max("id"))),
            query("grouped by", ROWS, s -> s.embedded().groupBy("emb").agg(functions.max("id"))),
            query("the last two", 2, s -> s.embedded().orderBy(col("id").desc()).limit(2)),
            query("two by another sort and a projection", 2, s -> s.embedded()
                    .orderBy(col("half").desc(), col("id"))
                    .select(col("emb"), col("id").plus(1))
                    .limit(2)),
            query("the first of each group", 2, s -> s.embedded()
                    .withColumn(
                            "n",
                            functions
                                    .row_number()
                                    .over(Window.partitionBy("half").orderBy("id")))
                    .filter("n = 1")),
            query("the best of each group", ROWS, s -> s.embedded()
                    .withColumn(
                            "n",
                            functions
                                    .row_number()
                                    .over(Window.partitionBy("half")
                                            .orderBy(col("emb").getItem(0), col("id"))))
                    .filter("n = 1")),
            query("where a condition holds", 10, s -> s.rows().withColumn("emb", when(even(), s.embed("text")))),
            query("one or the other", 10 + 5, s -> s.rows()
                    .withColumn(
                            "emb",
                            when(even(), s.embed("text"))
                                    .otherwise(when(col("id").lt(10), s.embed("other"))))),
            query("one text of two", ROWS, s -> s.rows()
                    .withColumn("emb", when(even(), s.embed("text")).otherwise(s.embed("other")))),
            query("needed twice", ROWS, s -> s.rows()
                    .withColumn("some", when(even(), s.embed("text")))
                    .withColumn("all", s.embed("text"))),
            query("needed under two conditions", 13, s -> s.rows()
                    .withColumn("even", when(even(), s.embed("text")))
                    .withColumn("last", when(col("id").geq(14), s.embed("text")))),
            query("filled in", 10, s -> s.rows()
                    .withColumn("old", when(even(), expr("array_repeat(cast(1 AS float), 8)")))
                    .withColumn("emb", coalesce(col("old"), s.embed("text")))),
            query("of a chosen vector's choice", 10 + 2, s -> s.rows()
                    .withColumn(
                            "emb", when(even(), when(s.embed("text").getItem(0).gt(highest()), s.embed("other"))))
                    .filter("half = 0 OR id < 0")
                    .union(s.rows()
                            .withColumn("emb", expr("cast(null AS array<float>)"))
                            .filter("id < 0"))),
            query("narrowed by hand", 2, s -> s.rows()
                    .withColumn("emb", when(col("id").lt(4), s.embed(when(even(), col("text")))))),
            query("in its own condition", ROWS, s -> s.rows()
                    .withColumn(
                            "emb",
                            when(
                                    even().or(s.embed("text").getItem(0).gt(threshold())),
                                    coalesce(when(col("id").gt(3), s.embed("text")), s.embed("text"))))),
            query("each in the other's condition", 2 * ROWS, s -> s.rows()
                    .withColumn("a", when(s.embed("text").getItem(0).gt(threshold()), s.embed("other")))
                    .withColumn("b", when(s.embed("other").getItem(0).gt(threshold()), s.embed("text")))),
            query("exploded", ROWS, s -> s.embedded().select(col("id"), functions.explode(col("emb")))),
            query("selected twice", ROWS, s -> s.embedded()
                    .select(col("emb"), s.embed("text").as("again"), col("emb").getItem(1))),
            query("selected and filtered by", ROWS, s -> s.rows()
                    .filter(s.embed("text").getItem(0).gt(threshold()))
                    .select(s.embed("text"), col("id"))),
            query("filtered by and sorted by", ROWS, s -> s.embedded()
                    .filter(high("emb"))
                    .orderBy(s.embed("text").getItem(1), col("id"))),
            query("of two columns", 2 * ROWS, s -> s.embedded().withColumn("other_emb", s.embed("other"))),
            query("of a column under another name", ROWS, s -> s.embedded()
                    .select(col("emb"), col("text").as("t"), col("id"))
                    .filter("id >= 0")
                    .withColumn("again", s.embed("t"))),
            query("of a computed text", ROWS, s -> s.rows()
                    .withColumn("t", functions.lower(col("text")))
                    .withColumn("emb", s.embed("t"))
                    .filter(high("emb"))
                    .orderBy("id")
                    .withColumn("again", s.embed("t"))),
            query("after a repartition", ROWS, s -> s.embedded().repartition(3).withColumn("again", s.embed("text"))),
            query("the same above a join", 5, s -> s.embedded()
                    .filter("id < 5")
                    .join(s.rows().select(col("id"), col("half").as("h")), "id")
                    .withColumn("again", s.embed("text"))),
            query("few after a join", 3, s -> s.embedded()
                    .join(s.rows().select(col("id"), col("half").as("h")), "id")
                    .orderBy("id")
                    .limit(3)),
            query("in a semi join", 4, s -> s.embedded()
                    .join(s.rows().filter("id < 4"), new String[] {"id"}, "left_semi")),
            query("in an anti join", 16, s -> s.embedded()
                    .join(s.rows().filter("id < 4"), new String[] {"id"}, "left_anti")),
            query(
                    "that exist",
                    4,
                    s -> s.sql(
                            "SELECT * FROM embedded e WHERE EXISTS (SELECT 1 FROM plain p WHERE p.id = e.id AND p.id < 4)")),
            query("a sample", 10, s -> s.embedded().sample(false, 0.3, 3)),
            query("under an aggregate", ROWS, s -> s.rows()
                    .groupBy("half")
                    .agg(functions.max(s.embed("text").getItem(0)))),
            query("over an aggregate", 1, s -> s.rows().agg(s.embed(functions.max("text")))),
            query(
                    "under a filtered aggregate",
                    10,
                    s -> s.sql("SELECT max(emb[0]) FILTER (WHERE half = 0) FROM embedded")),
            query("as and under what is grouped by", ROWS, s -> s.rows()
                    .groupBy(s.embed("text"))
                    .agg(functions.max(s.embed("text").getItem(0)), functions.count("*"))),
            query(
                    "of what is grouped by",
                    5,
                    s -> s.rows().groupBy("text").agg(functions.count("*")).withColumn("emb", s.embed("text"))),
            query("without duplicates", 2, s -> s.embedded()
                    .drop("text", "other", "id")
                    .dropDuplicates("half")
                    .select(col("half"), functions.size(col("emb")))),
            query("in a union with itself", ROWS, s -> s.embedded().union(s.embedded())),
            query(
                    "in a self-join",
                    ROWS,
                    s -> s.sql("SELECT a.id, a.emb[0] - b.emb[0] AS d FROM embedded a JOIN embedded b ON a.id = b.id")),
            query(
                    "in a self-join of other columns",
                    ROWS,
                    s -> s.sql("SELECT a.*, b.emb[0], b.half AS h FROM embedded a JOIN embedded b ON a.id = b.id + 1")),
            query(
                    "in a CTE used twice",
                    ROWS,
                    s -> s.sql(
                            "WITH e AS (SELECT id, half, emb FROM embedded) "
                                    + "SELECT id, emb[0] AS x FROM e WHERE half >= 0 UNION ALL SELECT half, avg(emb[0]) FROM e GROUP BY half")),
            query(
                    "in a view used three times",
                    ROWS,
                    s -> s.sql(
                            "SELECT id, emb[0] AS x FROM embedded "
                                    + "UNION ALL SELECT id, emb[1] FROM embedded UNION ALL SELECT -1, min(emb[2]) FROM embedded")),
            query(
                    "in a scalar subquery",
                    ROWS,
                    s -> s.sql("SELECT id FROM embedded WHERE emb[0] >= (SELECT max(emb[0]) FROM embedded)")),
            query(
                    "in a correlated subquery",
                    2 * ROWS,
                    s -> s.sql(
                            "SELECT id, emb FROM embedded e WHERE emb[0] >= (SELECT max(emb[0]) FROM embedded i WHERE i.half = e.half)")),
            query("two disjoint parts", ROWS, s -> s.embedded()
                    .filter("half = 0")
                    .union(s.embedded().filter("half = 1"))),
            query("of a constant", 1, s -> s.rows().withColumn("emb", s.embed(lit("a cat")))),
            query("of a constant and each row", ROWS + 1, s -> s.embedded()
                    .withColumn(
                            "score",
                            col("emb").getItem(0).multiply(s.embed(lit("a cat")).getItem(0)))
                    .orderBy(col("score").desc(), col("id"))
                    .limit(3)),
            query("the most similar to a constant", ROWS + 1, s -> s.embedded()
                    .orderBy(
                            EmbarkFunctions.vectorCosineSimilarity(col("emb"), s.embed(lit("a cat")))
                                    .desc(),
                            col("id"))
                    .limit(3)),
            query("in the condition of a join", ROWS + 5, s -> s.rows()
                    .join(
                            s.rows()
                                    .filter("id < 5")
                                    .select(col("id").as("i"), col("text").as("t")),
                            s.embed("text").getItem(0).lt(s.embed("t").getItem(0)))),
            query("of both sides of a join", 5, s -> s.rows()
                    .filter("id < 5")
                    .join(
                            s.rows().select(col("id").as("i"), col("other").as("o")),
                            col("id").equalTo(col("i")))
                    .withColumn("emb", s.embed(coalesce(col("text"), col("o"))))),
            query("of null", 0, s -> s.rows()
                    .withColumn("emb", s.embed(lit(null).cast("string")))),
            query("of a constant in an aggregate", 1, s -> s.rows()
                    .groupBy("half")
                    .agg(functions.sum(s.embed(lit("a mat")).getItem(0).multiply(col("id"))))),
            query("of no rows", 0, s -> s.embedded().filter("id < 0")));

    static Stream<Arguments> queries() {
        return QUERIES.stream()
                .flatMap(query ->
                        Stream.of(Arguments.of(query.name(), true, query), Arguments.of(query.name(), false, query)));
    }

    @ParameterizedTest(name = "{0}, adaptive {1}")
    @MethodSource("queries")
    void embedsWhatItNeeds(String name, boolean adaptive, Query query) {
        adapt(adaptive);
        List<String> expected = sorted(query.of().apply(new Source(rows, NoWastedTextTest::lookedUp)));
        Dataset<Row> actual = query.of().apply(new Source(rows, text -> model.embed(text)));

        assertThat(sorted(actual)).isEqualTo(expected);
        assertThat(Plans.callsLeft(actual)).isZero();
        long texts = Plans.sum(actual, Count.TEXTS) - Plans.sum(actual, Count.NULLS);
        assertThat(texts).as("%s", actual.queryExecution()).isEqualTo(query.texts());
    }

    private static Query query(String name, long texts, Function<Source, Dataset<Row>> of) {
        return new Query(name, texts, of);
    }

    /** The vector of one of the five texts, from a map of literals. */
    static Column lookedUp(Column text) {
        List<Column> entries = new ArrayList<>();
        for (String word : WORDS) {
            entries.add(lit(word));
            entries.add(lit(model.vector(word)));
        }
        return functions.element_at(functions.map(entries.toArray(Column[]::new)), text);
    }

    static List<String> sorted(Dataset<Row> rows) {
        return rows.collectAsList().stream()
                .map(NoWastedTextTest::rounded)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static String rounded(Row row) {
        return row.mkString("|");
    }

    private static Column even() {
        return col("half").equalTo(0);
    }

    private static Column high(String column) {
        return high(col(column));
    }

    private static Column high(Column vector) {
        return vector.getItem(0).gt(threshold());
    }

    /** Below the greatest first component only: four rows are above. */
    private static float highest() {
        List<Double> sorted = WORDS.stream()
                .map(text -> (double) model.vector(text)[0])
                .sorted()
                .toList();
        return (float) ((sorted.get(3) + sorted.get(4)) / 2);
    }
}

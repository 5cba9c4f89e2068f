/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.NoWastedTextTest.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Queries of random steps give the same rows as on vectors from a map, however the planner moved their calls. */
class RandomQueriesTest extends PlannedRows {
    private static final int QUERIES = 40;

    static IntStream seeds() {
        return IntStream.range(0, QUERIES);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void giveTheRowsOfVectorsThatAreLookedUp(int seed) {
        adapt(seed % 2 == 0);
        List<String> expected =
                NoWastedTextTest.sorted(new Query(new Source(rows, NoWastedTextTest::lookedUp), seed).run());
        Query query = new Query(new Source(rows, text -> model.embed(text)), seed);
        Dataset<Row> actual = query.run();

        assertThat(NoWastedTextTest.sorted(actual)).as(query.steps::toString).isEqualTo(expected);
        assertThat(Plans.callsLeft(actual)).isZero();
    }

    /** Steps that a seed chooses, over columns id, half, text and other, and columns of vectors that come and go. */
    private static final class Query {
        private final Source source;
        private final Random random;
        private final List<String> steps = new ArrayList<>();
        private final List<String> vectors = new ArrayList<>();
        private Dataset<Row> frame;
        private boolean idsAreUnique = true;
        private int names;

        Query(Source source, int seed) {
            this.source = source;
            this.random = new Random(seed);
            this.frame = source.rows();
        }

        Dataset<Row> run() {
            add(source.embed(text()));
            for (int count = 2 + random.nextInt(5); count > 0; count--) {
                step(random.nextInt(26));
            }
            return frame;
        }

        private void step(int kind) {
            steps.add(kind + " on " + vectors);
            switch (kind) {
                case 0 -> frame = frame.filter(condition());
                case 1 -> add(source.embed(text()));
                case 2 -> frame = frame.filter(condition().and(component().gt(threshold())));
                case 3 -> frame = frame.filter(condition().or(component().gt(threshold())));
                case 4 -> limit();
                case 5 -> union();
                case 6 -> join();
                case 7 -> add(when(condition(), source.embed(text())).otherwise(vector()));
                case 8 -> add(coalesce(when(condition(), vector()), source.embed(text())));
                case 9 -> aggregate();
                case 10 -> rank();
                case 11 -> frame = frame.distinct();
                case 12 -> frame = random.nextBoolean() ? frame.repartition(3) : frame.repartitionByRange(2, col("id"));
                case 13 -> swap();
                case 14 -> frame = frame.filter(random.nextInt(4) > 0 ? vector().isNotNull() : vector().isNull());
                case 15 ->
                    add(when(
                            component()
                                    .multiply(source.embed(lit("a cat")).getItem(1))
                                    .lt(0),
                            vector()));
                case 16 -> explode();
                case 17 -> selfJoin();
                case 18 -> frame = frame.dropDuplicates("id", "half", "text", "other");
                case 19 -> frame = frame.coalesce(1);
                case 20 -> frame = frame.sortWithinPartitions("half").repartitionByRange(2, col("id"));
                case 21 -> lookBack();
                case 22 -> text(random.nextInt(3));
                case 23 -> frame = frame.filter(functions.exists(vector(), x -> x.gt(threshold())));
                case 24 -> generate();
                default -> offset();
            }
        }

        private void add(Column vector) {
            String name = "e" + names++;
            frame = frame.withColumn(name, vector);
            vectors.add(name);
        }

        private Column text() {
            return col(random.nextBoolean() ? "text" : "other");
        }

        private Column condition() {
            return random.nextBoolean()
                    ? col("half").equalTo(random.nextInt(2))
                    : col("id").lt(random.nextInt(25));
        }

        private Column vector() {
            return vectors.isEmpty() ? source.embed(text()) : col(vectors.get(random.nextInt(vectors.size())));
        }

        private Column component() {
            return vector().getItem(random.nextInt(2));
        }

        private void limit() {
            if (idsAreUnique) {
                frame = frame.orderBy(
                                random.nextBoolean() ? col("id") : col("id").desc())
                        .limit(random.nextInt(12));
            }
        }

        private void union() {
            frame = frame.union(random.nextBoolean() ? frame : frame.filter(condition()));
            idsAreUnique = false;
        }

        private void join() {
            Dataset<Row> ids = source.rows()
                    .filter(condition())
                    .select(col("id").as("i"), col("other").as("o"));
            String type = List.of("inner", "left", "right", "full", "left_semi", "left_anti")
                    .get(random.nextInt(6));
            frame = frame.join(ids, col("id").equalTo(col("i")), type).drop("i");
            if (type.equals("right") || type.equals("full")) {
                idsAreUnique = false;
            }
            if (!type.startsWith("left_")) {
                frame = frame.withColumn("other", coalesce(col("o"), col("other")))
                        .drop("o");
            }
        }

        private void aggregate() {
            List<Column> outputs = new ArrayList<>(List.of(
                    functions.max("id").as("id"),
                    functions.min("text").as("text"),
                    functions.max("other").as("other"),
                    functions.max(component()).as("max")));
            if (!vectors.isEmpty() && idsAreUnique) {
                outputs.add(functions.max_by(vector(), col("id")).as("e" + names));
            } else {
                outputs.add(functions.max(vector()).as("e" + names));
            }
            frame = frame.groupBy("half")
                    .agg(outputs.get(0), outputs.subList(1, outputs.size()).toArray(Column[]::new))
                    .drop("max");
            vectors.clear();
            vectors.add("e" + names++);
            idsAreUnique = false;
        }

        private void rank() {
            if (idsAreUnique) {
                frame = frame.withColumn(
                                "n",
                                functions
                                        .row_number()
                                        .over(Window.partitionBy("half")
                                                .orderBy(random.nextBoolean() ? col("id") : component(), col("id"))))
                        .filter(col("n").leq(1 + random.nextInt(4)))
                        .drop("n");
            }
        }

        private void swap() {
            frame = frame.withColumnRenamed("text", "t")
                    .withColumnRenamed("other", "text")
                    .withColumnRenamed("t", "other");
        }

        private void explode() {
            if (vectors.size() > 1) {
                String exploded = vectors.remove(random.nextInt(vectors.size()));
                frame = frame.withColumn("x", functions.explode(functions.slice(col(exploded), 1, 2)))
                        .drop(exploded, "x");
                idsAreUnique = false;
            }
        }

        /** The vector of the row before, by id. */
        private void lookBack() {
            if (idsAreUnique) {
                add(functions.lag(vector(), 1).over(Window.partitionBy("half").orderBy("id")));
            }
        }

        private void text(int kind) {
            Column text = col("text");
            Column other = col("other");
            frame = frame.withColumn(
                    "text",
                    switch (kind) {
                        case 0 -> when(condition(), text).otherwise(other);
                        case 1 -> coalesce(when(component().gt(threshold()), other), text);
                        default -> coalesce(functions.max("text").over(Window.partitionBy("half")), text);
                    });
        }

        /** Another row for each element of a list that a join brings. */
        private void generate() {
            Dataset<Row> lists = source.rows()
                    .select(
                            col("id").as("i"),
                            functions.array(col("id"), lit(3L)).as("list"));
            frame = frame.join(lists, col("id").equalTo(col("i")))
                    .withColumn("x", functions.explode(col("list")))
                    .drop("list")
                    .filter(col("x").plus(col("i")).gt(random.nextInt(9)))
                    .drop("x", "i");
            idsAreUnique = false;
        }

        private void offset() {
            if (idsAreUnique) {
                frame = frame.orderBy("id").offset(random.nextInt(4));
            }
        }

        private void selfJoin() {
            Dataset<Row> other = frame.select(col("id").as("i"), vector().as("e" + names));
            frame = frame.join(other, col("id").equalTo(col("i").plus(random.nextInt(2))))
                    .drop("i");
            vectors.add("e" + names++);
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.encode.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** How many texts go through the network, for calls that could share it and for partitions of all sizes. */
class SharedPassTest extends PlannedRows {
    @Test
    void callsThatDifferOnlyAfterTheNetworkRunItOnce() {
        Dataset<Row> once = rows.coalesce(1).select(col("id"), model.embed("text"));
        Dataset<Row> three = rows.coalesce(1)
                .select(
                        col("id"),
                        model.embed("text").as("whole"),
                        EmbarkFunctions.embed(col("text"), options(4)).as("short"),
                        EmbarkFunctions.embed(col("text"), options(4).with(EmbedOptions.NORMALIZE, true))
                                .as("unit"));

        assertThat(collect(once)).hasSize(20);
        for (Row row : collect(three)) {
            String text = text(row.getLong(0));
            float[] whole = model.vector(text);
            assertVector(row, "whole", text);
            assertThat(Plans.vector(row, 2)).containsExactly(java.util.Arrays.copyOf(whole, 4), within());
            double length = Math.sqrt(IntStream.range(0, 4)
                    .mapToDouble(i -> (double) whole[i] * whole[i])
                    .sum());
            for (int i = 0; i < 4; i++) {
                assertThat(Plans.vector(row, 3)[i]).isEqualTo((float) (whole[i] / length), within());
            }
        }
        assertThat(Plans.rowsThrough(three)).isEqualTo(Plans.rowsThrough(once));
        for (Count count : List.of(Count.TEXTS, Count.DISTINCT, Count.TOKENS, Count.BATCHES)) {
            assertThat(Plans.sum(three, count)).as(count.name()).isEqualTo(Plans.sum(once, count));
        }
        assertThat(Plans.sum(three, Count.TEXTS)).isEqualTo(20);
        assertThat(Plans.sum(three, Count.DISTINCT)).isEqualTo(5);
    }

    @Test
    void theTextsOfTwoColumnsShareBatchesAndEachIsEmbeddedOnce() {
        Dataset<Row> two = rows.coalesce(1)
                .select(
                        col("id"),
                        model.embed("text").as("a"),
                        EmbarkFunctions.embed(col("other"), options(4)).as("b"));

        for (Row row : collect(two)) {
            assertVector(row, "a", text(row.getLong(0)));
            assertThat(Plans.vector(row, 2))
                    .containsExactly(java.util.Arrays.copyOf(model.vector(other(row.getLong(0))), 4), within());
        }
        assertThat(Plans.rowsThrough(two)).isEqualTo(20);
        assertThat(Plans.sum(two, Count.TEXTS)).isEqualTo(40);
        assertThat(Plans.sum(two, Count.DISTINCT)).isEqualTo(5);
    }

    @Test
    void anotherPromptIsAnotherPass() {
        Dataset<Row> two = rows.coalesce(1)
                .select(
                        model.embed("text").as("a"),
                        EmbarkFunctions.embed(col("text"), model.options().with(EmbedOptions.PROMPT, "the "))
                                .as("b"));

        assertThat(collect(two)).hasSize(20);
        assertThat(Plans.rowsThrough(two)).isEqualTo(20);
        assertThat(Plans.sum(two, Count.TEXTS)).isEqualTo(40);
        assertThat(Plans.sum(two, Count.DISTINCT)).isEqualTo(10);
    }

    @Test
    void textsThatDifferEachTimeAreNotTakenForTheSame() {
        Column random = functions.concat(functions.lit("a cat "), functions.uuid());
        Dataset<Row> two = rows.coalesce(1)
                .select(
                        model.embed(random).as("a"),
                        EmbarkFunctions.embed(random, options(4)).as("b"));

        assertThat(collect(two)).hasSize(20);
        assertThat(Plans.sum(two, Count.TEXTS)).isEqualTo(40);
    }

    @Test
    void twoThousandPartitionsOfWhichMostAreEmptyGiveEachRowItsVector() {
        Dataset<Row> many = spark.range(0, 2_000, 1, 2_000)
                .filter("id % 199 = 0")
                .selectExpr("id", "concat('a cat ', id) AS text")
                .withColumn("emb", model.embed("text"));

        assertThat(collect(many)).hasSize(11).allSatisfy(row -> assertVector(row, "emb", row.getString(1)));
        assertThat(Plans.sum(many, Count.TEXTS)).isEqualTo(11);
        assertThat(Plans.sum(many, Count.BATCHES)).isEqualTo(11);
    }

    @Test
    void aFewLongTextsAmongManyShortOnesCostNoPadding() {
        List<String> texts = new ArrayList<>(IntStream.range(0, 500)
                .mapToObj(i -> i % 50 == 0 ? "the cat sat on a mat " + i : "cat " + i)
                .toList());
        Dataset<Row> skewed = spark.createDataset(texts, org.apache.spark.sql.Encoders.STRING())
                .toDF("text")
                .coalesce(1)
                .withColumn(
                        "emb",
                        EmbarkFunctions.embed(col("text"), model.options().with(EmbedOptions.BATCH_TOKENS, 64)));

        assertThat(collect(skewed).stream().map(row -> row.getString(0)).collect(Collectors.toList()))
                .isEqualTo(texts);
        assertThat(collect(skewed)).allSatisfy(row -> assertVector(row, "emb", row.getString(0)));
        assertThat(Plans.sum(skewed, Count.BATCHES))
                .isBetween(Plans.sum(skewed, Count.TOKENS) / 64, Plans.sum(skewed, Count.TOKENS) / 64 * 5 / 4);
    }
}

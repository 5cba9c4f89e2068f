/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.encode.Count;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a limited number of rows no more than these are embedded, whichever they are. */
class LimitTest extends PlannedRows {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void embedsTwentyOfAMillionRows(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> limited = spark.range(0, 1_000_000, 1, 8)
                .selectExpr("id", "concat('cat ', id % 5) AS text")
                .withColumn("emb", model.embed("text"))
                .limit(20);

        assertThat(collect(limited))
                .hasSize(20)
                .allSatisfy(row -> assertVector(row, "emb", "cat " + row.getLong(0) % 5));
        assertThat(Plans.sum(limited, Count.TEXTS)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void embedsOnlyTheRowsOfALimitInTheMiddle(boolean adaptive) {
        adapt(adaptive);
        Dataset<Row> embedded = rows.withColumn("emb", model.embed("text"));
        Dataset<Row> above =
                embedded.limit(7).filter(first("text").gt(-9)).groupBy("half").count();
        Dataset<Row> joined = embedded.join(
                        rows.select(col("id").as("i")), col("id").equalTo(col("i")))
                .limit(3);
        Dataset<Row> skipped = embedded.offset(15);
        Dataset<Row> again = embedded.limit(4).withColumn("again", model.embed("text"));

        collect(above);
        assertThat(Plans.sum(above, Count.TEXTS)).isEqualTo(7);
        assertThat(collect(joined)).hasSize(3).allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
        assertThat(Plans.sum(joined, Count.TEXTS)).isEqualTo(3);
        assertThat(collect(skipped)).hasSize(5).allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
        assertThat(Plans.sum(skipped, Count.TEXTS)).isEqualTo(5);
        assertThat(collect(again)).hasSize(4).allSatisfy(row -> assertVector(row, "again", text(row.getLong(0))));
        assertThat(Plans.sum(again, Count.TEXTS)).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void embedsOnlyTheLastRows(boolean adaptive) throws Exception {
        adapt(adaptive);
        Dataset<Row> sorted = rows.withColumn("emb", model.embed("text")).orderBy("id");

        long texts = CountedTexts.during(() -> {
            Row[] last = (Row[]) sorted.tail(3);
            assertThat(last).extracting(row -> row.getLong(0)).containsExactly(17L, 18L, 19L);
            assertThat(last).allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
        });
        assertThat(texts).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asksFewPartitionsForAFewRows(boolean adaptive) throws Exception {
        adapt(adaptive);
        AtomicInteger tasks = new AtomicInteger();
        SparkListener counter = new SparkListener() {
            @Override
            public void onTaskStart(SparkListenerTaskStart start) {
                tasks.incrementAndGet();
            }
        };
        Dataset<Row> table = spark.range(0, 100_000, 1, 1000)
                .selectExpr("id", "concat('cat ', id % 5) AS text")
                .withColumn("emb", model.embed("text"));
        spark.sparkContext().addSparkListener(counter);
        try {
            assertThat(table.takeAsList(21))
                    .hasSize(21)
                    .allSatisfy(row -> assertVector(row, "emb", "cat " + row.getLong(0) % 5));
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        } finally {
            spark.sparkContext().removeSparkListener(counter);
        }

        // One takes the rows, another embeds them.
        assertThat(tasks).hasValue(2);
    }
}

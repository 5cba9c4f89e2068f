/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Queries whose plans would grow without bounds are planned within seconds. */
class PlanSizeTest extends PlannedRows {
    private static final Duration FAR_TOO_LONG = Duration.ofSeconds(60);

    @Test
    void aTextThatManyStepsCleaned() {
        Dataset<Row> cleaned = rows;
        for (int i = 0; i < 20; i++) {
            Column text = col("text");
            cleaned = cleaned.withColumn(
                    "text",
                    when(text.contains("z" + i), regexp_replace(text, "z", "")).otherwise(text));
        }
        Dataset<Row> embedded = cleaned.withColumn("emb", model.embed("text"));

        assertTimeoutPreemptively(FAR_TOO_LONG, () -> assertThat(collect(embedded))
                .hasSize(20)
                .allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0)))));
    }

    @Test
    void aCallInEachOfManyBranches() {
        Column cases = when(lit(false), model.embed("text"));
        for (int i = 0; i < 200; i++) {
            cases = cases.when(col("id").equalTo(i), model.embed(i % 2 == 0 ? "text" : "other"));
        }
        Dataset<Row> embedded = rows.withColumn("emb", cases);

        assertTimeoutPreemptively(FAR_TOO_LONG, () -> assertThat(collect(embedded))
                .hasSize(20)
                .allSatisfy(row -> assertVector(
                        row, "emb", row.getLong(0) % 2 == 0 ? text(row.getLong(0)) : other(row.getLong(0)))));
    }
}

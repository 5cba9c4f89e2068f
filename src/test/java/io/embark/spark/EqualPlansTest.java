/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.encode.Count;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.ExplainMode;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.columnar.InMemoryTableScanExec;
import org.apache.spark.sql.execution.exchange.ReusedExchangeExec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark sees that two plans embed the same, and does it once. */
class EqualPlansTest {
    private static final String ADAPTIVE = "spark.sql.adaptive.enabled";

    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private final SparkSession spark = SharedSpark.session();

    @AfterEach
    void restoreTheSession() {
        spark.conf().unset(ADAPTIVE);
        spark.catalog().clearCache();
    }

    @Test
    void aCachedFrameIsFoundByItsEqual() {
        embedded(model.options()).cache().count();
        Dataset<Row> same = embedded(model.options());
        Dataset<Row> above = embedded(model.options()).filter("emb[0] > -2").select("id");
        Dataset<Row> other = embedded(model.options().with(EmbedOptions.DIMENSIONS, 4));

        assertThat(same.collectAsList())
                .hasSize(20)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 2), row.getString(1)));
        assertThat(above.collectAsList()).hasSize(20);
        assertThat(other.collectAsList()).hasSize(20);
        assertThat(Plans.find(same.queryExecution().executedPlan(), InMemoryTableScanExec.class))
                .hasSize(1);
        assertThat(Plans.operators(same)).isEmpty();
        assertThat(Plans.operators(above)).isEmpty();
        assertThat(Plans.operators(other)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anExchangeIsReused(boolean adaptive) {
        spark.conf().set(ADAPTIVE, adaptive);
        Dataset<Row> once = embedded(model.options()).repartition(2, col("id"));
        Dataset<Row> again = embedded(model.options()).repartition(2, col("id"));
        Dataset<Row> twice = once.union(again);

        assertThat(twice.collectAsList()).hasSize(40);
        assertThat(Plans.find(twice.queryExecution().executedPlan(), ReusedExchangeExec.class))
                .hasSize(1);
        assertThat(Plans.operators(twice)).hasSize(1);
        assertThat(Plans.sum(twice, Count.TEXTS)).isEqualTo(20);
    }

    @Test
    void plansThatEmbedTheSameGiveTheSameResult() {
        spark.conf().set(ADAPTIVE, false);
        Dataset<Row> one = embedded(model.options());
        Dataset<Row> two = embedded(model.options().with(EmbedOptions.NORMALIZE, false));
        Dataset<Row> other = embedded(model.options().with(EmbedOptions.PROMPT, "the "));

        assertThat(one.sameSemantics(two)).isTrue();
        assertThat(one.semanticHash()).isEqualTo(two.semanticHash());
        assertThat(one.sameSemantics(other)).isFalse();
        assertThat(executed(one).sameResult(executed(two))).isTrue();
        assertThat(executed(one).sameResult(executed(other))).isFalse();
        assertThat(one.queryExecution()
                        .optimizedPlan()
                        .sameResult(two.queryExecution().optimizedPlan()))
                .isTrue();
        assertThat(one.queryExecution()
                        .optimizedPlan()
                        .sameResult(other.queryExecution().optimizedPlan()))
                .isFalse();
    }

    @Test
    void aPlanSaysWhatItEmbedsAndHow() {
        String plan = embedded(model.options().with(EmbedOptions.DIMENSIONS, 4))
                .queryExecution()
                .toString();

        assertThat(plan)
                .containsPattern(
                        "Embed model \\[embed\\(text#\\d+, \\{dimensions=4, model=.*/model\\}\\)\\], \\[embed#\\d+\\]");
    }

    @Test
    void aFormattedPlanShowsWhatGoesInAndWhatComesOut() {
        Dataset<Row> rows = embedded(model.options().with(EmbedOptions.DIMENSIONS, 4));

        assertThat(rows.queryExecution().explainString(ExplainMode.fromString("formatted")))
                .containsPattern("\\(\\d+\\) Embed model\\R"
                        + "Input \\[\\d\\]: \\[.*text#\\d+.*\\]\\R"
                        + "Calls \\[1\\]: \\[embed\\(text#\\d+, \\{dimensions=4, model=.*\\}\\)\\]\\R"
                        + "Results \\[1\\]: \\[embed#\\d+\\]");
    }

    @Test
    void aPlanCanBeCopiedWhereNoSessionIsActive() throws Exception {
        spark.conf().set(ADAPTIVE, false);
        SparkPlan plan = executed(embedded(model.options()));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Callable<SparkPlan> canonicalize = () -> {
                SparkSession.clearActiveSession();
                return plan.canonicalized();
            };
            assertThat(thread.submit(canonicalize).get()).isNotNull();
        } finally {
            thread.shutdown();
        }
    }

    private static SparkPlan executed(Dataset<Row> rows) {
        return rows.queryExecution().executedPlan();
    }

    private Dataset<Row> embedded(EmbedOptions options) {
        return spark.range(0, 20, 1, 3)
                .selectExpr("id", "concat('a cat ', id % 5) AS text")
                .withColumn("emb", EmbarkFunctions.embed(col("text"), options));
    }
}

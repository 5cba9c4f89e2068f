/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.Plans;
import io.embark.spark.SharedSpark;
import io.embark.spark.TinyModel;
import io.embark.spark.exec.EmbedMetrics.Counter;
import io.embark.spark.version.Scala;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.ui.SQLAppStatusStore;
import org.apache.spark.sql.execution.ui.SQLExecutionUIData;
import org.apache.spark.sql.execution.ui.SparkPlanGraphNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple4;
import scala.collection.immutable.Map$;

/** What an operator and a listener count. */
class EmbedMetricsTest {
    private static final String ADAPTIVE = "spark.sql.adaptive.enabled";

    /** 4, 4, 10 of 10, 10 of 12, 2, 2 tokens, and two nulls. */
    private static final List<String> TEXTS = Arrays.asList(
            "a cat",
            "a cat",
            null,
            "the dog sat on the mat a cat",
            "the dog sat on the mat a cat ran on",
            "",
            null,
            " ");

    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    @TempDir
    Path folder;

    private final SparkSession spark = SharedSpark.session();

    @AfterEach
    void restoreTheSession() {
        spark.conf().unset(ADAPTIVE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOperatorCountsExactly(boolean adaptive) {
        spark.conf().set(ADAPTIVE, adaptive);
        Dataset<Row> rows = embedded(model.options().with(EmbedOptions.BATCH_TOKENS, 16))
                .groupBy("text")
                .agg(org.apache.spark.sql.functions.max(col("emb").getItem(0)));

        assertThat(rows.collectAsList()).hasSize(6);
        assertThat(Plans.sum(rows, Counter.TEXTS)).isEqualTo(8);
        assertThat(Plans.sum(rows, Counter.NULLS)).isEqualTo(2);
        assertThat(Plans.sum(rows, Counter.DISTINCT)).isEqualTo(5);
        assertThat(Plans.sum(rows, Counter.TRUNCATED)).isEqualTo(1);
        assertThat(Plans.sum(rows, Counter.FAILED)).isZero();
        assertThat(Plans.sum(rows, Counter.TOKENS)).isEqualTo(4 + 10 + 10 + 2 + 2);
        // By length: 2 + 2 + 4, then 10, then 10.
        assertThat(Plans.sum(rows, Counter.BATCHES)).isEqualTo(3);
        assertThat(Plans.sum(rows, Counter.ROWS)).isEqualTo(8);
        for (Counter time : List.of(Counter.TOKENIZE, Counter.FORWARD, Counter.WAIT)) {
            assertThat(Plans.sum(rows, time)).as(time.name()).isPositive();
        }
    }

    @Test
    void everyCountOfAnEmbedderIsShownUnderItsName() {
        for (Count count : Count.values()) {
            Counter counter = Counter.valueOf(count.name());
            assertThat(counter.count()).contains(count);
            assertThat(counter.label()).isEqualTo(count.label());
        }
    }

    @Test
    void theLoadOfAModelIsCountedByTheTaskThatCausedIt() {
        try (TinyModel fresh = TinyModel.in(folder.resolve("fresh"))) {
            Dataset<Row> first =
                    spark.range(0, 8, 1, 4).select(fresh.embed(col("id").cast("string")));
            Dataset<Row> second =
                    spark.range(0, 8, 1, 4).select(fresh.embed(col("id").cast("string")));
            first.collect();
            second.collect();

            assertThat(Plans.sum(first, Counter.LOAD)).isPositive();
            assertThat(Plans.sum(second, Counter.LOAD)).isZero();
        }
    }

    @Test
    void theUserInterfaceNamesTheModelAndShowsEachCounter() throws Exception {
        embedded(model.options().with(EmbedOptions.BATCH_TOKENS, 16)).collect();
        spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        SQLAppStatusStore store = spark.sharedState().statusStore();
        long execution = Scala.list(store.executionsList()).stream()
                .mapToLong(SQLExecutionUIData::executionId)
                .max()
                .orElseThrow();
        SparkPlanGraphNode node = Scala.list(store.planGraph(execution).allNodes()).stream()
                .filter(one -> one.name().startsWith("Embed"))
                .findFirst()
                .orElseThrow();
        Map<String, String> shown = new HashMap<>();
        Scala.list(node.metrics())
                .forEach(metric -> shown.put(
                        metric.name(), store.executionMetrics(execution).getOrElse(metric.accumulatorId(), () -> "")));

        assertThat(node.name()).isEqualTo("Embed model");
        assertThat(shown)
                .containsOnlyKeys(
                        Arrays.stream(Counter.values()).map(Counter::label).toArray(String[]::new))
                .containsEntry("rows", "8")
                .containsEntry("texts", "8")
                .containsEntry("null texts", "2")
                .containsEntry("distinct texts", "5")
                .containsEntry("truncated texts", "1")
                .containsEntry("failed texts", "0")
                .containsEntry("tokens", "28")
                .containsEntry("batches", "3")
                .containsEntry("peak batch tokens", "10");
        assertThat(shown.get("time in the model")).matches("\\d+ ms|\\d+\\.\\d s");
    }

    @Test
    void anOperatorCountsTextsThatWereTurnedAway() {
        Dataset<Row> rows = embedded(model.options()
                .with(EmbedOptions.LONG_TEXT, LongText.FAIL)
                .with(EmbedOptions.BLANK, BlankText.NULL)
                .with(EmbedOptions.ON_ERROR, OnError.NULL));

        assertThat(rows.collectAsList().stream().filter(row -> row.isNullAt(1))).hasSize(5);
        assertThat(Plans.sum(rows, Counter.NULLS)).isEqualTo(4);
        assertThat(Plans.sum(rows, Counter.FAILED)).isEqualTo(1);
        assertThat(Plans.sum(rows, Counter.TRUNCATED)).isZero();
        // A text that is too long never reaches the model.
        assertThat(Plans.sum(rows, Counter.DISTINCT)).isEqualTo(2);
        assertThat(Plans.sum(rows, Counter.TOKENS)).isEqualTo(14);
    }

    @Test
    void aListenerCountsWhatTasksDid() throws Exception {
        EmbedProgress progress = new EmbedProgress();
        List<SparkListenerTaskEnd> ends = new ArrayList<>();
        SparkListener recorder = new SparkListener() {
            @Override
            public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
                ends.add(end);
            }
        };
        Dataset<Row> rows =
                embedded(model.options()).union(embedded(model.options()).filter("text IS NULL OR length(text) >= 0"));
        spark.sparkContext().addSparkListener(progress);
        spark.sparkContext().addSparkListener(recorder);
        try {
            rows.collect();
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        } finally {
            spark.sparkContext().removeSparkListener(progress);
            spark.sparkContext().removeSparkListener(recorder);
        }

        EmbedCounts counted = progress.counts();
        assertThat(progress.rows()).isEqualTo(16);
        assertThat(counted.get(Count.TEXTS)).isEqualTo(16);
        assertThat(counted.get(Count.NULLS)).isEqualTo(4);
        assertThat(counted.get(Count.DISTINCT)).isEqualTo(10);
        assertThat(counted.get(Count.TOKENS)).isEqualTo(56);
        assertThat(counted.get(Count.FORWARD)).isEqualTo(Plans.sum(rows, Counter.FORWARD));

        // A task that ran twice counts once, and so does a heartbeat that was overtaken by the end of its task.
        assertThat(ends).hasSize(2);
        ends.forEach(progress::onTaskEnd);
        ends.forEach(end -> progress.onExecutorMetricsUpdate(heartbeat(end)));
        assertThat(progress.counts()).isEqualTo(counted);
    }

    @Test
    void aListenerCountsWhatRunningTasksHadDoneAtTheirLastHeartbeat() throws Exception {
        List<SparkListenerTaskEnd> ends = new ArrayList<>();
        SparkListener recorder = new SparkListener() {
            @Override
            public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
                ends.add(end);
            }
        };
        spark.sparkContext().addSparkListener(recorder);
        try {
            embedded(model.options()).collect();
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        } finally {
            spark.sparkContext().removeSparkListener(recorder);
        }

        EmbedProgress progress = new EmbedProgress();
        progress.onExecutorMetricsUpdate(heartbeat(ends.get(0)));
        progress.onExecutorMetricsUpdate(heartbeat(ends.get(0)));
        assertThat(progress.rows()).isEqualTo(8);
        progress.onTaskEnd(ends.get(0));
        assertThat(progress.rows()).isEqualTo(8);
    }

    private static SparkListenerExecutorMetricsUpdate heartbeat(SparkListenerTaskEnd end) {
        scala.collection.Seq<AccumulableInfo> soFar =
                end.taskInfo().accumulables().toSeq();
        Tuple4<Object, Object, Object, scala.collection.Seq<AccumulableInfo>> task =
                new Tuple4<>(end.taskInfo().taskId(), end.stageId(), end.stageAttemptId(), soFar);
        return new SparkListenerExecutorMetricsUpdate("driver", Scala.seq(List.of(task)), Map$.MODULE$.empty());
    }

    private Dataset<Row> embedded(EmbedOptions options) {
        return spark.createDataset(TEXTS, Encoders.STRING())
                .toDF("text")
                .coalesce(1)
                .withColumn("emb", EmbarkFunctions.embed(col("text"), options));
    }
}

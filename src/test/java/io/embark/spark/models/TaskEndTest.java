/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.embark.EmbedOptions;
import io.embark.encode.Count;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.Plans;
import io.embark.spark.SharedSpark;
import io.embark.spark.TinyModel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that do not come to their own end. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskEndTest {
    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private static volatile CountDownLatch rowsSeen = new CountDownLatch(0);

    private final SparkSession spark = SharedSpark.session();

    @Test
    void aTaskThatFailedRunsAgainAndNothingIsCountedTwice() {
        UserDefinedFunction failsOnce = udf(text -> {
            if (TaskContext.get().attemptNumber() == 0 && text.endsWith("17")) {
                throw new IllegalStateException("this task is lost");
            }
            return text;
        });
        Dataset<Row> rows = spark.range(0, 20, 1, 2)
                .selectExpr("id", "concat('a cat ', id) AS text")
                .withColumn(
                        "emb",
                        EmbarkFunctions.embed(
                                failsOnce.apply(col("text")), model.options().with(EmbedOptions.WINDOW, 3)));
        List<Row> collected = rows.collectAsList();

        for (int i = 0; i < 20; i++) {
            assertThat(collected.get(i).getLong(0)).isEqualTo(i);
            model.assertVector(Plans.vector(collected.get(i), 2), "a cat " + i);
        }
        assertThat(Plans.sum(rows, Count.TEXTS)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCancelledQueryEndsAndTheSessionGoesOn(boolean interrupt) throws Exception {
        UserDefinedFunction counted = udf(text -> {
            rowsSeen.countDown();
            return text;
        });
        Dataset<Row> endless = spark.range(0, 1L << 40, 1, 4)
                .select(
                        functions.col("id"),
                        EmbarkFunctions.embed(
                                counted.apply(functions.concat(functions.lit("a cat "), col("id"))),
                                model.options().with(EmbedOptions.WINDOW, 64)));
        SparkContext context = spark.sparkContext();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        rowsSeen = new CountDownLatch(1_000);
        try {
            Future<?> query = thread.submit(() -> {
                context.setJobGroup("doomed", "runs until it is cancelled", interrupt);
                endless.write().format("noop").mode("overwrite").save();
            });
            rowsSeen.await();
            context.cancelJobGroup("doomed");

            assertThatThrownBy(query::get).hasStackTraceContaining("cancelled job group doomed");
        } finally {
            thread.shutdown();
        }

        await().until(() -> runningTasks(context) == 0 && !isComputing());
        assertThat(SparkEnv.get().memoryManager().executionMemoryUsed()).isZero();
        Dataset<Row> after = spark.range(0, 20, 1, 2)
                .select(col("id"), model.embed(functions.concat(functions.lit("a dog "), col("id"))));
        assertThat(after.collectAsList())
                .hasSize(20)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 1), "a dog " + row.getLong(0)));
    }

    @Test
    void aTaskIsKilledWithoutAnInterruptAmongTheBatchesOfAWindow() throws Exception {
        Dataset<Row> rows = spark.range(0, 20_000, 1, 2)
                .select(EmbarkFunctions.embed(
                        functions.concat(functions.lit("a cat "), col("id")),
                        model.options().with(EmbedOptions.BATCH_TOKENS, 16).with(EmbedOptions.WINDOW, 20_000)));
        SparkContext context = spark.sparkContext();
        // The model is there before nothing can be computed.
        rows.limit(1).collectAsList();
        Semaphore permits = ExecutorModels.permits();
        int all = permits.drainPermits();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> query = thread.submit(() -> {
                context.setJobGroup("stuck", "waits for its first batch", false);
                rows.write().format("noop").mode("overwrite").save();
            });
            await().until(() -> permits.getQueueLength() == all);
            context.cancelJobGroup("stuck");

            assertThatThrownBy(query::get).hasStackTraceContaining("cancelled job group stuck");
            await().until(() -> runningTasks(context) == 0);
            // The batches that each compute thread had in hand, and no other of the 13,000.
            permits.release(all);
            await().until(() -> !permits.hasQueuedThreads() && permits.availablePermits() == all);
        } finally {
            permits.release(all - permits.availablePermits());
            thread.shutdown();
        }
        assertThat(rows.limit(3).collectAsList()).hasSize(3);
    }

    private static int runningTasks(SparkContext context) {
        return Arrays.stream(context.statusTracker().getExecutorInfos())
                .mapToInt(SparkExecutorInfo::numRunningTasks)
                .sum();
    }

    private static boolean isComputing() {
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (thread.getKey().getName().startsWith("embark-compute-")
                    && Arrays.stream(thread.getValue())
                            .anyMatch(frame -> frame.getClassName().startsWith("io.embark.torch.Encoder"))) {
                return true;
            }
        }
        return false;
    }

    private static UserDefinedFunction udf(UDF1<String, String> function) {
        return functions.udf(function, DataTypes.StringType);
    }
}

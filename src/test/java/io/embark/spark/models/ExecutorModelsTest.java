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
import io.embark.spark.CapturedLog;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.OwnJvm;
import io.embark.spark.Plans;
import io.embark.spark.SharedSpark;
import io.embark.spark.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorModelsTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private TinyModel model;
    private CapturedLog log;

    @BeforeEach
    void writeAModelThatIsNew() {
        model = TinyModel.in(folder.resolve("fresh"));
        // Those of the tests before would be the first to be closed.
        ExecutorModels.closeAll();
        log = CapturedLog.of(ExecutorModels.class);
    }

    @AfterEach
    void closeTheModel() {
        log.close();
        model.close();
    }

    @Test
    void sixtyFourTasksLoadOneModel() {
        Dataset<Row> rows = texts(640, 64).withColumn("emb", model.embed("text"));

        assertThat(rows.collectAsList()).hasSize(640);
        assertThat(log.lines("Loaded model"))
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .matches("Loaded model fresh in \\d+\\.\\d s on cpu in float32, 2 forward passes at a time");
    }

    @Test
    void optionsThatOnlyMatterAroundTheModelShareIt() {
        Dataset<Row> rows = texts(8, 4);

        rows.select(model.embed("text")).collect();
        rows.select(
                        EmbarkFunctions.embed(
                                functions.col("text"), model.options().with(EmbedOptions.DIMENSIONS, 4)),
                        EmbarkFunctions.embed(
                                functions.col("text"), model.options().with(EmbedOptions.PROMPT, "the ")),
                        EmbarkFunctions.embed(
                                functions.col("text"), model.options().with(EmbedOptions.WINDOW, 3)))
                .collect();
        rows.select(EmbarkFunctions.embed(functions.col("text"), model.options().with(EmbedOptions.MAX_TOKENS, 5)))
                .collect();

        assertThat(log.lines("Loaded model fresh")).hasSize(2);
    }

    @Test
    void whereThereIsNoRowNoModelIsLoaded() {
        Dataset<Row> oneFullPartition = spark.range(0, 64, 1, 64)
                .filter("id < 0")
                .selectExpr("cast(id as string) AS text")
                .withColumn("emb", model.embed("text"));
        Dataset<Row> emptyTable =
                spark.createDataFrame(java.util.List.of(), texts(1, 1).schema()).withColumn("emb", model.embed("text"));

        assertThat(oneFullPartition.collectAsList()).isEmpty();
        assertThat(emptyTable.collectAsList()).isEmpty();
        assertThat(log.lines("Loaded model")).isEmpty();
    }

    @Test
    void whatNobodyAsksForIsNotEmbedded() {
        Dataset<Row> rows = texts(100, 4).withColumn("emb", model.embed("text"));

        assertThat(rows.count()).isEqualTo(100);
        assertThat(rows.select("id").collectAsList()).hasSize(100);
        assertThat(rows.drop("emb").distinct().count()).isEqualTo(100);
        assertThat(rows.filter("id < 10").count()).isEqualTo(10);
        assertThat(log.lines("Loaded model")).isEmpty();
    }

    @Test
    void aModelThatCannotBeLoadedIsTriedAgain() throws Exception {
        Path weights = folder.resolve("fresh/model.safetensors");
        Path away = folder.resolve("away");
        Dataset<Row> rows = texts(4, 1).withColumn("emb", model.embed("text"));
        Files.move(weights, away);

        assertThatThrownBy(rows::collectAsList)
                .hasStackTraceContaining("fresh")
                .hasStackTraceContaining("EmbarkException");
        Files.move(away, weights);
        assertThat(rows.collectAsList()).hasSize(4);
        assertThat(log.lines("Loaded model fresh")).hasSize(1);
        // One line for each of the two attempts of the task, and all that the error says.
        assertThat(log.lines("Could not load model")).hasSize(2).allSatisfy(line -> assertThat(line)
                .isEqualTo("""
                        Could not load model %1$s: %1$s: no weights
                        Looked for model.safetensors, model.safetensors.index.json and model.onnx.
                        Copy the whole folder of the model, or name the right one.""".formatted(folder.resolve("fresh"))));
    }

    @Test
    void aJvmThatEndsWhileTasksEmbedDoesNotCrash() throws Exception {
        OwnJvm.run(folder, EmbedUntilExit.class, folder.resolve("fresh").toString());
    }

    @Test
    void aQueryOfTwoModelsEndsWhereOneIsAllowedAndLeavesOne() {
        SparkEnv.get().conf().set(SparkSettings.key(SparkSettings.MAX_MODELS), "1");
        try (TinyModel other = TinyModel.in(folder.resolve("other"))) {
            Dataset<Row> rows =
                    texts(8, 4).withColumn("emb", model.embed("text")).withColumn("emb2", other.embed("text"));

            assertThat(rows.collectAsList()).hasSize(8).allSatisfy(row -> {
                model.assertVector(Plans.vector(row, 2), row.getString(1));
                other.assertVector(Plans.vector(row, 3), row.getString(1));
            });
            await().untilAsserted(() -> assertThat(log.lines("Loaded model ").size() - closedOf("fresh", "other"))
                    .isEqualTo(1));
        } finally {
            SparkEnv.get().conf().remove(SparkSettings.key(SparkSettings.MAX_MODELS));
        }
    }

    @Test
    void aTaskHoldsItsModelFromItsFirstRowToItsEnd() {
        SparkEnv.get().conf().set(SparkSettings.key(SparkSettings.MAX_MODELS), "1");
        try (TinyModel other = TinyModel.in(folder.resolve("other"))) {
            ModelRequest otherModel = Requests.of(other.options());
            texts(8, 1)
                    .withColumn(
                            "emb",
                            EmbarkFunctions.embed(col("text"), model.options().with(EmbedOptions.WINDOW, 4)))
                    .foreachPartition((ForeachPartitionFunction<Row>) rows -> {
                        assertThat(rows.hasNext()).isTrue();
                        rows.next();
                        ExecutorModels.lease(otherModel, OptionalInt.empty(), () -> false)
                                .close();
                        rows.forEachRemaining(row -> assertThat(row.isNullAt(2)).isFalse());
                    });

            assertThat(log.lines("Loaded model fresh")).hasSize(1);
            assertThat(log.lines("Closed model other")).hasSize(1);
            assertThat(log.lines("Closed model fresh")).isEmpty();
        } finally {
            SparkEnv.get().conf().remove(SparkSettings.key(SparkSettings.MAX_MODELS));
        }
    }

    private long closedOf(String... models) {
        return java.util.Arrays.stream(models)
                .mapToLong(name -> log.lines("Closed model " + name).size())
                .sum();
    }

    private Dataset<Row> texts(long rows, int partitions) {
        return spark.range(0, rows, 1, partitions).selectExpr("id", "concat('cat ', id) AS text");
    }
}

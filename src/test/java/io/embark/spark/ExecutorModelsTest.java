package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
                .matches("Loaded model fresh in \\d+\\.\\d s, 2 forward passes at a time");
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
    }

    @Test
    void aJvmThatEndsWhileTasksEmbedDoesNotCrash() throws Exception {
        Path output = folder.resolve("output.txt");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        EmbedUntilExit.class.getName(),
                        folder.resolve("fresh").toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as(() -> "still runs: " + text(output))
                    .isTrue();
            assertThat(process.exitValue()).as(() -> text(output)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Dataset<Row> texts(long rows, int partitions) {
        return spark.range(0, rows, 1, partitions).selectExpr("id", "concat('cat ', id) AS text");
    }
}

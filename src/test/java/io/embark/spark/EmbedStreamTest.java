/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.window;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.embark.EmbedOptions;
import io.embark.LongText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.streaming.MemoryStream;
import org.apache.spark.sql.execution.streaming.sources.ContinuousMemoryStream;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Streams in micro-batches: every row once, with its vector, also after a restart and after a batch that failed. */
class EmbedStreamTest {
    private static final String LONG = "the dog sat on the mat a cat ran on the mat";

    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    @TempDir
    Path folder;

    private final SparkSession spark = SharedSpark.session();
    private Path arriving;
    private int files;

    @BeforeEach
    void makeFolders() throws IOException {
        arriving = Files.createDirectory(folder.resolve("arriving"));
    }

    @AfterEach
    void stopQueries() throws Exception {
        for (StreamingQuery query : spark.streams().active()) {
            query.stop();
        }
    }

    @Test
    void filesAreEmbeddedOnceWhateverStopsInBetween() throws Exception {
        arrive("a cat", "the dog");
        arrive("a cat", "the mat");
        runToTheEnd(toFiles(embedded(fileStream(), model.options())));
        assertThat(textsIn("out")).containsExactly("a cat", "a cat", "the dog", "the mat");

        arrive("a dog ran");
        StreamingQuery running =
                toFiles(embedded(fileStream(), model.options())).start();
        running.processAllAvailable();
        arrive("the cat sat");
        running.stop();
        runToTheEnd(toFiles(embedded(fileStream(), model.options())));
        runToTheEnd(toFiles(embedded(fileStream(), model.options())));

        assertThat(textsIn("out")).containsExactly("a cat", "a cat", "a dog ran", "the cat sat", "the dog", "the mat");
    }

    @Test
    void aBatchThatFailedHalfWayIsEmbeddedWholeAfterTheRestart() throws Exception {
        EmbedOptions refusing = model.options().with(EmbedOptions.LONG_TEXT, LongText.FAIL);
        arrive("a cat");
        runToTheEnd(toFiles(embedded(fileStream(), refusing)));
        arrive("the dog");
        arrive(LONG);
        arrive("the mat");

        // One task each, so that others have written theirs when one fails.
        assertThatThrownBy(() -> runToTheEnd(toFiles(embedded(fileStream().repartition(3), refusing))))
                .isInstanceOf(StreamingQueryException.class)
                .hasMessageContaining("text 'the dog sat on the mat a cat ran on the ...': too long")
                .hasMessageContaining("Set long-text to truncate or mean, or on-error to null.");
        assertThat(textsIn("out")).containsExactly("a cat");

        runToTheEnd(toFiles(embedded(fileStream(), model.options())));
        assertThat(textsIn("out")).containsExactly("a cat", "the dog", LONG, "the mat");
    }

    @Test
    void aLogWithOffsetsIsReadOnFromTheCheckpoint() throws Exception {
        MemoryStream<String> log = memory();
        add(log, "a cat", null, "the dog");
        StreamingQuery first =
                toFiles(embedded(log.toDF().toDF("text"), model.options())).start();
        first.processAllAvailable();
        add(log, "the mat", "a cat");
        first.processAllAvailable();
        first.stop();

        add(log, "a dog ran");
        StreamingQuery second =
                toFiles(embedded(log.toDF().toDF("text"), model.options())).start();
        second.processAllAvailable();

        assertThat(textsIn("out")).containsExactly(null, "a cat", "a cat", "a dog ran", "the dog", "the mat");
    }

    @Test
    void foreachBatchGetsVectorsAndTheFailedBatchAgain() throws Exception {
        MemoryStream<String> log = memory();
        List<Long> begun = Collections.synchronizedList(new ArrayList<>());
        Path out = folder.resolve("batches");
        DataStreamWriter<Row> writer = embedded(log.toDF().toDF("text"), model.options())
                .writeStream()
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .foreachBatch((batch, id) -> {
                    begun.add(id);
                    batch.persist();
                    if (id == 1 && Collections.frequency(begun, 1L) == 1) {
                        batch.count();
                        throw new IllegalStateException("the table is away");
                    }
                    batch.write()
                            .mode("overwrite")
                            .parquet(out.resolve("batch=" + id).toString());
                    batch.unpersist();
                });

        StreamingQuery query = writer.start();
        add(log, "a cat", "the dog");
        query.processAllAvailable();
        add(log, "the mat");
        assertThatThrownBy(query::processAllAvailable)
                .isInstanceOf(StreamingQueryException.class)
                .hasMessageContaining("the table is away");
        add(log, "a dog ran");
        writer.start().processAllAvailable();

        assertThat(begun).containsExactly(0L, 1L, 1L, 2L);
        assertThat(textsIn("batches")).containsExactly("a cat", "a dog ran", "the dog", "the mat");
    }

    @Test
    void aConstantQueryStandsBesideEachRow() throws Exception {
        MemoryStream<String> log = memory();
        Dataset<Row> compared = embedded(log.toDF().toDF("text"), model.options())
                .withColumn("query", model.embed(lit("a dog ran")))
                .withColumn("nearest", col("emb").getItem(0).leq(col("query").getItem(0)));
        StreamingQuery query =
                compared.writeStream().format("memory").queryName("compared").start();
        add(log, "a cat", "the dog");
        query.processAllAvailable();
        add(log, "the mat");
        query.processAllAvailable();

        List<Row> rows = spark.table("compared").collectAsList();
        assertThat(rows).hasSize(3).allSatisfy(row -> {
            model.assertVector(Plans.vector(row, 2), "a dog ran");
            assertThat(row.getBoolean(3)).isEqualTo(model.vector(row.getString(0))[0] <= model.vector("a dog ran")[0]);
        });
    }

    @Test
    void aggregatesWithAWatermarkStandOverAndUnderTheCall() throws Exception {
        MemoryStream<String> log = memory();
        Dataset<Row> timed = log.toDF()
                .selectExpr("cast(split(value, '@')[1] AS timestamp) AS time", "split(value, '@')[0] AS text")
                .withWatermark("time", "10 seconds");
        Column tenSeconds = window(col("time"), "10 seconds");
        Dataset<Row> over = timed.withColumn("emb", model.embed("text"))
                .groupBy(tenSeconds)
                .agg(max(col("emb").getItem(0)).as("top"), max("text").as("last"))
                .withColumn("emb", model.embed("last"))
                .select("last", "top", "emb");
        StreamingQuery query = over.writeStream()
                .format("memory")
                .queryName("aggregated")
                .outputMode(OutputMode.Append())
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .start();
        add(log, "a cat@2026-01-01 00:00:01", "the dog@2026-01-01 00:00:02");
        query.processAllAvailable();
        add(log, "the mat@2026-01-01 00:00:09", "a dog ran@2026-01-01 00:00:11");
        query.processAllAvailable();
        add(log, "a cat@2026-01-01 00:01:00");
        query.processAllAvailable();

        List<Row> rows = spark.table("aggregated").orderBy("last").collectAsList();
        assertThat(rows).extracting(row -> row.getString(0)).containsExactly("a dog ran", "the mat");
        rows.forEach(row -> model.assertVector(Plans.vector(row, 2), row.getString(0)));
        float top = (float) Stream.of("a cat", "the dog", "the mat")
                .mapToDouble(text -> model.vector(text)[0])
                .max()
                .orElseThrow();
        assertThat(rows.get(1).getFloat(1)).isEqualTo(top, org.assertj.core.api.Assertions.within(1e-6f));
    }

    @Test
    void aStageOfAPipelineEmbedsAStream() throws Exception {
        arrive("a cat", "the dog");
        TextEmbedder stage =
                new TextEmbedder().setOutputCol("emb").setModel(model.options().get(EmbedOptions.MODEL));
        runToTheEnd(toFiles(stage.transform(fileStream())));

        assertThat(textsIn("out")).containsExactly("a cat", "the dog");
    }

    /** Without micro-batches a window would wait for its last row; each epoch ends one. */
    @Test
    void aContinuousStreamHandsRowsOnAtTheEndOfEachEpoch() throws Exception {
        ContinuousMemoryStream<String> log = new ContinuousMemoryStream<>(0, spark.sqlContext(), 1, Encoders.STRING());
        StreamingQuery query = embedded(log.toDF().toDF("text"), model.options())
                .writeStream()
                .format("memory")
                .queryName("continuous")
                .trigger(Trigger.Continuous("200 milliseconds"))
                .start();
        for (String text : List.of("a cat", "the dog", "the mat")) {
            log.addData(
                    scala.collection.JavaConverters.asScalaBuffer(List.of(text)).toSeq());
            query.processAllAvailable();
        }
        // Spark says that an epoch is processed before its sink has it.
        await().until(() -> spark.table("continuous").count() >= 3);
        query.stop();

        List<Row> rows = spark.table("continuous").collectAsList();
        assertThat(rows).extracting(row -> row.getString(0)).containsExactlyInAnyOrder("a cat", "the dog", "the mat");
        rows.forEach(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
    }

    private Dataset<Row> fileStream() {
        return spark.readStream()
                .option("maxFilesPerTrigger", 3)
                .text(arriving.toString())
                .toDF("text");
    }

    private static Dataset<Row> embedded(Dataset<Row> texts, EmbedOptions options) {
        return texts.withColumn("emb", EmbarkFunctions.embed(col("text"), options));
    }

    private DataStreamWriter<Row> toFiles(Dataset<Row> rows) {
        return rows.writeStream()
                .format("parquet")
                .option("path", folder.resolve("out").toString())
                .option("checkpointLocation", folder.resolve("checkpoint").toString());
    }

    private static void runToTheEnd(DataStreamWriter<Row> writer) throws Exception {
        writer.trigger(Trigger.AvailableNow()).start().awaitTermination();
    }

    private MemoryStream<String> memory() {
        return new MemoryStream<>(0, spark.sqlContext(), scala.Option.apply(2), Encoders.STRING());
    }

    private static void add(MemoryStream<String> log, String... texts) {
        log.addData(scala.collection.JavaConverters.asScalaBuffer(Arrays.asList(texts))
                .toSeq());
    }

    /** A file of lines, which appears whole. */
    private void arrive(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("file" + files), List.of(lines));
        Files.move(file, arriving.resolve("file" + files++), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The texts that were written, sorted, each with its vector. */
    private List<String> textsIn(String out) {
        List<Row> rows = spark.read()
                .parquet(folder.resolve(out).toString())
                .select("text", "emb")
                .orderBy("text")
                .collectAsList();
        rows.forEach(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
        return rows.stream().map(row -> row.getString(0)).toList();
    }
}

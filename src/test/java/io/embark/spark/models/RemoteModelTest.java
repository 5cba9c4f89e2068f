/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import io.embark.model.ModelReference;
import io.embark.model.files.DownloadProgress;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.Plans;
import io.embark.spark.SharedSpark;
import io.embark.spark.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models on a file system of Hadoop, and models that change under an application. */
class RemoteModelTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private Path log;
    private Path origin;
    private TinyModel model;
    private EmbedOptions options;

    @BeforeEach
    void writeAModelInShards() {
        log = folder.resolve("opened.txt");
        Configuration conf = spark.sparkContext().hadoopConfiguration();
        conf.set(CountedFileSystem.CLASS_KEY, CountedFileSystem.class.getName());
        // Each test has a log of its own, and Hadoop would keep the file system of the first.
        conf.set("fs.counted.impl.disable.cache", "true");
        conf.set(CountedFileSystem.LOG_KEY, log.toString());
        origin = ModelFolderBuilder.in(folder.resolve("sharded"))
                .format(Format.SHARDED_SAFETENSORS)
                .write();
        model = TinyModel.in(folder.resolve("same"));
        options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, CountedFileSystem.uri(origin))
                .with(EmbedOptions.CACHE_DIR, folder.resolve("cache").toString());
    }

    @AfterEach
    void closeTheModel() {
        model.close();
    }

    @Test
    void isCopiedOnceHoweverManyQueriesEmbedWithIt() {
        Dataset<Row> rows = texts().withColumn("emb", EmbarkFunctions.embed(col("text"), options));
        rows.collect();
        List<Row> found = rows.collectAsList();
        texts().select(EmbarkFunctions.embed(col("text"), options.with(EmbedOptions.MAX_TOKENS, 5)))
                .collect();

        assertThat(found).hasSize(20).allSatisfy(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
        assertThat(CountedFileSystem.opened(log))
                .doesNotHaveDuplicates()
                .hasSize(10)
                .contains(
                        origin.resolve("model-00001-of-00002.safetensors").toString(),
                        origin.resolve("model-00002-of-00002.safetensors").toString());
    }

    @Test
    void isNamedInSqlAndInPlansByItsLastPart() {
        String call = "embed(text, '%s', map('cache-dir', '%s'))"
                .formatted(CountedFileSystem.uri(origin), folder.resolve("cache"));
        texts().createOrReplaceTempView("texts");
        spark.sql("CREATE OR REPLACE TEMP VIEW embedded AS SELECT text, %s AS emb FROM texts".formatted(call));
        Dataset<Row> embedded = spark.table("embedded");

        assertThat(embedded.queryExecution().executedPlan().toString()).contains("Embed sharded ");
        assertThat(embedded.collectAsList())
                .hasSize(20)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
    }

    @Test
    void servesAStream() throws Exception {
        Path input = Files.createDirectory(folder.resolve("in"));
        Files.writeString(input.resolve("a.txt"), "the cat\nthe dog\n");
        StreamingQuery query = spark.readStream()
                .text(input.toString())
                .withColumn("emb", EmbarkFunctions.embed(col("value"), options))
                .writeStream()
                .format("memory")
                .queryName("remote_stream")
                .trigger(Trigger.AvailableNow())
                .start();
        query.awaitTermination();

        assertThat(spark.table("remote_stream").collectAsList())
                .hasSize(2)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 1), row.getString(0)));
    }

    @Test
    void isNotThere() {
        assertThatThrownBy(() -> texts().select(EmbarkFunctions.embed(
                        col("text"), options.with(EmbedOptions.MODEL, "counted:///no/such"))))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("model counted:///no/such: no such folder\nThe file system says: ");
    }

    @Test
    void isOnAFileSystemThatNobodyKnows() {
        assertThatThrownBy(() ->
                        DriverModels.open(options.with(EmbedOptions.MODEL, "nosuch://host/m"), DownloadProgress.NONE))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("model nosuch://host/m: cannot be listed\n"
                        + "The file system says: org.apache.hadoop.fs.UnsupportedFileSystemException: ");
    }

    @Test
    void aFolderThatIsAnotherOneByNowIsRefusedWithBothFingerprints() throws IOException {
        Path local = ModelFolderBuilder.in(folder.resolve("local")).write();
        Dataset<Row> rows = texts().select(EmbarkFunctions.embed(col("text"), local.toString()));
        rows.collect();
        String before = ModelReference.open(local.toString(), folder).fingerprint();
        Files.writeString(local.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 9}");
        String after = ModelReference.open(local.toString(), folder).fingerprint();
        ExecutorModels.closeAll();

        assertThatThrownBy(rows::collect)
                .hasRootCauseInstanceOf(EmbarkException.class)
                .rootCause()
                .hasMessageStartingWith("model %s: is not the one that the driver opened\n".formatted(local)
                        + "On this host its fingerprint is %s; on the driver it was %s.\n".formatted(after, before))
                .satisfies(
                        thrown -> assertThat(((EmbarkException) thrown).code()).isEqualTo(ErrorCode.MODEL_INVALID));
    }

    private Dataset<Row> texts() {
        return spark.range(0, 20, 1, 4).selectExpr("concat('a cat ', id % 3) AS text");
    }
}

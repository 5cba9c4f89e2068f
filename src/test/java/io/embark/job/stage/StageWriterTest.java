/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.reflect.ClassTag;

/** Rows that are written to a stage are read again as they were, whatever happens to a task. */
class StageWriterTest {
    private static final CommitEvery LONG = CommitEvery.parse("commit-every", "1h");

    /** All kinds of values, most of which some file format or calendar would change. */
    private static final String VALUES = """
            SELECT id,
              IF(id % 3 = 0, NULL, ARRAY(CAST(id AS FLOAT) / 3, -0.0f, 1.0e-45f, 3.4028234e38f)) AS vector,
              ARRAY(CAST(id AS BYTE), -128Y) AS codes, UNHEX(MD5(CAST(id AS STRING))) AS text_hash,
              CONCAT('a', CHR(0), '\\u00fc\\ud83d\\ude00', id) AS text, CAST(id AS DECIMAL(38, 18)) / 7 AS price,
              DATE'0001-01-01' AS day, TIMESTAMP'0001-01-01 00:00:00.000001' AS seen,
              TIMESTAMP_NTZ'1582-10-10 12:00:00.123456' AS told, MAP('k', NAMED_STRUCT('x', id, 'Y', 1S)) AS more,
              INTERVAL '1' DAY AS since, CAST(NULL AS STRING) AS nothing
            FROM RANGE(0, 20, 1, 3)""";

    private final SparkSession spark = SharedSpark.session().newSession();

    @TempDir
    Path folder;

    private StageFolder stage;

    @BeforeEach
    void openStage() throws IOException {
        stage = open();
    }

    private StageFolder open() throws IOException {
        FileSystem files = FileSystem.get(spark.sessionState().newHadoopConf());
        return StageFolder.open(files, files.makeQualified(new org.apache.hadoop.fs.Path(folder + "/out")), "output o");
    }

    @AfterEach
    void closeStage() {
        stage.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsAreReadAsTheyWereWritten(boolean filesOfOthersAreOld) {
        if (filesOfOthersAreOld) {
            spark.conf().set("spark.sql.parquet.writeLegacyFormat", "true");
            spark.conf().set("spark.sql.parquet.outputTimestampType", "INT96");
            spark.conf().set("spark.sql.parquet.datetimeRebaseModeInWrite", "LEGACY");
        }
        Dataset<Row> rows = spark.sql(VALUES);

        List<StagedFile> files = StageWriter.write(rows, stage, LONG);

        Dataset<Row> read =
                StagedRows.read(spark, files, rows.schema()).orElseThrow().orderBy("id");
        assertThat(read.schema().simpleString()).isEqualTo(rows.schema().simpleString());
        assertThat(read.collectAsList()).isEqualTo(rows.collectAsList());
        // Rows are equal whose zeros have another sign.
        assertThat(json(read)).isEqualTo(json(rows));
        assertThat(files.stream().mapToLong(StagedFile::rows).sum()).isEqualTo(20);
        assertThat(files).extracting(StagedFile::bytes).allMatch(bytes -> bytes > 0);
    }

    private static List<Row> json(Dataset<Row> rows) {
        return rows.selectExpr("to_json(struct(*))").collectAsList();
    }

    /** Kryo, which many clusters have, takes no records. */
    @Test
    void aTaskTellsOfItsFilesInATextThatEverySerializerTakes() {
        StagedFile file = new StagedFile("file:/a folder/of%20rows/w1/p2/a3/4.parquet", 1, 2, 3, 4, 5, 6);

        SerializerInstance kryo = new KryoSerializer(new SparkConf()).newInstance();
        String told = kryo.deserialize(
                kryo.serialize(file.told(), ClassTag.apply(String.class)), ClassTag.apply(String.class));
        assertThat(StagedFile.of(told)).isEqualTo(file);
    }

    @Test
    void labelsOfColumnsStandInTheFiles() throws IOException {
        EmbeddingMetadata label = EmbeddingMetadata.of("m", "f", 1, EmbedOptions.parse(Map.of("encoding", "int8")));
        Dataset<Row> rows = spark.range(3).select(col("id").as("codes", label.toMetadata()));

        List<StagedFile> files = StageWriter.write(rows, stage, LONG);

        Dataset<Row> read =
                spark.read().parquet(files.stream().map(StagedFile::path).toArray(String[]::new));
        assertThat(label(read)).isEqualTo(label(rows)).contains("\"embark.fingerprint\":\"f\"");
        assertThat(label(StagedRows.read(spark, files, rows.schema()).orElseThrow()))
                .isEqualTo(label(rows));
        stage.close();
        try (StageFolder next = open()) {
            assertThat(next.left()).singleElement().satisfies(left -> assertThat(
                            label(left.schema().fields()[0]))
                    .isEqualTo(label(rows)));
        }
    }

    private static String label(Dataset<Row> rows) {
        return label(rows.schema().fields()[0]);
    }

    private static String label(StructField column) {
        return column.metadata().json();
    }

    @Test
    void aFileIsCompleteAfterSoManyRows() {
        List<StagedFile> files =
                StageWriter.write(spark.range(0, 14, 1, 2).toDF(), stage, CommitEvery.parse("commit-every", "3"));

        assertThat(files).extracting(StagedFile::partition).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(files).extracting(StagedFile::sequence).containsExactly(0, 1, 2, 0, 1, 2);
        assertThat(files).extracting(StagedFile::rows).containsExactly(3L, 3L, 1L, 3L, 3L, 1L);
        assertThat(ids(files)).isEqualTo(upTo(14));
    }

    @Test
    void aFileIsCompleteWhenTheRowAfterItsTimeComes() {
        Dataset<Row> rows = spark.range(0, 4, 1, 1)
                .select(udf((UDF1<Long, Long>) StageWriterTest::waitBeforeTheThird, DataTypes.LongType)
                        .asNondeterministic()
                        .apply(col("id"))
                        .as("id"));

        List<StagedFile> files = StageWriter.write(rows, stage, CommitEvery.parse("commit-every", "1s"));

        assertThat(ids(files)).isEqualTo(upTo(4));
        assertThat(files.size()).isGreaterThan(1);
        assertThat(ids(files.subList(0, 1))).isSubsetOf(0L, 1L);
    }

    private static long waitBeforeTheThird(long id) {
        if (id == 2) {
            long begun = System.nanoTime();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(1));
        }
        return id;
    }

    @Test
    void partitionsWithoutRowsHaveNoFiles() {
        Dataset<Row> none = spark.range(4).where("id < 0").toDF();

        List<StagedFile> files = StageWriter.write(none, stage, LONG);

        assertThat(files).isEmpty();
        assertThat(StagedRows.read(spark, files, none.schema())).isEmpty();
    }

    @Test
    void rowsThatTookAShuffleAreThereOnce() {
        Dataset<Row> rows =
                spark.range(0, 100, 1, 4).repartition(3).where("id % 2 = 0").toDF();

        assertThat(ids(StageWriter.write(rows, stage, CommitEvery.parse("commit-every", "7"))))
                .isEqualTo(LongStream.range(0, 50).map(id -> id * 2).boxed().toList());
    }

    @Test
    void aTaskThatFailsLeavesWhatItFinishedAndTheNextOneBeginsAnew() throws IOException {
        Dataset<Row> rows = failing(5, 1);

        List<StagedFile> files = StageWriter.write(rows, stage, CommitEvery.parse("commit-every", "2"));

        assertThat(ids(files)).isEqualTo(upTo(6));
        assertThat(files)
                .hasSize(3)
                .extracting(StagedFile::attempt)
                .containsOnly(files.get(0).attempt());
        assertThat(names()).hasSize(2 + 3).noneMatch(name -> name.startsWith("_"));

        stage.close();
        try (StageFolder next = open()) {
            assertThat(next.left()).singleElement().satisfies(left -> assertThat(left.files())
                    .isEqualTo(files));
        }
    }

    @Test
    void whatAFailedJobFinishedIsFoundOncePerPartition() throws IOException {
        Dataset<Row> rows = failing(5, 2);

        assertThatThrownBy(() -> StageWriter.write(rows, stage, CommitEvery.parse("commit-every", "2")))
                .hasMessageContaining("row 5 of try 1");

        assertThat(names()).hasSize(2 + 2);
        stage.close();
        try (StageFolder next = open()) {
            assertThat(next.leftovers(spark, rows.schema())).singleElement().satisfies(left -> assertThat(ids(left))
                    .isEqualTo(upTo(4)));
        }
    }

    /** Six rows in a partition, of which one fails in the first tries. */
    private Dataset<Row> failing(long failing, int tries) {
        UDF1<Long, Long> call = id -> {
            int attempt = TaskContext.get().attemptNumber();
            if (id == failing && attempt < tries) {
                throw new IllegalStateException("row %s of try %s".formatted(id, attempt));
            }
            return id;
        };
        return spark.range(0, 6, 1, 1)
                .select(udf(call, DataTypes.LongType)
                        .asNondeterministic()
                        .apply(col("id"))
                        .as("id"));
    }

    /** What the progress of a run is told by. */
    @Test
    void tasksTellHowManyRowsTheyWrote() throws InterruptedException {
        AtomicLong written = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd task) {
                written.addAndGet(task.taskMetrics().outputMetrics().recordsWritten());
            }
        };
        spark.sparkContext().addSparkListener(listener);
        try {
            StageWriter.write(spark.range(0, 25, 1, 2).toDF(), stage, CommitEvery.parse("commit-every", "4"));

            Awaitility.await().untilAtomic(written, org.hamcrest.Matchers.equalTo(25L));
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
    }

    @Test
    void aColumnThatNoParquetFileHoldsIsRefused() {
        Dataset<Row> rows = spark.sql("SELECT 1 AS id, NULL AS nothing");

        assertThatThrownBy(() -> StageWriter.write(rows, stage, LONG))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COLUMN_INVALID))
                .hasMessage("""
                        column 'nothing': its rows cannot be kept until they are committed
                        They are kept in Parquet files, which have no void.
                        Make it another type with --sql, or leave it out.""");
    }

    private List<Long> ids(List<StagedFile> files) {
        return StagedRows.read(spark, files, spark.range(0).schema())
                .map(StageWriterTest::ids)
                .orElseThrow();
    }

    private static List<Long> ids(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(row -> row.getLong(0)).sorted().toList();
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }

    /** The names of the files in which rows lie, or did. */
    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".parquet"))
                    .toList();
        }
    }
}

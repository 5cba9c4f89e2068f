/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.encode.Count;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import io.embark.spark.exec.EmbedProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three numbers with fixed meanings: rows that were written, texts that were asked for, texts that were computed. */
class CountsTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void writeAModel() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        spark.udf()
                .register(
                        "first_attempt_fails",
                        (UDF1<Long, String>) id -> {
                            if (id == 0 && TaskContext.get().attemptNumber() == 0) {
                                throw new IllegalStateException("the first attempt");
                            }
                            return "a cat " + id % 3;
                        },
                        DataTypes.StringType);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    SELECT 'same' AS text FROM range(5)                                    |                       | 5 | 5 | 1 | 5 | 0
                    SELECT CAST(null AS string) AS text FROM range(3)                      |                       | 3 | 3 | 0 | 0 | 3
                    SELECT ' ' AS text FROM range(3)                                       | --blank null          | 3 | 3 | 0 | 0 | 3
                    SELECT 'same' AS text, id FROM range(9)                                | --limit 4             | 4 | 4 | 1 | 4 | 0
                    SELECT 'same' AS text FROM range(5)                                    | --where false         | 0 | 0 | 0 | 0 | 0
                    SELECT 'same' AS a, concat('a cat ', id % 2) AS b FROM range(6)        | --text-column a,b     | 6 | 12 | 3 | 12 | 0
                    SELECT 'the cat sat on the mat' AS text FROM range(4)                  | --long-text chunks --max-tokens 5 | 8 | 4 | 2 | 4 | 0
                    SELECT CAST(null AS string) AS text FROM range(4)                      | --long-text chunks --max-tokens 5 | 4 | 4 | 0 | 0 | 4
                    SELECT 'the cat sat on the mat' AS text FROM range(4)                  | --long-text fail --max-tokens 5 --on-error null | 4 | 4 | 0 | 0 | 0
                    SELECT first_attempt_fails(id) AS text FROM range(6)                   |                       | 6 | 6 | 3 | 6 | 0
                    SELECT max('same') AS text, id % 3 AS k FROM range(9) GROUP BY id % 3  |                       | 3 | 3 | 1 | 3 | 0
                    """)
    void aRunCountsRowsTextsAndWhatItComputed(
            String query, String more, long rows, long texts, long computed, long embedded, long nulls)
            throws IOException {
        Outcome outcome = embed(query, more == null ? List.of() : List.of(more.split(" ")));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(spark.read().parquet(path("out")).count()).isEqualTo(rows);
        assertThat(summary())
                .satisfies(
                        summary -> assertThat(summary.get("rows").getAsLong()).isEqualTo(rows))
                .satisfies(
                        summary -> assertThat(summary.get("texts").getAsLong()).isEqualTo(texts))
                .satisfies(summary ->
                        assertThat(summary.get("embedded").getAsLong()).isEqualTo(embedded))
                .satisfies(
                        summary -> assertThat(summary.get("nulls").getAsLong()).isEqualTo(nulls));
        // Each partition computes its own, and writes a file of its own.
        assertThat(summary().get("distinct").getAsLong()).isBetween(computed, computed * files());
        assertThat(outcome.out())
                .startsWith("Embedded %d row".formatted(rows))
                .contains("  texts   %d asked for, %d computed; %d embedded, %d null, "
                        .formatted(texts, summary().get("distinct").getAsLong(), embedded, nulls));
    }

    @Test
    void eachTextIsComputedOnceWhereThatIsAskedFor() throws IOException {
        assertThat(computed("--deduplicate always --mode refresh --id-column id"))
                .isEqualTo(3);
        assertThat(computed("--deduplicate always --mode overwrite")).isEqualTo(3);
        assertThat(computed("--deduplicate never --mode overwrite")).isGreaterThan(3);
    }

    private long computed(String more) throws IOException {
        Outcome outcome = embed("SELECT id, concat('a cat ', id % 3) AS text FROM range(64)", List.of(more.split(" ")));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return summary().get("distinct").getAsLong();
    }

    @Test
    void filesTablesAndAppendedRowsAreCountedAlike() throws IOException {
        spark.sql("SELECT 'same' AS text FROM range(7)").write().parquet(path("in"));
        spark.read().parquet(path("in")).createOrReplaceTempView("same");
        for (List<String> source : List.of(List.of("--input", path("in")), List.of("--table", "same"))) {
            List<String> command = new ArrayList<>(source);
            command.addAll(List.of("--mode", "append"));
            assertThat(embed(null, command).code()).isZero();
            assertThat(summary().get("rows").getAsLong()).isEqualTo(7);
            assertThat(summary().get("texts").getAsLong()).isEqualTo(7);
        }
        assertThat(spark.read().parquet(path("out")).count()).isEqualTo(14);
    }

    /** As of a speculative task, or of a stage that runs again since an executor was lost. */
    @Test
    void aPartitionThatEndsTwiceCountsOnce() throws Exception {
        List<SparkListenerTaskEnd> ends = new CopyOnWriteArrayList<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                // Not those that embed a sample again, to compare it with what was written.
                if (end.taskMetrics().outputMetrics().recordsWritten() > 0) {
                    ends.add(end);
                }
            }
        };
        spark.sparkContext().addSparkListener(listener);
        try {
            assertThat(embed("SELECT 'same' AS text FROM range(5)", List.of()).code())
                    .isZero();
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
        EmbedProgress progress = new EmbedProgress();
        ends.forEach(progress::onTaskEnd);
        ends.forEach(progress::onTaskEnd);

        assertThat(progress.rowsWritten()).isEqualTo(5);
        assertThat(progress.counts().get(Count.TEXTS)).isEqualTo(5);
    }

    private Outcome embed(String query, List<String> more) {
        List<String> command = new ArrayList<>(
                List.of("embed", "--model", model, "--output", path("out"), "--report", path("report")));
        if (query != null) {
            command.addAll(List.of("--sql", query));
        }
        command.addAll(more);
        return Outcome.of(command);
    }

    private JsonObject summary() throws IOException {
        return Outcome.summary(folder.resolve("report"));
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .count();
        }
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }
}

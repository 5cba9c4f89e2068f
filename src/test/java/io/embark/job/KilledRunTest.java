/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands do about an output that a killed run left between two renames. */
class KilledRunTest {
    private static final String FOUND =
            "embark: %s: the run that was killed here (process 1 of another host) had taken the old version away and completed"
                    + " the new one; ";

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String output;
    private String model;
    private Path hidden;

    @BeforeEach
    void killARun() throws IOException {
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        Path input = Files.writeString(folder.resolve("in.csv"), "id,text\n1,the cat\n2,the dog\n");
        Outcome embedded = Outcome.of(
                "embed", "--input", input.toString(), "--text-column", "text", "--model", model, "--output", output);
        assertThat(embedded.code()).as(embedded.err()).isZero();

        hidden = Files.createDirectory(folder.resolve(".out.embark-00000000_1_1_00000000"));
        spark.range(1).write().parquet(hidden.resolve("old").toString());
        Files.move(Path.of(output), hidden.resolve("new"));
        Files.setLastModifiedTime(hidden, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    @Test
    void aSearchFinishesTheReplacement() throws IOException {
        Outcome found = Outcome.of("search", "--table", output, "--query", "the cat", "--top", "1");

        assertThat(found.err()).isEqualTo(FOUND.formatted(output) + "put the new one in its place\n");
        assertThat(found.code()).isZero();
        assertThat(found.out()).contains("the cat");
        assertThat(names()).contains("out").doesNotContain(hidden.getFileName().toString());
    }

    @Test
    void anAppendKeepsTheRowsThatWereThere() {
        Outcome appended = append();

        assertThat(appended.err()).startsWith(FOUND.formatted(output) + "put the new one in its place\n");
        assertThat(appended.code()).as(appended.err()).isZero();
        assertThat(spark.read().parquet(output).count()).isEqualTo(4);
    }

    @Test
    void anInputIsReadOnceItIsInItsPlace() {
        Outcome embedded = Outcome.of(
                "embed",
                "--input",
                output,
                "--text-column",
                "text",
                "--embedding-column",
                "again",
                "--model",
                model,
                "--output",
                folder.resolve("next").toString());

        assertThat(embedded.err()).startsWith(FOUND.formatted(output) + "put the new one in its place\n");
        assertThat(embedded.code()).as(embedded.err()).isZero();
    }

    @Test
    void aDryRunOnlySaysWhatItFound() throws IOException {
        Outcome preview = append("--dry-run");

        assertThat(preview.err()).startsWith(FOUND.formatted(output) + "the next run settles it\n");
        assertThat(names()).contains(hidden.getFileName().toString()).doesNotContain("out");
    }

    private Outcome append(String... more) {
        return Outcome.of(
                List.of(
                        "embed",
                        "--input",
                        folder.resolve("in.csv").toString(),
                        "--text-column",
                        "text",
                        "--model",
                        model,
                        "--output",
                        output,
                        "--mode",
                        "append"),
                more);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

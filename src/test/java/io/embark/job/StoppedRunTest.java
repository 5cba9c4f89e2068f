/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is told to end says what is safe, and leaves nothing behind. */
class StoppedRunTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @Test
    void aStopWhileRowsAreWrittenLeavesTheOldOutput() throws Exception {
        OwnJvm.Ended ended = stop("TERM", ".*/_temporary/0/_temporary/.*", "");

        assertThat(ended.lines())
                .containsSubsequence(
                        "embark: the run was stopped",
                        "        The process was told to end, by Ctrl-C or from outside, before it was done.",
                        "        An output that was there is as it was. Run it again.");
        assertThat(ended.exitValue()).isEqualTo(128 + 15);
        assertThat(columns()).containsExactly("id");
    }

    @Test
    void aStopAmidTheCommitLeavesTheNewOutput() throws Exception {
        OwnJvm.Ended ended = stop("HUP", "rename .*/[.]out[.]embark-[^/]*/new", "");

        assertThat(String.join("\n", ended.lines())).doesNotContain("None.get").doesNotContain("Exception");
        // Spark may end before the summary is printed, or after it.
        assertThat(ended.lines())
                .anyMatch(line -> line.startsWith("Search it: ")
                        || line.equals("        The output is complete; its summary is not. Do not append it again."));
        assertThat(ended.exitValue()).isEqualTo(128 + 1);
        assertThat(columns()).containsExactly("text", "embedding");
    }

    /** A store's own committer shows the files before Embark's commit of them begins. */
    @Test
    void aStopWhileAStoreShowsTheFilesLeavesTheNewOutput() throws Exception {
        OwnJvm.Ended ended = stop(
                "TERM",
                // One file is shown, the other is not.
                "delete .*/out/_temporary/0/task_.*",
                CopyingFileSystem.SCHEME + ":",
                "--partition-by",
                "text",
                "--set",
                "spark.hadoop.fs.%s.impl=%s".formatted(CopyingFileSystem.SCHEME, CopyingFileSystem.class.getName()),
                "--set",
                "spark.hadoop.%s=%s".formatted(CopyingCommitter.OPTION, CopyingCommitter.Factory.class.getName()));

        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(128 + 15);
        assertThat(columns()).containsExactly("embedding", "text");
        assertThat(spark.read().parquet(folder.resolve("place/out").toString()).count())
                .isEqualTo(2);
    }

    private OwnJvm.Ended stop(String signal, String step, String scheme, String... more) throws Exception {
        String output = folder.resolve("place/out").toString();
        spark.range(3).write().parquet(output);
        String input = Files.writeString(folder.resolve("in.csv"), "text\nthe cat\nthe dog\n")
                .toString();
        String model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        List<String> arguments = new ArrayList<>(List.of(
                folder.resolve("place").toString(),
                signal,
                step,
                "embed",
                "--input",
                input,
                "--text-column",
                "text",
                "--model",
                model,
                "--output",
                scheme + output,
                "--mode",
                "overwrite",
                "--set",
                "spark.hadoop.fs.file.impl=" + SteppingFileSystem.class.getName(),
                "--set",
                "spark.ui.enabled=false"));
        arguments.addAll(List.of(more));
        OwnJvm.Ended ended = OwnJvm.runToAnyEnd(folder, Map.of(), StoppedRun.class, arguments.toArray(String[]::new));
        assertThat(names()).containsExactly("out");
        return ended;
    }

    private String[] columns() {
        return spark.read().parquet(folder.resolve("place/out").toString()).columns();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("place"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledStageTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @Test
    void whatAProcessFinishedBeforeItWasKilledIsFound() throws IOException, InterruptedException {
        Path output = folder.resolve("out");
        OwnJvm.Ended ended = OwnJvm.runToAnyEnd(folder, Map.of(), HaltedStage.class, output.toString());
        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(HaltedStage.KILLED);
        assertThat(names("_")).as("half a file").hasSize(1);

        FileSystem files = FileSystem.get(spark.sessionState().newHadoopConf());
        org.apache.hadoop.fs.Path target = files.makeQualified(new org.apache.hadoop.fs.Path(output.toString()));
        try (StageFolder stage = StageFolder.open(files, target, "output o")) {
            List<Dataset<Row>> left = stage.leftovers(spark, spark.range(0).schema());

            assertThat(left).singleElement().satisfies(rows -> assertThat(
                            rows.as(Encoders.LONG()).collectAsList())
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.range(0, 8).boxed().toList()));
            stage.discardThis();
            StageFolder.discardLeft(files, target);
        }
        assertThat(names("")).isEmpty();
    }

    private List<String> names(String start) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(start) && name.endsWith(".parquet"))
                    .toList();
        }
    }
}

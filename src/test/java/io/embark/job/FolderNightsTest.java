/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.SharedSpark;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** A folder of Parquet files. */
class FolderNightsTest extends NightsContract {
    private String place() {
        return folder.resolve("out").toString();
    }

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output() {
        return List.of("--output", place());
    }

    @Override
    Dataset<Row> there() {
        return spark().read().parquet(place());
    }

    @Override
    Object version() {
        return List.of(Arrays.stream(there().inputFiles()).sorted().toList());
    }

    @Override
    boolean keepsEmptyPartitionsAsNull() {
        return true;
    }

    /** Names of folders have no types, and a reader takes this one for the number 7. */
    @Test
    void aTextOfAPartitionThatLooksLikeANumberStaysAsItIs() throws Exception {
        source(row(1, "007", "the cat sat"), row(2, "7", "the mat"));
        refresh("--partition-by", "title");
        source(row(1, "007", "the cat sat"), row(2, "7", "another mat"));
        assertThat(refresh()).isEqualTo("new 0, changed 1, updated 0, unchanged 1, deleted 0, embedded 1");
        assertThat(folder.resolve("out/title=007")).isDirectory();
        assertThat(folder.resolve("out/title=7")).isDirectory();
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 2, deleted 0, embedded 0");
    }

    @Test
    void anOutputThatLacksTheKeyGetsItFromNobody() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        refresh();
        spark().read()
                .parquet(input())
                .withColumn("lang", functions.lit("en"))
                .localCheckpoint()
                .write()
                .mode("overwrite")
                .parquet(input());
        assertThat(runBy("id,lang", "--new-columns", "add").errorLines())
                .contains(
                        "%s (parquet): has no column lang".formatted(place()),
                        "Name the key and the texts of the first run, or replace the output with --rebuild.");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.spark.OwnJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedStartsTest {
    @Test
    void aSettingThatSparkRefusesIsAWrongRequest(@TempDir Path folder) throws Exception {
        List<String> lines = OwnJvm.run(
                folder,
                RefusedStarts.class,
                "spark.master=local[0]",
                "spark.master=nosuch",
                "spark.executor.memory=much",
                "spark.serializer=no.such.Class",
                "spark.driver.port=abc",
                "spark.scheduler.mode=LUCK",
                "spark.sql.shuffle.partitions=-1");

        List<String> said = lines.stream()
                .filter(line -> line.startsWith("said: "))
                .map(line -> line.substring(6))
                .toList();
        assertThat(said).hasSize(7).allSatisfy(line -> assertThat(line)
                .startsWith("2 settings of Spark: it does not start with them | ")
                .endsWith(" | Correct the spark.* settings of --set, of --conf or of the configuration file."));
        assertThat(said.get(0)).contains("Asked to run locally with 0 threads");
        assertThat(said.get(3)).contains("There is no class no.such.Class.");
        assertThat(said.get(6)).contains("The value of spark.sql.shuffle.partitions must be positive");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Runs the statements of the example in SQL; a proof runs the programs. */
class ExamplesTest {
    private static final Path SEARCH = Path.of("jobs", "examples", "search.sql");

    @Test
    void theSearchInSqlFindsTheNearest() throws IOException {
        SparkSession spark = SharedSpark.session().newSession();
        List<Row> found = List.of();
        try {
            for (String statement :
                    Files.readString(SEARCH).replaceAll("(?m)^--.*", "").strip().split(";\\R*", 0)) {
                found = spark.sql(statement).collectAsList();
            }
        } finally {
            spark.catalog().clearCache();
        }

        assertThat(found).hasSize(5).isSortedAccordingTo((a, b) -> Float.compare(b.getFloat(2), a.getFloat(2)));
        assertThat(found.get(0).getString(0)).isEqualTo("farewell");
        assertThat(found.get(0).getFloat(2)).isBetween(0.4f, 1f);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.SharedSpark;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** A table of the session's catalog. */
@Tag("kills")
class TableNightsTest extends NightsContract {
    private static final String TABLE = "refreshed_nightly";

    @AfterEach
    void dropIt() {
        spark().sql("DROP TABLE IF EXISTS " + TABLE);
    }

    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output() {
        return List.of("--output-table", TABLE);
    }

    @Override
    Dataset<Row> there() {
        return spark().table(TABLE);
    }

    @Override
    Object version() {
        return List.of(Arrays.stream(spark().table(TABLE).inputFiles()).sorted().toList());
    }
}

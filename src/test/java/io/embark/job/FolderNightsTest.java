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
}

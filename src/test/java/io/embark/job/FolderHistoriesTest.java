/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.SharedSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Random histories of a Parquet folder. */
class FolderHistoriesTest extends HistoriesContract {
    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output() {
        return List.of("--output", folder.resolve("out").toString());
    }

    @Override
    Dataset<Row> written() {
        return spark().read().parquet(folder.resolve("out").toString());
    }
}

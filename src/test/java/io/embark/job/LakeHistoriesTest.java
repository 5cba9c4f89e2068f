/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.LakeSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** Random histories of a table of Delta Lake. */
@Tag("lakes")
class LakeHistoriesTest extends HistoriesContract {
    @Override
    SparkSession spark() {
        return LakeSpark.session();
    }

    @Override
    List<String> output() {
        return List.of("--output", folder.resolve("out").toString(), "--output-format", "delta");
    }

    @Override
    Dataset<Row> written() {
        return spark().read().format("delta").load(folder.resolve("out").toString());
    }
}

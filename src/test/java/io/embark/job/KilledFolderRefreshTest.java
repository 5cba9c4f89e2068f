/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.SharedSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** A folder of Parquet. */
@Tag("kills")
class KilledFolderRefreshTest extends KilledRefreshContract {
    @Override
    SparkSession spark() {
        return SharedSpark.session();
    }

    @Override
    List<String> output(Path place) {
        return List.of("--output", place.resolve("out").toString());
    }

    @Override
    List<String> outputHere(Path place) {
        return output(place);
    }

    @Override
    List<Row> rows(Path place) {
        return spark().read()
                .parquet(place.resolve("out").toString())
                .select("id", "title", "body", "embedding")
                .collectAsList();
    }
}

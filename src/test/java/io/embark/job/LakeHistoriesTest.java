/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.LakeSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;

/** Random histories of a table of Delta Lake that follows another one by its changes. */
@Tag("lakes")
class LakeHistoriesTest extends HistoriesContract {
    private int changes;

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

    /** As somebody does who merges, and as somebody who writes all anew. */
    @Override
    void put(Dataset<Row> rows) {
        String table = "delta.`%s`".formatted(input());
        if (Files.exists(Path.of(input()))) {
            changes++;
            rows.createOrReplaceTempView("rows_of_a_history");
            spark().sql(
                            changes % 3 == 0
                                    ? "INSERT OVERWRITE %s SELECT * FROM rows_of_a_history".formatted(table)
                                    : ("MERGE INTO %s t USING rows_of_a_history s ON t.id = s.id"
                                                    + " WHEN MATCHED AND (NOT t.body <=> s.body OR t.title <> s.title) THEN UPDATE SET *"
                                                    + " WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE")
                                            .formatted(table));
            return;
        }
        spark().sql(("CREATE TABLE %s (id BIGINT, title STRING, body STRING) USING delta TBLPROPERTIES"
                        + " ('delta.enableChangeDataFeed' = 'true')")
                .formatted(table));
        rows.write().format("delta").mode("append").save(input());
    }

    @Override
    DataFrameReader reader() {
        return spark().read().format("delta");
    }
}

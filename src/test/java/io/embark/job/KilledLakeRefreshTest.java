/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.spark.LakeSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Tables of Delta Lake and Iceberg, each in a folder of its own. */
@Tag("lakes")
class KilledLakeRefreshTest {
    @Nested
    class OfDelta extends KilledRefreshContract {
        @Override
        SparkSession spark() {
            return LakeSpark.session();
        }

        @Override
        boolean isMadeBefore() {
            return true;
        }

        @Override
        List<String> outputHere(Path place) {
            return List.of("--output", place.resolve("out").toString(), "--output-format", "delta");
        }

        @Override
        List<String> output(Path place) {
            return List.of(
                    "--output",
                    place.resolve("out").toString(),
                    "--output-format",
                    "delta",
                    "--set",
                    "spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension",
                    "--set",
                    "spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog",
                    "--set",
                    "spark.databricks.delta.snapshotPartitions=2");
        }

        @Override
        List<Row> rows(Path place) {
            return spark().read()
                    .format("delta")
                    .load(place.resolve("out").toString())
                    .select("id", "title", "body", "embedding")
                    .collectAsList();
        }
    }

    @Nested
    class OfIceberg extends KilledRefreshContract {
        @Override
        SparkSession spark() {
            return LakeSpark.session();
        }

        private String catalog(Path place) {
            return "killed_" + place.getFileName().toString().replace('-', '_');
        }

        @Override
        List<String> outputHere(Path place) {
            String key = "spark.sql.catalog." + catalog(place);
            spark().conf().set(key, "org.apache.iceberg.spark.SparkCatalog");
            spark().conf().set(key + ".type", "hadoop");
            spark().conf().set(key + ".warehouse", place.resolve("lake").toString());
            spark().conf().set(key + ".cache-enabled", "false");
            return List.of("--output-table", catalog(place) + ".db.t");
        }

        @Override
        List<String> output(Path place) {
            String key = "spark.sql.catalog." + catalog(place);
            return List.of(
                    "--output-table",
                    catalog(place) + ".db.t",
                    "--set",
                    "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
                    "--set",
                    key + "=org.apache.iceberg.spark.SparkCatalog",
                    "--set",
                    key + ".type=hadoop",
                    "--set",
                    key + ".warehouse=" + place.resolve("lake"));
        }

        @Override
        List<Row> rows(Path place) {
            outputHere(place);
            return spark().table(catalog(place) + ".db.t")
                    .select("id", "title", "body", "embedding")
                    .collectAsList();
        }
    }
}

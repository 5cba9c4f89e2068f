/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.apache.spark.sql.SparkSession;

/**
 * The session of all tests, with the extensions of Delta Lake and Iceberg, Delta's session catalog and a catalog of Iceberg's,
 * {@code lake}. Whoever asks for it has to be the first in this JVM; its tests have the tag {@code lakes}.
 */
public final class LakeSpark {
    static {
        try {
            String folder = Files.createTempDirectory("lakes").toString();
            System.setProperty(
                    "spark.sql.extensions",
                    "io.delta.sql.DeltaSparkSessionExtension,org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions");
            System.setProperty("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
            // Fifty by default, each a task.
            System.setProperty("spark.databricks.delta.snapshotPartitions", "2");
            System.setProperty("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog");
            System.setProperty("spark.sql.catalog.lake.type", "hadoop");
            System.setProperty("spark.sql.catalog.lake.warehouse", folder + "/lake");
            System.setProperty("spark.sql.warehouse.dir", folder + "/warehouse");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LakeSpark() {}

    /** The session, started by whoever asks first. */
    public static SparkSession session() {
        return SharedSpark.session();
    }
}

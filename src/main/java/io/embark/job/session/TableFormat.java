/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.session;

import java.util.List;
import java.util.Map;

/**
 * What a table format wants of a session.
 *
 * @param name its name, for people
 * @param extension its session extension, which tells that the format is there
 * @param settings further settings that it does not work without
 * @param local settings that suit a Spark of one machine; what stands there else is made for clusters
 */
record TableFormat(String name, String extension, Map<String, String> settings, Map<String, String> local) {
    private static final String SESSION_CATALOG = "spark.sql.catalog.spark_catalog";

    /** Of two that want the session's catalog the first gets it. */
    static final List<TableFormat> ALL = List.of(
            new TableFormat(
                    "Delta",
                    "io.delta.sql.DeltaSparkSessionExtension",
                    Map.of(SESSION_CATALOG, "org.apache.spark.sql.delta.catalog.DeltaCatalog"),
                    // Each read of a table's log is spread over 50 tasks else, which takes seconds of every run.
                    Map.of("spark.databricks.delta.snapshotPartitions", "4")),
            new TableFormat(
                    "Iceberg", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions", Map.of(), Map.of()),
            new TableFormat(
                    "Hudi",
                    "org.apache.spark.sql.hudi.HoodieSparkSessionExtension",
                    Map.of(
                            SESSION_CATALOG,
                            "org.apache.spark.sql.hudi.catalog.HoodieCatalog",
                            "spark.serializer",
                            "org.apache.spark.serializer.KryoSerializer"),
                    Map.of()));
}

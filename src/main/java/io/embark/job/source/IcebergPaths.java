/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import org.apache.spark.sql.SparkSession;

/**
 * Iceberg reads a path by way of a catalog that it configures itself, by default one of Hive. A path needs none, so where Hive
 * is not on the class path the catalog becomes one of folders.
 */
final class IcebergPaths {
    private static final String CATALOG = "spark.sql.catalog.default_iceberg";
    private static final String HIVE = "org.apache.hadoop.hive.conf.HiveConf";

    private IcebergPaths() {}

    static void prepare(SparkSession spark, String path) {
        if (!path.contains("/") || spark.conf().getOption(CATALOG).isDefined() || hiveIsThere()) {
            return;
        }
        spark.conf().set(CATALOG + ".type", "hadoop");
        spark.conf().set(CATALOG + ".warehouse", path);
        spark.conf().set(CATALOG + ".cache-enabled", "false");
        spark.conf().set(CATALOG, "org.apache.iceberg.spark.SparkCatalog");
    }

    private static boolean hiveIsThere() {
        try {
            Class.forName(HIVE, false, Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import org.apache.spark.sql.SparkSession;

/** One Spark session for all tests; commands find it and leave it running. A task may fail once. */
public final class SharedSpark {
    private SharedSpark() {}

    /** The session, started by whoever asks first. */
    public static SparkSession session() {
        // A test before on this thread may have left another one.
        SparkSession.clearActiveSession();
        SparkSession session = SparkSession.builder()
                .master("local[2,2]")
                .appName("embark tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.executor.heartbeatInterval", "1s")
                // Catalogs know the file systems that Spark started with.
                .config("spark.hadoop.fs.s3n.impl", "io.embark.job.CopyingFileSystem")
                .getOrCreate();
        SparkSession.setActiveSession(session);
        return session;
    }
}

package io.embark.job;

import org.apache.spark.sql.SparkSession;

/** One Spark session for all tests of the job; commands find it and leave it running. */
final class SharedSpark {
    private SharedSpark() {}

    static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("embark tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.executor.heartbeatInterval", "1s")
                .getOrCreate();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;

import io.embark.EmbedOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An application with two executors in processes of their own, whose cache is another one than the driver's. */
public final class EmbedOnCluster {
    private EmbedOnCluster() {}

    /** Takes a folder that goes after the first query, a reference to a model, and settings of Spark {@code key=value}. */
    public static void main(String[] args) throws IOException {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local-cluster[2,1,1024]")
                .config("spark.ui.enabled", "false")
                .config("spark.executor.memory", "512m")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        Arrays.stream(args)
                .skip(2)
                .map(setting -> setting.split("=", 2))
                .forEach(setting -> builder.config(setting[0], setting[1]));
        try (SparkSession spark = builder.getOrCreate()) {
            EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.MODEL, args[1]);
            say(spark, options);
            FileUtils.deleteDirectory(Path.of(args[0]).toFile());
            // Loaded anew, since it takes other tokens.
            say(spark, options.with(EmbedOptions.MAX_TOKENS, 9));
        }
    }

    private static void say(SparkSession spark, EmbedOptions options) {
        Dataset<Row> rows = spark.range(0, 8, 1, 8)
                .selectExpr("concat('a cat ', id) AS text")
                .withColumn("emb", EmbarkFunctions.embed(col("text"), options));
        rows.queryExecution()
                .executedPlan()
                .toString()
                .lines()
                .filter(line -> line.contains("Embed "))
                .forEach(line -> System.out.println("plan: " + line));
        for (Row row : rows.collectAsList()) {
            List<Float> vector = row.getList(1);
            System.out.println("vector: " + row.getString(0) + "=" + vector);
        }
    }
}

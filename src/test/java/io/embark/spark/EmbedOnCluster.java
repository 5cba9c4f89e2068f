/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;

import io.embark.EmbedOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An application with two executors in processes of their own, whose cache is another one than the driver's. */
public final class EmbedOnCluster {
    private EmbedOnCluster() {}

    private static final String CACHE = "EMBARK_CACHE_DIR";

    /**
     * Embeds with one model after the other.
     *
     * @param args settings of Spark {@code key=value}, and for each model its reference and a folder that goes after its first
     *     query, {@code reference|folder}
     */
    public static void main(String[] args) throws IOException {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local-cluster[2,1,1024]")
                .config("spark.ui.enabled", "false")
                .config("spark.executor.memory", "512m")
                .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        Arrays.stream(args)
                .filter(argument -> !isModel(argument))
                .map(setting -> setting.split("=", 2))
                .forEach(setting -> builder.config(setting[0], setting[1]));
        try (SparkSession spark = builder.getOrCreate()) {
            for (String model :
                    Arrays.stream(args).filter(EmbedOnCluster::isModel).toList()) {
                String[] parts = model.split("\\|", 2);
                EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.MODEL, parts[0]);
                System.out.println("model: " + parts[0]);
                say(spark, options);
                FileUtils.deleteDirectory(Path.of(parts[1]).toFile());
                // Loaded anew, since it takes other tokens.
                say(spark, options.with(EmbedOptions.MAX_TOKENS, 9));
                System.out.println("driver's copies: " + copies(System.getenv(CACHE)));
                System.out.println("executors' copies: " + copies(spark.conf().get("spark.executorEnv." + CACHE)));
            }
        }
    }

    private static boolean isModel(String argument) {
        return argument.contains("|");
    }

    /** The fingerprints of the models that were copied to a cache. */
    private static List<String> copies(String cache) throws IOException {
        Path remote = Path.of(cache, "remote");
        if (!Files.exists(remote)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(remote)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.length() == 64)
                    .sorted()
                    .toList();
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

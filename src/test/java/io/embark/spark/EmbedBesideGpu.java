/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;

import io.embark.Device;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import java.util.List;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An application whose executor has a GPU as Spark sees it: what a script says. */
public final class EmbedBesideGpu {
    private EmbedBesideGpu() {}

    /** Takes a model, the script, and how the executor logs. */
    public static void main(String[] args) {
        SparkSession.Builder builder = SparkSession.builder()
                .master("local-cluster[1,1,1024]")
                .config("spark.ui.enabled", "false")
                .config("spark.executor.memory", "512m")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-Dlog4j2.configurationFile=" + args[2])
                .config("spark.task.resource.gpu.amount", "1");
        for (String holder : List.of("spark.worker", "spark.executor")) {
            builder.config(holder + ".resource.gpu.amount", "1")
                    .config(holder + ".resource.gpu.discoveryScript", args[1]);
        }
        try (SparkSession spark = builder.getOrCreate()) {
            for (Device device : Device.values()) {
                EmbedOptions options = EmbedOptions.defaults()
                        .with(EmbedOptions.MODEL, args[0])
                        .with(EmbedOptions.DEVICE, device);
                try {
                    List<Row> rows = spark.range(3)
                            .selectExpr("concat('a cat ', id) AS text")
                            .withColumn("emb", EmbarkFunctions.embed(col("text"), options))
                            .where("emb IS NOT NULL")
                            .collectAsList();
                    System.out.println("%s: %d vectors".formatted(device, rows.size()));
                } catch (Exception e) {
                    System.out.println("%s: %s".formatted(device, problem(e)));
                }
            }
        }
    }

    private static String problem(Exception e) {
        String message = ExceptionUtils.getThrowableList(e).stream()
                .filter(cause -> cause instanceof EmbarkException || cause instanceof SparkException)
                .map(Throwable::getMessage)
                .reduce((first, last) -> last)
                .orElseThrow();
        return message.lines()
                .filter(line -> line.contains("option device"))
                .findFirst()
                .orElse(message);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import org.apache.spark.sql.SparkSession;

/** Two applications with the plugin, one after the other; the first names a model that is not there. */
final class EmbedWithPlugin {
    private EmbedWithPlugin() {}

    /** Takes the folder of no model and the folder of a model. */
    public static void main(String[] args) {
        for (String model : args) {
            try (SparkSession spark = SparkSession.builder()
                    .master("local[2]")
                    .config("spark.ui.enabled", "false")
                    .config("spark.plugins", EmbarkPlugin.class.getName())
                    .config("spark.embark.model", model)
                    .getOrCreate()) {
                say("started");
                say("counted " + spark.range(0, 20, 1, 2).filter("id < 5").count());
                if (!model.equals(args[0])) {
                    say("embedded "
                            + spark.range(0, 20, 1, 2)
                                    .selectExpr("concat('a cat ', id) AS text")
                                    .withColumn(
                                            "emb",
                                            EmbarkFunctions.embed(
                                                    org.apache.spark.sql.functions.col("text"),
                                                    io.embark.EmbedOptions.parse(java.util.Map.of("model", model))))
                                    .collectAsList()
                                    .size());
                }
            }
            say("stopped");
        }
    }

    private static void say(String line) {
        System.out.println("said: " + line);
    }
}

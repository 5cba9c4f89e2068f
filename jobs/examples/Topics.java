/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.embark.spark.TextEmbedder;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Sorts texts into topics: a pipeline that embeds and clusters them learns from a part of a table, is saved, is loaded again and
 * tells the topics of the whole table. From the root of the repository, once jobs/quickstart has built Embark:
 *
 * <pre>
 * javac -cp "target/dist/*:target/spark/jars/*" -d target/examples/classes jobs/examples/Topics.java
 * jar --create --file target/examples/topics.jar -C target/examples/classes .
 * target/spark/bin/spark-submit --driver-memory 2g --class Topics --jars "$(echo target/dist/*.jar | tr ' ' ,)" \
 *   target/examples/topics.jar jobs/sample/glosses.jsonl target/examples/topics
 * </pre>
 */
public final class Topics {
    /** Takes the file of texts, JSON with the columns word and text, and the folder to write into. */
    public static void main(String[] args) throws Exception {
        SparkSession spark = SparkSession.builder().appName("topics").getOrCreate();
        Dataset<Row> glosses = spark.read().json(args[0]);

        TextEmbedder embedder = new TextEmbedder().setInputCol("text").setOutputCol("features").setOutputAsVector(true);
        // Learning reads its input several times.
        Dataset<Row> features = embedder.transform(glosses.sample(0.2, 1)).cache();
        KMeansModel kmeans = new KMeans().setK(8).setSeed(1).setPredictionCol("topic").fit(features);
        new Pipeline()
                .setStages(new PipelineStage[] {embedder, kmeans})
                .fit(glosses)
                .write()
                .overwrite()
                .save(args[1] + "/model");

        PipelineModel model = PipelineModel.load(args[1] + "/model");
        model.transform(glosses)
                .select("topic", "word", "text")
                .write()
                .mode("overwrite")
                .parquet(args[1] + "/table");

        spark.read()
                .parquet(args[1] + "/table")
                .groupBy("topic")
                .agg(functions.count("*").as("texts"), functions.slice(functions.collect_list("word"), 1, 8).as("words"))
                .orderBy("topic")
                .show(false);
    }

    private Topics() {}
}

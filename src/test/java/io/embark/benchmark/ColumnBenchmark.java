/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import static org.apache.spark.sql.functions.col;

import io.embark.EmbedOptions;
import io.embark.encode.Embedder;
import io.embark.spark.EmbarkFunctions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * {@code withColumn("emb", embed(col("text")))} on local[2] against the plain embedder on the same texts and two threads, and a
 * table of 20 columns more against the texts alone, in turns.
 */
final class ColumnBenchmark {
    private static final String FOLDER = Path.of("target", "benchmark").toString();
    private static final int ALL = 100_000;
    private static final int SOME = 20_000;
    private static final int WARM_UP = 4_000;
    private static final int TURNS = 3;
    private static final int FILES = 8;

    private final SparkSession spark;

    private ColumnBenchmark(SparkSession spark) {
        this.spark = spark;
    }

    static void run() throws Exception {
        SparkJvm.run(ColumnBenchmark.class);
    }

    /** Called by {@link #run}. */
    public static void main(String[] arguments) {
        SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults().with(EmbedOptions.THREADS, 2))) {
            ColumnBenchmark benchmark = new ColumnBenchmark(spark);
            benchmark.againstThePlainEmbedder(embedder);
            benchmark.againstTheTextsAlone();
        } finally {
            spark.stop();
        }
    }

    /** Half of the texts by the embedder before, half after, so that a machine whose speed drifts slows both alike. */
    private void againstThePlainEmbedder(Embedder embedder) {
        List<String> texts = Glosses.first(ALL);
        String table =
                write("column", spark.createDataset(texts, Encoders.STRING()).toDF("text"));
        String few = write("few", spark.read().parquet(table).limit(WARM_UP));
        secondsOf(spark.read().parquet(few));
        embedder.embed(texts.subList(0, WARM_UP));

        Figures.print("%nA column of %d glosses, written to nowhere, local[2]", ALL);
        double before = seconds(() -> embedder.embed(texts.subList(0, ALL / 2)));
        double column = secondsOf(spark.read().parquet(table));
        double after = seconds(() -> embedder.embed(texts.subList(ALL / 2, ALL)));
        Figures.print("  plain embedder %.1f s and %.1f s, column %.1f s", before, after, column);
        Figures.print("  column / plain embedder  %.3f", (before + after) / column);
    }

    private void againstTheTextsAlone() {
        Figures.print("%nThe same with 20 columns more, %d rows", SOME);
        Dataset<Row> texts =
                spark.createDataset(Glosses.first(SOME), Encoders.STRING()).toDF("text");
        String narrow = write("narrow", texts);
        String wide = write("wide", texts.select(wide()));
        List<Double> ratios = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            double alone = secondsOf(spark.read().parquet(narrow));
            double more = secondsOf(spark.read().parquet(wide));
            Figures.print("  texts alone %.1f s, with 20 columns %.1f s", alone, more);
            ratios.add(more / alone);
        }
        Figures.print("  with 20 columns / alone  %s", Figures.spread(ratios));
    }

    /** The text, 16 plain columns, and a struct, an array, a map and an array of structs. */
    private static Column[] wide() {
        List<Column> columns = new ArrayList<>();
        columns.add(col("text"));
        IntStream.range(0, 4).forEach(i -> {
            columns.add(functions.xxhash64(col("text"), functions.lit(i)).as("long" + i));
            columns.add(functions.rand(i).as("double" + i));
            columns.add(functions
                    .sha1(functions.concat(col("text"), functions.lit(i)))
                    .as("string" + i));
            columns.add(functions
                    .date_add(functions.lit("2020-01-01").cast("date"), i)
                    .as("date" + i));
        });
        Column words = functions.split(col("text"), " ");
        columns.add(functions
                .struct(functions.upper(col("text")), functions.rand(9))
                .as("struct"));
        columns.add(words.as("array"));
        columns.add(functions
                .map(functions.lit("text"), functions.initcap(col("text")))
                .as("map"));
        columns.add(functions
                .transform(words, word -> functions.struct(word, functions.length(word)))
                .as("structs"));
        return columns.toArray(Column[]::new);
    }

    private static String write(String name, Dataset<Row> rows) {
        String path = FOLDER + "/" + name;
        rows.repartition(FILES).write().mode("overwrite").parquet(path);
        return path;
    }

    private static double secondsOf(Dataset<Row> table) {
        return seconds(() -> table.withColumn("emb", EmbarkFunctions.embed(col("text")))
                .write()
                .format("noop")
                .mode("overwrite")
                .save());
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.sink.store.milvus.Relay.Fate;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** A run that writes two batches into a collection; as a program, one that halts within it. */
final class MilvusRun {
    /** What the program ends with when it kills itself. */
    static final int KILLED = 77;

    /** So many that a batch is seen by its size. */
    static final Map<String, String> BATCHES = Map.of("batchsize", "60");

    private static final int ROWS = 120;
    private static final int DIMENSION = 8;
    private static final int TEXT = 500;

    /** What changes the server, but for rows. */
    private static final List<String> CHANGES = List.of("CreateCollection", "CreateIndex", "LoadCollection");

    private MilvusRun() {}

    /**
     * Writes a collection, and halts while the server has a half of what asks for a step.
     *
     * @param args the server's address, the collection and the number of the step; 0 for none
     */
    public static void main(String[] args) throws IOException {
        int number = Integer.parseInt(args[2]);
        AtomicInteger steps = new AtomicInteger();
        SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.ui.showConsoleProgress", "false")
                .config("spark.sql.shuffle.partitions", "1")
                .getOrCreate();
        try (Relay relay = new Relay(URI.create(args[0]).getPort(), frame -> {
            CHANGES.stream().filter(frame::begins).forEach(change -> step(change, steps, number));
            if (frame.hasRows()) {
                step("rows", steps, number);
            }
            return Fate.PASSES;
        })) {
            write(
                    spark,
                    relay.server().request(args[1], WriteMode.APPEND, BATCHES),
                    () -> step("commit", steps, number));
        }
        System.exit(0);
    }

    private static void step(String action, AtomicInteger steps, int number) {
        int step = steps.incrementAndGet();
        // A line of its own, whatever the log has begun.
        System.out.printf("%nstep %s %s%n", step, action);
        if (step == number) {
            System.out.flush();
            Runtime.getRuntime().halt(KILLED);
        }
    }

    /** Writes all rows. */
    static void write(SparkSession spark, SinkRequest request, Runnable beforeTheCommit) {
        Sink sink = new StoreKind().open(spark, request);
        Dataset<Row> rows = rows(spark);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows, beforeTheCommit);
    }

    /** The rows of every run; the vector of each is its own. */
    static Dataset<Row> rows(SparkSession spark) {
        return spark.range(0, ROWS, 1, 1)
                .select(
                        functions.col("id"),
                        functions.expr("repeat('x', %s)".formatted(TEXT)).as("text"),
                        functions
                                .expr("transform(sequence(1, %s), i -> CAST(id + 1 / (i + 2) AS FLOAT))"
                                        .formatted(DIMENSION))
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", DIMENSION, EmbedOptions.defaults())
                                                .toMetadata()));
    }

    /** The vectors by id; fails where an id is there twice. */
    static Map<Long, List<Float>> vectors(Dataset<Row> rows) {
        return rows.select("id", "embedding").collectAsList().stream()
                .collect(Collectors.toMap(row -> row.getLong(0), row -> row.getList(1)));
    }

    /** The steps of a run that was not killed, as it printed them. */
    static List<String> steps(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("step "))
                .map(line -> line.split(" ", 3)[2])
                .toList();
    }
}

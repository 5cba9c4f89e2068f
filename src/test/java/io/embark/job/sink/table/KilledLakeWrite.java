/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbedOptions;
import io.embark.job.SteppingFileSystem;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** The overwrite of a table of a lake by vectors of another model, in a program that halts within it. */
final class KilledLakeWrite {
    /** What the program ends with when it kills itself. */
    static final int KILLED = 77;

    static final long ROWS = 6;
    static final String OLD = "old";
    static final String NEW = "new";

    private KilledLakeWrite() {}

    /**
     * Writes the table twice, and halts at a step of the second time.
     *
     * @param args the format, a folder for the table, and the number of the step
     */
    public static void main(String[] args) {
        Path folder = Path.of(args[1]);
        int number = Integer.parseInt(args[2]);
        SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
                .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
                .config("spark.databricks.delta.snapshotPartitions", "1")
                // The usual one goes past the file system that is watched.
                .config("spark.delta.logStore.file.impl", "io.delta.storage.LocalLogStore")
                .config("spark.sql.shuffle.partitions", "1")
                .config("spark.hadoop.fs.file.impl", SteppingFileSystem.class.getName())
                .getOrCreate();
        addCatalog(spark, "lake", folder);
        write(spark, request(args[0], "lake", folder, WriteMode.ERROR), 0, OLD);
        SteppingFileSystem.watch(folder, step -> {
            if (!step.done()) {
                System.out.printf("step %s %s %s%n", step.number(), step.action(), step.path());
            }
            if (step.number() == number && step.done()) {
                System.out.flush();
                Runtime.getRuntime().halt(KILLED);
            }
        });
        write(spark, request(args[0], "lake", folder, WriteMode.OVERWRITE), ROWS, NEW);
        System.exit(0);
    }

    /** A catalog of Iceberg's with its tables in a folder. */
    static void addCatalog(SparkSession spark, String name, Path folder) {
        spark.conf().set("spark.sql.catalog." + name, "org.apache.iceberg.spark.SparkCatalog");
        spark.conf().set("spark.sql.catalog.%s.type".formatted(name), "hadoop");
        spark.conf().set("spark.sql.catalog.%s.warehouse".formatted(name), folder.toString());
    }

    static SinkRequest request(String format, String catalog, Path folder, WriteMode mode) {
        return format.equals("delta")
                ? SinkRequest.folder(folder.resolve("t").toString(), mode).as("delta")
                : SinkRequest.table(catalog + ".db.t", mode);
    }

    /** Writes rows whose ids begin with a number. */
    static void write(SparkSession spark, SinkRequest request, long first, String fingerprint) {
        Dataset<Row> rows = spark.range(first, first + ROWS, 1, 1)
                .select(
                        functions.col("id"),
                        functions
                                .expr("array(CAST(id AS FLOAT))")
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", fingerprint, 1, EmbedOptions.defaults())
                                                .toMetadata()));
        Sink sink = new CatalogKind().open(spark, request);
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }
}

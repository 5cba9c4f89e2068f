/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.job.embed.SinkKinds;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** The write of a small table in three files, old or new, by a sink whose file system is watched; a program that halts within it. */
final class WatchedWrite {
    /** What the program ends with when it kills itself. */
    static final int KILLED = 77;

    static final String OLD_RANGES = "{\"min\": [0.0], \"max\": [1.0]}";
    static final String RANGES = "{\"min\": [0.0], \"max\": [2.0]}";

    private static final long NEW = 100;
    private static final long ROWS = 12;

    private WatchedWrite() {}

    /**
     * Writes the new rows to a folder or table, and halts at a step.
     *
     * @param args the place of the output, what it is, the format, the mode, the number of the step, and whether to halt after it
     */
    public static void main(String[] args) {
        Path output = Path.of(args[0]);
        boolean isTable = args[1].equals("TABLE");
        FolderFormat format = FolderFormat.valueOf(args[2]);
        WriteMode mode = WriteMode.valueOf(args[3]);
        int number = Integer.parseInt(args[4]);
        boolean done = Boolean.parseBoolean(args[5]);
        SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.hadoop.fs.file.impl", SteppingFileSystem.class.getName())
                .config("spark.hadoop.fs.s3n.impl", CopyingFileSystem.class.getName())
                .getOrCreate();
        if (isTable) {
            spark.sql("CREATE DATABASE killed LOCATION '%s'".formatted(output.getParent()));
            if (mode != WriteMode.ERROR) {
                sink(spark, output, true, format, WriteMode.ERROR).write(rows(spark, 0, OLD_RANGES));
            }
        }
        SteppingFileSystem.watch(output.getParent(), step -> {
            if (!step.done()) {
                System.out.printf("step %s %s %s%n", step.number(), step.action(), step.path());
            }
            if (step.number() == number && step.done() == done) {
                System.out.flush();
                Runtime.getRuntime().halt(KILLED);
            }
        });
        if (args[1].equals("STORE")) {
            writeToStore(spark, output, format, mode);
        } else {
            sink(spark, output, isTable, format, mode).write(fresh(spark, mode));
        }
        System.exit(0);
    }

    /** The session with a file system that is watched. */
    static SparkSession watched(SparkSession spark) {
        SparkSession session = spark.newSession();
        session.conf().set("fs.file.impl", SteppingFileSystem.class.getName());
        session.conf().set("fs.file.impl.disable.cache", "true");
        return session;
    }

    /** Writes the rows that are there before. */
    static void prepare(SparkSession spark, Path output, FolderFormat format) {
        sink(spark, output, false, format, WriteMode.ERROR).write(rows(spark, 0, OLD_RANGES));
    }

    /** Writes new rows to a folder. */
    static void write(SparkSession spark, Path output, FolderFormat format, WriteMode mode) {
        sink(spark, output, false, format, mode).write(fresh(spark, mode));
    }

    /** Writes new rows to a folder of a store of objects, in a folder for each half of them. */
    static void writeToStore(SparkSession spark, Path output, FolderFormat format, WriteMode mode) {
        storeSink(spark, output, format, mode).write(withHalves(fresh(spark, mode)));
    }

    /** The same for the rows that are there before. */
    static void prepareStore(SparkSession spark, Path output, FolderFormat format) {
        storeSink(spark, output, format, WriteMode.ERROR).write(withHalves(rows(spark, 0, OLD_RANGES)));
    }

    private static Dataset<Row> withHalves(Dataset<Row> rows) {
        return rows.withColumn("half", functions.expr("id % 2"));
    }

    private static Sink storeSink(SparkSession spark, Path output, FolderFormat format, WriteMode mode) {
        return SinkKinds.open(
                spark,
                SinkRequest.folder("%s:%s".formatted(CopyingFileSystem.SCHEME, output), mode)
                        .as(format.sparkName())
                        .by(List.of("half")));
    }

    /** The session with a store of objects that is watched. */
    static SparkSession withStore(SparkSession spark) {
        SparkSession session = spark.newSession();
        session.conf().set("fs.s3n.impl", CopyingFileSystem.class.getName());
        session.conf().set("fs.s3n.impl.disable.cache", "true");
        return session;
    }

    private static Sink sink(SparkSession spark, Path output, boolean isTable, FolderFormat format, WriteMode mode) {
        SinkRequest request = isTable
                ? SinkRequest.table("killed." + output.getFileName(), mode)
                : SinkRequest.folder(output.toString(), mode);
        return SinkKinds.open(spark, request.as(format.sparkName()));
    }

    /** The new rows; those that are appended have the ranges of the old ones. */
    private static Dataset<Row> fresh(SparkSession spark, WriteMode mode) {
        return rows(spark, NEW, mode == WriteMode.APPEND ? OLD_RANGES : RANGES);
    }

    static List<Long> oldIds() {
        return ids(0);
    }

    static List<Long> freshIds() {
        return ids(NEW);
    }

    private static List<Long> ids(long first) {
        return LongStream.range(first, first + ROWS).boxed().toList();
    }

    private static Dataset<Row> rows(SparkSession spark, long first, String ranges) {
        EmbedOptions options = EmbedOptions.parse(Map.of("encoding", "int8", "encoding-ranges", ranges));
        return spark.range(first, first + ROWS, 1, 3)
                .select(
                        functions.col("id"),
                        functions
                                .lit(1)
                                .as(
                                        "codes",
                                        EmbeddingMetadata.of("m", "f", 1, options)
                                                .toMetadata()));
    }
}

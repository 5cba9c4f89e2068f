/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import io.embark.EmbedOptions;
import io.embark.host.CacheDirectory;
import io.embark.model.RandomModel;
import io.embark.refresh.Refresh;
import io.embark.refresh.Refreshed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Nights of {@code --mode refresh} against a run that embeds everything, and what the comparison alone costs. */
final class RefreshBenchmark {
    private static final Path FOLDER = Path.of("target", "benchmark", "refresh").toAbsolutePath();
    private static final int ALL = 100_000;
    private static final int SOME = 20_000;
    private static final int TURNS = 7;
    private static final int[] ROWS_COMPARED = {250_000, 500_000, 1_000_000};
    private static final int DIMENSION = 384;
    private static final long BUS_MILLIS = 60_000;

    private RefreshBenchmark() {}

    static void run() throws Exception {
        nights("Parquet", "--output %s");
        nights("Delta", SinkBenchmark.DELTA);
        staging();
        SparkJvm.run(RefreshBenchmark.class);
    }

    /** Called by {@link #run}. */
    public static void main(String[] arguments) throws Exception {
        comparison();
    }

    /** A first night, one in which nothing changed, one of 1 % changed texts, one of 1 % changed titles. */
    private static void nights(String name, String options) throws Exception {
        delete(FOLDER);
        List<String> texts = Glosses.first(ALL);
        List<String> changed = new ArrayList<>(texts);
        for (int i = 0; i < ALL; i += 100) {
            changed.set(i, changed.get(i) + "; once more");
        }
        Path before = JobBenchmark.write("before", texts, i -> "a");
        Path after = JobBenchmark.write("after", changed, i -> "a");
        Path titles = JobBenchmark.write("titles", changed, i -> i % 100 == 1 ? "b" : "a");
        String full = options.formatted(FOLDER.resolve("full")) + " --mode overwrite";
        String place = options.formatted(FOLDER.resolve("out")) + " --mode refresh --id-column id";

        Figures.print("%nNights of %d glosses into %s, local[2], against a run that embeds them all", ALL, name);
        JobBenchmark.Run whole = JobBenchmark.run(before, "local[2]", full);
        print("everything", whole, whole);
        print("first night", JobBenchmark.run(before, "local[2]", place), whole);
        print("nothing changed", JobBenchmark.run(before, "local[2]", place), whole);
        print("1 % of the texts", JobBenchmark.run(after, "local[2]", place), whole);
        print("1 % of the titles", JobBenchmark.run(titles, "local[2]", place), whole);
    }

    private static void print(String night, JobBenchmark.Run run, JobBenchmark.Run whole) {
        long most = run.residents().values().stream()
                .mapToLong(bytes -> bytes)
                .max()
                .orElse(0);
        Figures.print(
                "  %-16s %6.1f s  %.3f of its time  %.3f of its time in the model  %6d texts  %s",
                night,
                run.wall(),
                run.wall() / whole.wall(),
                run.forward() / whole.forward(),
                run.embedded(),
                most == 0 ? "" : "at most %d MB".formatted(most >> 20));
    }

    /** What it costs to compare with nothing, and to put each row aside before it is written. */
    private static void staging() throws Exception {
        Path input = JobBenchmark.write("some", Glosses.first(SOME));
        List<Double> walls = new ArrayList<>();
        Figures.print("%nFirst night of %d glosses against --mode overwrite, Parquet, local[2]", SOME);
        for (int turn = 0; turn < TURNS; turn++) {
            delete(FOLDER);
            JobBenchmark.Run plain = JobBenchmark.run(
                    input, "local[2]", "--output %s --mode overwrite".formatted(FOLDER.resolve("plain")));
            JobBenchmark.Run staged = JobBenchmark.run(
                    input, "local[2]", "--output %s --mode refresh --id-column id".formatted(FOLDER.resolve("staged")));
            walls.add(staged.wall() / plain.wall());
            Figures.print("  overwrite %.1f s  first night %.1f s", plain.wall(), staged.wall());
        }
        Figures.print("  first night / overwrite %s", Figures.spread(walls));
    }

    /** Rows whose vectors come from a table of random numbers, so that hardly anything but the comparison is left. */
    private static void comparison() throws Exception {
        delete(FOLDER);
        Path model = RandomModel.writeTable(
                FOLDER.resolve("model"),
                DIMENSION,
                CacheDirectory.of(EmbedOptions.defaults()).path());
        SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "16")
                .getOrCreate();
        AtomicLong shuffled = new AtomicLong();
        AtomicLong read = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                shuffled.addAndGet(end.taskMetrics().shuffleWriteMetrics().bytesWritten());
                read.addAndGet(end.taskMetrics().inputMetrics().bytesRead());
            }
        };
        spark.sparkContext().addSparkListener(listener);
        Figures.print("%nComparison alone, %d components, local[2], nothing changed", DIMENSION);
        try {
            for (int rows : ROWS_COMPARED) {
                String source = FOLDER.resolve("source-" + rows).toString();
                spark.range(rows)
                        .selectExpr(
                                "id",
                                "concat('title ', id) AS title",
                                "concat_ws(' ', 'the', sha2(cast(id AS string), 256), 'of row', id) AS text")
                        .write()
                        .parquet(source);
                Dataset<Row> table = spark.read().parquet(source);
                Refresh refresh = Refresh.of(table)
                        .key("id")
                        .intoFolder(FOLDER.resolve("target-" + rows).toString(), "parquet")
                        .column("text", "embedding")
                        .set("model", model.toString());
                refresh.run();
                refresh.run();
                awaitListener(spark);
                shuffled.set(0);
                read.set(0);
                Refreshed done = refresh.run();
                awaitListener(spark);
                Figures.print(
                        "  %8d rows: %.1f s, %.1f s for each million; %d MB shuffled, %d MB read; %d unchanged",
                        rows,
                        done.seconds(),
                        done.seconds() / rows * 1e6,
                        shuffled.get() >> 20,
                        read.get() >> 20,
                        done.unchanged());
            }
        } finally {
            spark.stop();
            delete(FOLDER);
        }
    }

    private static void awaitListener(SparkSession spark) throws TimeoutException {
        spark.sparkContext().listenerBus().waitUntilEmpty(BUS_MILLIS);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            FamilyBenchmark.delete(folder);
        }
    }
}

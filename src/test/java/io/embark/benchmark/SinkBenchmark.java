/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The whole job over glosses into each kind of place, against the same into Parquet, in turns. Places on servers come from the
 * file that {@code EMBARK_BENCHMARK_SINKS} names: in each line a name, a tab, and the options of {@code jobs/embark embed},
 * split at blanks, in which {@code %s} stands for a name that no other run has.
 */
final class SinkBenchmark {
    private static final Path FOLDER = Path.of("target", "benchmark").toAbsolutePath();
    private static final int ROWS = 20_000;
    private static final int TURNS = 3;
    private static final String PARQUET = "parquet";
    private static final Pattern TIMES = Pattern.compile("(?m)took ([0-9.]+) ([0-9.]+) ([0-9.]+)$");

    /** Options of {@code jobs/embark embed}, with {@code %s} for the place. */
    static final String DELTA = "--output %s --output-format delta --packages io.delta:delta-spark_2.12:3.3.2";

    static final String ICEBERG =
            "--output-table lake.db.t%s --packages org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0"
                    + " --set spark.sql.catalog.lake=org.apache.iceberg.spark.SparkCatalog"
                    + " --set spark.sql.catalog.lake.type=hadoop --set spark.sql.catalog.lake.warehouse=" + FOLDER
                    + "/lake";

    private SinkBenchmark() {}

    /**
     * What a run took, in seconds.
     *
     * @param wall from the start of the process to its end
     * @param cpu of all its threads
     */
    private record Run(double wall, double cpu) {}

    static void run() throws IOException, InterruptedException {
        Path input = JobBenchmark.write("some", Glosses.first(ROWS));
        Map<String, List<Double>> walls = new LinkedHashMap<>();
        Map<String, List<Double>> cpus = new LinkedHashMap<>();
        Figures.print("%nWhole job, %d glosses, local[2], into each kind of place against Parquet", ROWS);
        for (int turn = 0; turn < TURNS; turn++) {
            Run parquet = run(input, PARQUET, "--output %s", turn);
            for (Map.Entry<String, String> sink : sinks().entrySet()) {
                Run run = run(input, sink.getKey(), sink.getValue(), turn);
                Figures.print("  %-14s %.1f s  Parquet %.1f s", sink.getKey(), run.wall, parquet.wall);
                walls.computeIfAbsent(sink.getKey(), name -> new ArrayList<>()).add(run.wall / parquet.wall);
                cpus.computeIfAbsent(sink.getKey(), name -> new ArrayList<>()).add(run.cpu / parquet.cpu);
            }
        }
        walls.forEach((name, times) -> Figures.print(
                "  %-14s time %s  time of the processor %s",
                name, Figures.spread(times), Figures.spread(cpus.get(name))));
    }

    private static Map<String, String> sinks() throws IOException {
        Map<String, String> sinks = new LinkedHashMap<>();
        sinks.put("parquet again", "--output %s");
        sinks.put("json", "--output %s --output-format json");
        sinks.put("orc", "--output %s --output-format orc");
        sinks.put("delta", DELTA);
        sinks.put("iceberg", ICEBERG);
        String more = System.getenv("EMBARK_BENCHMARK_SINKS");
        if (more != null) {
            for (String line : Files.readAllLines(Path.of(more))) {
                String[] parts = line.split("\t", 2);
                sinks.put(parts[0], parts[1]);
            }
        }
        return sinks;
    }

    private static Run run(Path input, String name, String options, int turn) throws IOException, InterruptedException {
        String unique = "%s_%s_%s"
                .formatted(name.replace(' ', '_'), turn, ProcessHandle.current().pid());
        String place = options.contains("--output %s")
                ? FOLDER.resolve("sinks/" + unique).toString()
                : unique;
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "TIMEFORMAT='took %R %U %S'; time jobs/embark \"$@\"",
                "embark",
                "embed",
                "--input",
                input.toString(),
                "--text-column",
                "text",
                "--quiet"));
        command.addAll(List.of(options.replace("%s", place).split(" ")));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("EMBARK_SPARK_OPTIONS", "--master local[2]");
        builder.environment().remove("SPARK_HOME");
        Process job = builder.start();
        String said = new String(job.getInputStream().readAllBytes(), UTF_8);
        Matcher times = TIMES.matcher(said);
        if (job.waitFor() != 0 || !times.find()) {
            throw new IllegalStateException(said);
        }
        return new Run(
                Double.parseDouble(times.group(1)),
                Double.parseDouble(times.group(2)) + Double.parseDouble(times.group(3)));
    }
}

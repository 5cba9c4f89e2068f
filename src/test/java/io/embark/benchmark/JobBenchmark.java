/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.EmbedOptions;
import io.embark.Precision;
import io.embark.encode.Embedder;
import io.embark.job.bench.TextSample;
import io.embark.job.bench.Work;
import io.embark.torch.MatrixPeak;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code jobs/embark embed} over glosses: against two threads' peak, on one core and two, with copies, and its memory. */
final class JobBenchmark {
    private static final Path FOLDER = Path.of("target", "benchmark");
    private static final String PARQUET = "--output %s".formatted(FOLDER.resolve("output"));
    private static final String OVERWRITE = " --mode overwrite";
    private static final int ALL = 100_000;
    private static final int HALF = 50_000;
    private static final int SOME = 20_000;
    private static final int TURNS = 3;
    private static final Pattern PROGRESS = Pattern.compile("embark: ([0-9,]+) of ");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private JobBenchmark() {}

    /**
     * What a run took.
     *
     * @param wall from the start of the process to its end, in seconds
     * @param seconds from the first row read to the last one written
     * @param tokens tokens that went through the model
     * @param embedded texts that got a vector
     * @param forward seconds of forward passes, summed over compute threads
     * @param residents resident memory in bytes by rows embedded, whenever the run said how far it was
     */
    record Run(double wall, double seconds, long tokens, long embedded, double forward, Map<Long, Long> residents) {}

    /** The whole job on two cores, start-up included, against what sgemm reaches on two threads; and its memory. */
    static void whole() throws Exception {
        memory(againstPeak("Parquet", PARQUET).residents);
    }

    /** The same into tables of a lakehouse. */
    static void lakes() throws Exception {
        againstPeak("Delta", SinkBenchmark.DELTA.formatted(FOLDER.resolve("lakes/delta")));
        againstPeak("Iceberg", SinkBenchmark.ICEBERG.formatted("whole"));
    }

    private static Run againstPeak(String name, String place) throws Exception {
        List<String> texts = Glosses.first(ALL);
        Path input = write("all", texts);
        try (Embedder embedder = Embedder.open(EmbedOptions.defaults());
                MatrixPeak peak = new MatrixPeak(2, Precision.FLOAT32)) {
            double perToken = Work.of(
                            TextSample.of("", texts, embedder.folder(), EmbedOptions.defaults()), embedder.folder())
                    .orElseThrow()
                    .operationsPerToken();
            double before = peak.measure(1);
            Run run = run(input, "local[2]", place + OVERWRITE);
            double reachable = (before + peak.measure(1)) / 2;
            double reached = run.tokens * perToken / run.wall;
            Figures.print("%nWhole job, %d glosses into %s, local[2], from start to end of the process", ALL, name);
            Figures.print(
                    "  %.0f rows/s  %.0f tokens/s  %.1f GFLOP/s  sgemm on two threads %.1f GFLOP/s",
                    ALL / run.wall, run.tokens / run.wall, reached / 1e9, reachable / 1e9);
            Figures.print("  job / sgemm            %.3f", reached / reachable);
            return run;
        }
    }

    private static void memory(Map<Long, Long> residents) {
        Figures.print("%nResident memory of the same run");
        residents.forEach((rows, bytes) -> Figures.print("  after %7d rows: %5d MB", rows, bytes >> 20));
        long early = residents.entrySet().stream()
                .filter(entry -> entry.getKey() >= SOME)
                .findFirst()
                .orElseThrow()
                .getValue();
        long late = new ArrayList<>(residents.values()).get(residents.size() - 1);
        Figures.print("  last / after %d rows %.3f", SOME, (double) late / early);
    }

    /** One core against two: the run on one core stands between two runs on two. */
    static void cores() throws Exception {
        Path input = write("half", Glosses.first(HALF));
        Figures.print("%n%d glosses, seconds from the first row read to the last one written", HALF);
        Run before = run(input, "local[2]");
        Run one = run(input, "local[1]");
        Run after = run(input, "local[2]");
        Figures.print(
                "  local[2] %.1f s  local[1] %.1f s  local[2] %.1f s", before.seconds, one.seconds, after.seconds);
        Figures.print("  local[1] / local[2]    %.3f", 2 * one.seconds / (before.seconds + after.seconds));
    }

    /** Each text once against each text twice, in turns. */
    static void copies() throws Exception {
        List<String> texts = Glosses.first(SOME);
        List<String> doubled = new ArrayList<>(texts);
        doubled.addAll(texts);
        Collections.shuffle(doubled, new Random(7));
        Path once = write("some", texts);
        Path twice = write("twice", doubled);
        List<Double> cost = new ArrayList<>();
        Figures.print("%n%d glosses, local[2], seconds from the first row read to the last one written", SOME);
        for (int turn = 0; turn < TURNS; turn++) {
            Run single = run(once, "local[2]");
            Run copied = run(twice, "local[2]");
            cost.add(copied.seconds / single.seconds);
            Figures.print("  once %.1f s  each text twice, mixed %.1f s", single.seconds, copied.seconds);
        }
        Figures.print("  twice / once           %s", Figures.spread(cost));
    }

    static Path write(String name, List<String> texts) throws IOException {
        return write(name, texts, null);
    }

    /** The same with a title for each text, if there are any. */
    static Path write(String name, List<String> texts, IntFunction<String> titles) throws IOException {
        Path file = FOLDER.resolve(name + ".jsonl");
        Files.createDirectories(FOLDER);
        Gson gson = new Gson();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            JsonObject line = new JsonObject();
            line.addProperty("id", i);
            line.addProperty("text", texts.get(i));
            if (titles != null) {
                line.addProperty("title", titles.apply(i));
            }
            lines.add(gson.toJson(line));
        }
        return Files.write(file, lines);
    }

    private static Run run(Path input, String master) throws IOException, InterruptedException {
        return run(input, master, PARQUET + OVERWRITE);
    }

    /** A run with these options beside those of its source. */
    static Run run(Path input, String master, String options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "jobs/embark",
                "embed",
                "--input",
                input.toString(),
                "--text-column",
                "text",
                "--report",
                FOLDER.toString()));
        command.addAll(List.of(options.split(" ")));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("EMBARK_SPARK_OPTIONS", "--master " + master);
        builder.environment().remove("SPARK_HOME");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        Process job = builder.start();
        Map<Long, Long> residents = new TreeMap<>();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(job.getErrorStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                Matcher progress = PROGRESS.matcher(line);
                if (progress.find()) {
                    residents.put(Long.parseLong(progress.group(1).replace(",", "")), resident(job.pid()));
                }
            }
        }
        if (job.waitFor() != 0) {
            throw new IllegalStateException(String.join("\n", said));
        }

        double wall = (System.nanoTime() - start) / 1e9;
        JsonObject summary = JsonParser.parseString(Files.readString(FOLDER.resolve("summary.json")))
                .getAsJsonObject();
        JsonObject spent = summary.getAsJsonObject("seconds");
        return new Run(
                wall,
                spent.get("total").getAsDouble(),
                summary.get("tokens").getAsLong(),
                summary.get("embedded").getAsLong(),
                spent.get("forward").getAsDouble(),
                residents);
    }

    /** The launcher becomes the JVM, so it has the process id of what was started. */
    private static long resident(long pid) throws IOException {
        Matcher matcher = RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
        return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : 0;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.OwnJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * First runs and refreshes that are killed at steps of a fixed seed, spread over the whole run: the same command ends with the rows
 * of an undisturbed run, and embeds nothing again that was put aside. {@code EMBARK_KILLS} says how many kills there are of both together.
 */
abstract class KilledRefreshContract {
    private static final Path RECORD = Path.of("target", "killed-refreshes.txt");
    private static final int ROWS = 240;
    private static final int SLICE = 20;

    @TempDir
    Path folder;

    private String model;

    /** The session that looks at what is left. */
    abstract SparkSession spark();

    /** What the command line says of an output in a folder, the session of another process included. */
    abstract List<String> output(Path place);

    /** What a run of this process says of it. */
    abstract List<String> outputHere(Path place);

    /** Whether a table is made before its first rows: one that is killed while it is made can be left as none. */
    boolean isMadeBefore() {
        return false;
    }

    /** What counts as a step of a run, as {@link KilledRefresh} takes it. */
    String steps(Path place) {
        return KilledRefresh.filesBelow(place);
    }

    /** How many steps a run took that embedded so many rows. */
    int count(OwnJvm.Ended ended, long embedded) {
        return ended.lines().stream()
                .filter(line -> line.startsWith("steps "))
                .mapToInt(line -> Integer.parseInt(line.substring("steps ".length())))
                .findFirst()
                .orElseThrow();
    }

    /** Whether rows go in as they are embedded, so that nothing is put aside. */
    boolean takesRowsAsTheyCome() {
        return false;
    }

    /** The rows of the output; none if there is no output yet. */
    abstract List<Row> rows(Path place) throws Exception;

    /** Kills at each of these steps; where each has a place of its own, two at a time. */
    void killed(List<Integer> kills, OwnJvm.Check<Integer> kill) throws Exception {
        OwnJvm.twoAtATime(kills, kill);
    }

    /** Removes what an earlier test left under the name of a place. */
    void makeWay(Path place) throws Exception {}

    @BeforeEach
    void writeSourcesAndAModel() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        String words =
                "concat_ws(' ', 'the', element_at(array('cat', 'dog', 'mat'), cast(id %% 3 + 1 as int)), 'sat', %s)";
        source("before", "SELECT id, 'a' AS title, %s AS body FROM range(%s)".formatted(words.formatted("id"), ROWS));
        // One of four is another text, one of five another title, some left and some came.
        source(
                "after",
                "SELECT id, if(id %% 5 = 0, 'b', 'a') AS title, %s AS body FROM range(20, %s)"
                        .formatted(words.formatted("if(id % 4 = 0, id + 1, id)"), ROWS + 20));
    }

    private void source(String name, String query) {
        spark().sql(query).repartition(4).write().parquet(folder.resolve(name).toString());
    }

    @Test
    void aFirstRunThatIsKilledGoesOn() throws Exception {
        killAndGoOn("first", false);
    }

    @Test
    void aRefreshThatIsKilledGoesOn() throws Exception {
        killAndGoOn("refresh", true);
    }

    private void killAndGoOn(String phase, boolean isThere) throws Exception {
        Path undisturbed = prepared(phase + "-0", isThere);
        OwnJvm.Ended ended = run(undisturbed, isThere, 0);
        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isZero();
        Set<String> expected = new TreeSet<>(texts(rows(undisturbed)));
        Set<String> whole = new TreeSet<>(vectors(rows(undisturbed)));
        Path before = isThere ? prepared(phase + "-before", true) : undisturbed;
        long all = embedded(undisturbed);
        int steps = count(ended, all);
        assertThat(texts(rows(undisturbed))).hasSize(ROWS);

        List<Integer> kills =
                KilledSteps.ofARefresh(IntStream.rangeClosed(1, steps).boxed().toList(), !isThere);
        Map<Integer, Path> places = new TreeMap<>();
        for (int kill : kills) {
            places.put(kill, prepared("%s-%d".formatted(phase, kill), isThere));
        }
        killed(kills, kill -> {
            OwnJvm.Ended killed = run(places.get(kill), isThere, kill);
            assertThat(killed.exitValue()).as(String.join("\n", killed.lines())).isEqualTo(137);
        });
        for (int kill : kills) {
            Path place = places.get(kill);
            long staged = takesRowsAsTheyCome()
                    ? right(rows(place), whole) - (isThere ? right(rows(before), whole) : 0)
                    : staged(place);

            Outcome again = Outcome.of(words(place, outputHere(place), isThere ? "after" : "before"));
            assertThat(again.code()).as("%s: %s", kill, again.err()).isZero();
            List<String> left = texts(rows(place));
            assertThat(left).as("killed at step %s of %s", kill, steps).doesNotHaveDuplicates();
            assertThat(new TreeSet<>(left))
                    .as("killed at step %s of %s", kill, steps)
                    .isEqualTo(expected);
            long more = embedded(place);
            assertThat(more).as("killed at step %s of %s", kill, steps).isLessThanOrEqualTo(all - staged);
            record("%s %s: killed at step %s of %s, %s of %s rows put aside, %s embedded again"
                    .formatted(getClass().getSimpleName(), phase, kill, steps, staged, all, more));
            assertThat(hidden(place)).isEmpty();
        }
    }

    /** A place of its own with the output of the first night, if there was one. */
    private Path prepared(String name, boolean isThere) throws Exception {
        Path place = Files.createDirectory(folder.resolve(name));
        makeWay(place);
        if (isMadeBefore()) {
            List<String> words = new ArrayList<>(words(place, outputHere(place), "before"));
            words.addAll(List.of("--where", "id < 0"));
            Outcome made = Outcome.of(words);
            assertThat(made.code()).as(made.err()).isZero();
        }
        if (isThere) {
            Outcome first = Outcome.of(words(place, outputHere(place), "before"));
            assertThat(first.code()).as(first.err()).isZero();
        }
        return place;
    }

    private OwnJvm.Ended run(Path place, boolean isThere, int step) throws Exception {
        List<String> words = new ArrayList<>(List.of(steps(place), Integer.toString(step)));
        words.addAll(words(place, output(place), isThere ? "after" : "before"));
        words.addAll(List.of(
                "--set",
                "spark.master=local[2]",
                "--set",
                "spark.ui.enabled=false",
                "--set",
                "spark.sql.shuffle.partitions=2",
                "--set",
                "spark.hadoop.fs.file.impl=" + SteppingFileSystem.class.getName()));
        return OwnJvm.runToAnyEnd(place, Map.of(), KilledRefresh.class, words.toArray(String[]::new));
    }

    private List<String> words(Path place, List<String> output, String source) {
        List<String> words = new ArrayList<>(List.of(
                "embed",
                "--mode",
                "refresh",
                "--input",
                folder.resolve(source).toString(),
                "--text-column",
                "body",
                "--id-column",
                "id",
                "--model",
                model,
                "--deleted",
                "delete",
                "--commit-every",
                Integer.toString(SLICE),
                "--window",
                "16",
                "--report",
                place.resolve("report").toString(),
                "--stage",
                place.resolve("stage").toString()));
        words.addAll(output);
        return words;
    }

    private static long embedded(Path place) throws IOException {
        JsonObject summary = Outcome.summary(place.resolve("report"));
        return summary.get("embedded").getAsLong();
    }

    /** Rows whose text and vector are as they should be, whatever their title. */
    private static long right(List<Row> rows, Set<String> expected) {
        return vectors(rows).stream().filter(expected::contains).count();
    }

    private static List<String> vectors(List<Row> rows) {
        return rows.stream()
                .map(row -> "%s, %s, %s".formatted(row.get(0), row.get(2), row.getList(3)))
                .toList();
    }

    /** Rows that the next run finds; they count once however often a task tried. */
    private long staged(Path place) throws IOException {
        List<String> files = hidden(place);
        return files.isEmpty()
                ? 0
                : spark().read()
                        .parquet(files.toArray(String[]::new))
                        .select("id")
                        .distinct()
                        .count();
    }

    private static List<String> hidden(Path place) throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            return all.map(Path::toString)
                    .filter(path -> path.contains(".embark-stage-") && path.matches(".*/[0-9]+\\.parquet"))
                    .toList();
        }
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(Row::toString).toList();
    }

    private static synchronized void record(String line) throws IOException {
        Files.writeString(RECORD, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}

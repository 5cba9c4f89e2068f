/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.SteppingFileSystem.Step;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.sink.table.Recovery;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that is killed at any step of its write leaves the old output or the new one, and the next run tidies up. */
class KilledWriteTest {
    private static final Seen NOTHING = new Seen(List.of(), Optional.empty());

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    /** What readers found, by the files that they saw. */
    private final Map<List<String>, Seen> read = new HashMap<>();

    private boolean ranAgain;

    /** The ids and the ranges of an output. */
    private record Seen(List<Long> ids, Optional<String> ranges) {}

    @AfterEach
    void stopWatching() {
        SteppingFileSystem.watch(Path.of("/nothing"), step -> {});
    }

    /** What lies in the file system at a step is what a kill at this step leaves there. */
    @ParameterizedTest
    @CsvSource({"PARQUET, ERROR", "PARQUET, OVERWRITE", "PARQUET, APPEND", "JSON, APPEND"})
    void atEachStepTheOutputIsOldOrNewAndTheNextRunTidiesUp(FolderFormat format, WriteMode mode) throws IOException {
        Path place = prepared("place", format, mode);
        List<Path> kills = new ArrayList<>();
        SteppingFileSystem.watch(place, step -> {
            Path kill = folder.resolve("kill-%03d-%s".formatted(step.number(), step.done()));
            copy(place, kill);
            kills.add(kill);
        });
        WatchedWrite.write(WatchedWrite.watched(spark), place.resolve("out"), format, mode);
        stopWatching();
        assertThat(names(place)).containsExactly("out");

        Set<Seen> left = new HashSet<>();
        for (Path kill : kills) {
            left.add(checkTheNextRun(kill, format, mode, false));
        }

        assertThat(kills).hasSizeGreaterThan(40);
        assertThat(left).containsExactlyInAnyOrder(before(mode), after(mode));
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void aStepThatFailsLeavesOldOrNewAndNothingElse(WriteMode mode) throws IOException {
        FolderFormat format = FolderFormat.PARQUET;
        List<Step> steps = steps(format, mode).stream()
                .filter(step -> !step.path().contains("_temporary"))
                .toList();
        for (Step failing : steps) {
            Path place = prepared("fails-at-%d".formatted(failing.number()), format, mode);
            SteppingFileSystem.watch(place, step -> {
                if (step.number() == failing.number() && !step.done()) {
                    throw new IOException("disk full");
                }
            });
            boolean failed = false;
            try {
                WatchedWrite.write(WatchedWrite.watched(spark), place.resolve("out"), format, mode);
            } catch (Exception e) {
                failed = true;
                assertThat(e).hasStackTraceContaining("disk full");
            }
            stopWatching();

            boolean isTidyingUp =
                    failing.action().equals("delete") && !failing.path().contains("/new");
            // An output that cannot be taken away is appended to where it is.
            boolean isTakenAway = mode == WriteMode.APPEND && failing.path().endsWith("/out");
            assertThat(failed).as("%s", failing).isNotEqualTo(isTidyingUp || isTakenAway);
            assertThat(see(place, format)).as("%s", failing).isEqualTo(failed ? before(mode) : after(mode));
            if (isTidyingUp) {
                assertThat(recover(place)).as("%s", failing).hasSize(1);
            }
            assertThat(names(place)).as("%s", failing).isSubsetOf("out");
        }
        assertThat(steps).hasSizeGreaterThan(4);
    }

    /** The step that decides: the second rename of a replacement. */
    @Test
    void aKilledProcessLeavesOldOrNew() throws Exception {
        List<Step> steps = steps(FolderFormat.PARQUET, WriteMode.OVERWRITE).stream()
                .filter(step -> step.action().equals("rename") && step.path().matches(".*embark-[^/]+/new"))
                .toList();

        assertThat(steps).hasSize(1);
        kill("FOLDER", FolderFormat.PARQUET, WriteMode.OVERWRITE, steps.get(0).number(), false);
    }

    /** The folders of a table of a catalog that forgets it; those of other catalogs are the matter of TableRecoveryTest. */
    @ParameterizedTest
    @Tag("kills")
    @EnumSource(WriteMode.class)
    void aProcessThatIsKilledAtAnyStepLeavesAnOldOrNewTable(WriteMode mode) throws Exception {
        OwnJvm.Ended ended =
                run(Files.createDirectory(folder.resolve("steps")), "TABLE", FolderFormat.PARQUET, mode, 0, true);
        List<Step> steps = ended.lines().stream()
                .filter(line -> line.startsWith("step "))
                .map(line -> line.split(" ", 4))
                .map(words -> new Step(Integer.parseInt(words[1]), false, words[2], words[3]))
                .toList();

        assertThat(ended.exitValue()).isZero();
        killAtAny("TABLE", FolderFormat.PARQUET, mode, steps);
    }

    /** All formats are committed alike. */
    @ParameterizedTest
    @Tag("kills")
    @CsvSource({"PARQUET, ERROR", "PARQUET, OVERWRITE", "PARQUET, APPEND"})
    void aProcessThatIsKilledAtAnyStepLeavesOldOrNew(FolderFormat format, WriteMode mode) throws Exception {
        killAtAny("FOLDER", format, mode, steps(format, mode));
    }

    private void killAtAny(String kind, FolderFormat format, WriteMode mode, List<Step> all) throws Exception {
        // While tasks write their files, one moment is as good as another, and they commit all formats alike.
        boolean withTasks = kind.equals("FOLDER") && format == FolderFormat.PARQUET;
        List<Step> steps = all.stream()
                .filter(step -> !step.path().contains("_temporary")
                        || (withTasks && step.action().equals("rename")))
                .toList();
        Step last = steps.get(steps.size() - 1);
        List<Step> kills = KilledSteps.some(steps);
        OwnJvm.twoAtATime(kills, step -> kill(kind, format, mode, step.number(), step.equals(last)));
        Files.writeString(
                Path.of("target", "kills.txt"),
                "%s kills of a run that writes a %s of %s with --mode %s, of %s steps%n"
                        .formatted(
                                kills.size(),
                                kind.toLowerCase(Locale.ROOT),
                                format.sparkName(),
                                mode.key(),
                                steps.size()),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private void kill(String kind, FolderFormat format, WriteMode mode, int number, boolean done) throws Exception {
        String name = "killed-%s".formatted(number);
        Path place = kind.equals("TABLE") ? Files.createDirectory(folder.resolve(name)) : prepared(name, format, mode);
        OwnJvm.Ended ended = run(place, kind, format, mode, number, done);

        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(WatchedWrite.KILLED);
        synchronized (this) {
            checkTheNextRun(place, format, mode, kind.equals("TABLE") && mode == WriteMode.APPEND);
        }
    }

    private OwnJvm.Ended run(Path place, String kind, FolderFormat format, WriteMode mode, int number, boolean done)
            throws Exception {
        return OwnJvm.runToAnyEnd(
                Files.createDirectory(folder.resolve("log-%s".formatted(number))),
                Map.of(),
                WatchedWrite.class,
                place.resolve("out").toString(),
                kind,
                format.name(),
                mode.name(),
                Integer.toString(number),
                Boolean.toString(done));
    }

    /** The steps of a run that nobody kills. */
    private List<Step> steps(FolderFormat format, WriteMode mode) throws IOException {
        List<Step> steps = new ArrayList<>();
        Path place = prepared("steps", format, mode);
        SteppingFileSystem.watch(place, step -> {
            if (!step.done()) {
                steps.add(step);
            }
        });
        WatchedWrite.write(WatchedWrite.watched(spark), place.resolve("out"), format, mode);
        stopWatching();
        return steps;
    }

    /** What a reader sees after the next run has found what there is. */
    private Seen checkTheNextRun(Path place, FolderFormat format, WriteMode mode, boolean movesBeforeAllEyes)
            throws IOException {
        Seen seen = see(place, format);
        boolean hides = names(place).stream().anyMatch(name -> !name.equals("out"));
        List<String> said = recover(place);
        Seen settled = see(place, format);

        if (movesBeforeAllEyes) {
            assertThat(seen.ids())
                    .as("%s", place)
                    .containsAll(before(mode).ids())
                    .isSubsetOf(after(mode).ids());
        } else {
            assertThat(seen).as("%s", place).isIn(NOTHING, before(mode), after(mode));
        }
        assertThat(said).as("%s", place).hasSize(hides ? 1 : 0);
        assertThat(names(place)).as("%s", place).isSubsetOf("out");
        assertThat(settled).as("%s: %s", place, said).isIn(before(mode), after(mode));
        if (seen.equals(before(mode)) || seen.equals(after(mode))) {
            assertThat(settled).as("%s: %s", place, said).isEqualTo(seen);
        }
        if (settled.equals(before(mode)) && !ranAgain) {
            WatchedWrite.write(spark, place.resolve("out"), format, mode);
            assertThat(see(place, format)).isEqualTo(after(mode));
            ranAgain = true;
        }
        return settled;
    }

    private List<String> recover(Path place) {
        return new Recovery(spark, true).ofFolder(place.resolve("out").toString());
    }

    private static Seen before(WriteMode mode) {
        return mode == WriteMode.ERROR
                ? NOTHING
                : new Seen(WatchedWrite.oldIds(), Optional.of(WatchedWrite.OLD_RANGES));
    }

    private static Seen after(WriteMode mode) {
        return mode == WriteMode.APPEND
                ? new Seen(
                        Stream.concat(WatchedWrite.oldIds().stream(), WatchedWrite.freshIds().stream())
                                .toList(),
                        Optional.of(WatchedWrite.OLD_RANGES))
                : new Seen(WatchedWrite.freshIds(), Optional.of(WatchedWrite.RANGES));
    }

    /** A folder with the old output, if there is one. */
    private Path prepared(String name, FolderFormat format, WriteMode mode) throws IOException {
        Path first = folder.resolve("old-%s".formatted(format));
        if (!Files.exists(first)) {
            Files.createDirectory(first);
            WatchedWrite.prepare(spark, first.resolve("out"), format);
        }
        Path place = folder.resolve(name);
        if (mode == WriteMode.ERROR) {
            Files.createDirectory(place);
        } else {
            copy(first, place);
        }
        return place;
    }

    private Seen see(Path place, FolderFormat format) throws IOException {
        Path output = place.resolve("out");
        if (!Files.exists(output)) {
            return NOTHING;
        }
        List<String> files = names(output);
        Seen known = read.get(files);
        if (known != null) {
            return known;
        }
        List<Long> ids =
                spark.read().format(format.sparkName()).load(output.toString()).select("id").collectAsList().stream()
                        .map(row -> row.getLong(0))
                        .sorted()
                        .toList();
        Path ranges = output.resolve(RangesRecord.FILE);
        Seen seen = new Seen(
                ids, Files.exists(ranges) ? Optional.of(Files.readString(ranges).strip()) : Optional.empty());
        read.put(files, seen);
        return seen;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.sorted(Comparator.naturalOrder()).forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}

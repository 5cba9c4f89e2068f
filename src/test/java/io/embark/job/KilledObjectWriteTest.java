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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run that is killed at any request to a store of objects leaves the old output, the new one, or both mixed, and the next run
 * makes one of the two of it.
 */
class KilledObjectWriteTest {
    private static final FolderFormat FORMAT = FolderFormat.PARQUET;

    /** Three tasks write to each of two folders. */
    private static final int FILES = 6;

    private static final Seen NOTHING = new Seen(0, 0);

    private final SparkSession spark = WatchedWrite.withStore(SharedSpark.session());

    @TempDir
    Path folder;

    /** How many files of rows readers see, of the old output and of the new one. */
    private record Seen(int old, int fresh) {}

    @AfterEach
    void stopWatching() {
        SteppingFileSystem.watch(Path.of("/nothing"), step -> {});
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void copiesEachNewFileOnceAndNoOldOne(WriteMode mode) throws IOException {
        Path place = prepared("place", mode);
        List<Step> steps = steps(place, mode);

        assertThat(parts(steps, "put")).hasSize(FILES).doesNotHaveDuplicates();
        assertThat(parts(steps, "copy")).containsExactlyInAnyOrderElementsOf(parts(steps, "put"));
        assertThat(steps).filteredOn(step -> step.action().equals("copy")).hasSize(FILES);
        assertThat(parts(steps, "delete")).hasSize(mode == WriteMode.OVERWRITE ? 2 * FILES : FILES);
        assertThat(names(place)).containsExactly("out");
        assertThat(see(place)).isEqualTo(after(mode));
        assertThat(ids(place))
                .isEqualTo(
                        mode == WriteMode.APPEND
                                ? Stream.concat(WatchedWrite.oldIds().stream(), WatchedWrite.freshIds().stream())
                                        .toList()
                                : WatchedWrite.freshIds());
        assertThat(place.resolve("out/_SUCCESS")).exists();
        assertThat(place.resolve("out").resolve(RangesRecord.FILE))
                .hasContent(mode == WriteMode.APPEND ? WatchedWrite.OLD_RANGES : WatchedWrite.RANGES);
    }

    /** What lies in the store at a step is what a kill at this step leaves there. */
    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void atEachStepTheNextRunMakesOldOrNewOfIt(WriteMode mode) throws IOException {
        killEachStep(spark, mode, "put .*/new/half.*");
    }

    @ParameterizedTest
    @Tag("kills")
    @EnumSource(WriteMode.class)
    void atEachStepOfACommitterOfTheStoreTheNextRunMakesOldOrNewOfIt(WriteMode mode) throws IOException {
        SparkSession session = WatchedWrite.withStore(spark);
        session.conf().set(CopyingCommitter.OPTION, CopyingCommitter.Factory.class.getName());
        killEachStep(session, mode, ".*/_temporary/0/_temporary/.*");
    }

    /** @param ofTasks the steps of tasks, whose files no run looks at before all are written */
    private void killEachStep(SparkSession session, WriteMode mode, String ofTasks) throws IOException {
        Path place = prepared("place", mode);
        List<Path> kills = keptBeforeEachStep(
                place, step -> !"%s %s".formatted(step.action(), step.path()).matches(ofTasks));
        WatchedWrite.writeToStore(session, place.resolve("out"), FORMAT, mode);
        stopWatching();
        kills.add(place);

        Set<Seen> left = new HashSet<>();
        for (Path kill : kills) {
            left.add(checkTheNextRun(kill, mode));
        }
        assertThat(kills).hasSizeGreaterThan(20);
        assertThat(left).containsExactlyInAnyOrder(before(mode), after(mode));
    }

    /** Copies of a place as it is before each step that counts, while it is watched. */
    private List<Path> keptBeforeEachStep(Path place, Predicate<Step> counts) {
        List<Path> kept = new ArrayList<>();
        SteppingFileSystem.watch(place, step -> {
            if (!step.done() && counts.test(step)) {
                Path copy = folder.resolve("kill-%03d".formatted(step.number()));
                KilledWriteTest.copy(place, copy);
                kept.add(copy);
            }
        });
        return kept;
    }

    /** A run that settles what another left may be killed too. */
    @ParameterizedTest
    @EnumSource(names = "OVERWRITE")
    void atEachStepOfTheSettlementTheNextOneGoesOn(WriteMode mode) throws IOException {
        killEachStepOfTheSettlement(mode);
    }

    @ParameterizedTest
    @Tag("kills")
    @EnumSource(names = "OVERWRITE", mode = EnumSource.Mode.EXCLUDE)
    void atEachStepOfOtherSettlementsTheNextOneGoesOn(WriteMode mode) throws IOException {
        killEachStepOfTheSettlement(mode);
    }

    private void killEachStepOfTheSettlement(WriteMode mode) throws IOException {
        Path place = prepared("place", mode);
        Path half = folder.resolve("half");
        List<Step> copies = new ArrayList<>();
        SteppingFileSystem.watch(place, step -> {
            if (step.action().equals("copy") && !step.done()) {
                copies.add(step);
                if (copies.size() == 4) {
                    KilledWriteTest.copy(place, half);
                }
            }
        });
        WatchedWrite.writeToStore(spark, place.resolve("out"), FORMAT, mode);
        stopWatching();
        List<Path> kills = keptBeforeEachStep(half, step -> true);
        recover(half);
        stopWatching();

        Seen expected = mode == WriteMode.APPEND ? before(mode) : after(mode);
        assertThat(see(half)).isEqualTo(expected);
        assertThat(kills).hasSizeGreaterThan(8);
        for (Path kill : kills) {
            assertThat(checkTheNextRun(kill, mode)).as("%s", kill).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "OVERWRITE")
    void aRequestThatFailsLeavesOldOrNew(WriteMode mode) throws IOException {
        failEachRequest(mode);
    }

    @ParameterizedTest
    @Tag("kills")
    @EnumSource(names = "OVERWRITE", mode = EnumSource.Mode.EXCLUDE)
    void aRequestOfOtherRunsThatFailsLeavesOldOrNew(WriteMode mode) throws IOException {
        failEachRequest(mode);
    }

    private void failEachRequest(WriteMode mode) throws IOException {
        List<Step> steps = steps(prepared("place", mode), mode).stream()
                .filter(step -> !step.done() && !step.path().matches(".*(alive|half=1|part-00002).*"))
                .toList();
        for (Step failing : steps) {
            Path place = prepared("fails-at-%d".formatted(failing.number()), mode);
            SteppingFileSystem.watch(place, step -> {
                if (step.number() == failing.number() && !step.done()) {
                    throw new IOException("access denied");
                }
            });
            boolean failed = false;
            try {
                WatchedWrite.writeToStore(spark, place.resolve("out"), FORMAT, mode);
            } catch (Exception e) {
                failed = true;
                assertThat(e).hasStackTraceContaining("access denied");
            }
            stopWatching();

            List<String> said = recover(place);
            assertThat(names(place)).as("%s: %s", failing, said).isSubsetOf("out");
            assertThat(see(place)).as("%s: %s", failing, said).isIn(before(mode), after(mode));
            if (!failed) {
                assertThat(see(place)).as("%s: %s", failing, said).isEqualTo(after(mode));
            }
        }
        assertThat(steps).hasSizeGreaterThan(8);
    }

    @ParameterizedTest
    @Tag("kills")
    @EnumSource(WriteMode.class)
    void aProcessThatIsKilledAtAnyRequestLeavesWhatTheNextRunSettles(WriteMode mode) throws Exception {
        List<Step> steps = steps(prepared("place", mode), mode).stream()
                .filter(step -> !step.done() && !step.path().matches(".*(half=1|part-00002).*"))
                .toList();
        List<Step> kills = KilledSteps.some(steps);
        OwnJvm.twoAtATime(kills, step -> kill(mode, step.number()));
        Files.writeString(
                Path.of("target", "kills.txt"),
                "%s kills of a run that writes to a store of objects with --mode %s, of %s requests%n"
                        .formatted(kills.size(), mode.name().toLowerCase(Locale.ROOT), steps.size()),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private void kill(WriteMode mode, int number) throws Exception {
        Path place = prepared("killed-%s".formatted(number), mode);
        OwnJvm.Ended ended = OwnJvm.runToAnyEnd(
                Files.createDirectory(folder.resolve("log-%s".formatted(number))),
                Map.of(),
                WatchedWrite.class,
                place.resolve("out").toString(),
                "STORE",
                FORMAT.name(),
                mode.name(),
                Integer.toString(number),
                "false");

        assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(WatchedWrite.KILLED);
        checkTheNextRun(place, mode);
    }

    private Seen checkTheNextRun(Path place, WriteMode mode) throws IOException {
        boolean hides = names(place).stream().anyMatch(name -> !name.equals("out"));
        Seen seen = see(place);
        List<String> said = recover(place);
        Seen settled = see(place);

        // No row is ever missing, not even while the run lies dead.
        assertThat(seen)
                .as("%s", place)
                .matches(files -> files.old() == before(mode).old() || files.fresh() == FILES);
        assertThat(said).as("%s", place).hasSize(hides ? 1 : 0);
        assertThat(names(place)).as("%s: %s", place, said).isSubsetOf("out");
        assertThat(settled).as("%s: %s", place, said).isIn(before(mode), after(mode));
        assertThat(Files.exists(place.resolve("out"))).as("%s: %s", place, said).isEqualTo(!settled.equals(NOTHING));
        return settled;
    }

    private List<Long> ids(Path place) {
        return spark.read().parquet(place.resolve("out").toString()).select("id").collectAsList().stream()
                .map(row -> row.getLong(0))
                .sorted()
                .toList();
    }

    private List<String> recover(Path place) {
        return new Recovery(spark, true).ofFolder("%s:%s".formatted(CopyingFileSystem.SCHEME, place.resolve("out")));
    }

    private static Seen before(WriteMode mode) {
        return new Seen(mode == WriteMode.ERROR ? 0 : FILES, 0);
    }

    private static Seen after(WriteMode mode) {
        return new Seen(mode == WriteMode.APPEND ? FILES : 0, FILES);
    }

    private List<Step> steps(Path place, WriteMode mode) {
        List<Step> steps = new ArrayList<>();
        SteppingFileSystem.watch(place, step -> {
            if (!step.done()) {
                steps.add(step);
            }
        });
        WatchedWrite.writeToStore(spark, place.resolve("out"), FORMAT, mode);
        stopWatching();
        return steps;
    }

    private static List<String> parts(List<Step> steps, String action) {
        return steps.stream()
                .filter(step -> step.action().equals(action) && step.path().contains("/part-"))
                .map(Step::path)
                .toList();
    }

    private Path prepared(String name, WriteMode mode) throws IOException {
        Path first = folder.resolve("old");
        if (!Files.exists(first)) {
            Files.createDirectory(first);
            WatchedWrite.prepareStore(spark, first.resolve("out"), FORMAT);
        }
        Path place = folder.resolve(name);
        if (mode == WriteMode.ERROR) {
            Files.createDirectory(place);
        } else {
            KilledWriteTest.copy(first, place);
        }
        return place;
    }

    /** The files of rows that readers see; each is there as a whole or not at all. */
    private Seen see(Path place) throws IOException {
        Set<String> files = parts(place.resolve("out"));
        Set<String> old = parts(folder.resolve("old/out"));
        return new Seen(
                Math.toIntExact(files.stream().filter(old::contains).count()),
                Math.toIntExact(
                        files.stream().filter(file -> !old.contains(file)).count()));
    }

    private static Set<String> parts(Path output) throws IOException {
        if (!Files.exists(output)) {
            return Set.of();
        }
        try (Stream<Path> found = Files.walk(output)) {
            return found.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .map(file -> output.relativize(file).toString())
                    .filter(file -> !file.startsWith("_temporary"))
                    .collect(Collectors.toSet());
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

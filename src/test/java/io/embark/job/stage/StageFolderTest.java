/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.CopyingFileSystem;
import io.embark.job.SteppingFileSystem;
import io.embark.job.commit.FolderRecovery;
import io.embark.job.commit.RunFolder;
import io.embark.job.commit.RunPlaces;
import io.embark.spark.CapturedLog;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stage is its run's alone while that lives, and the next run's afterwards. */
class StageFolderTest {
    private static final CommitEvery LONG = CommitEvery.parse("commit-every", "1h");

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String scheme = "file";

    @AfterEach
    void stopWatching() {
        SteppingFileSystem.watch(Path.of("/nothing"), step -> {});
    }

    private FileSystem files() throws IOException {
        return target().getFileSystem(spark.sessionState().newHadoopConf());
    }

    private org.apache.hadoop.fs.Path target() {
        return new org.apache.hadoop.fs.Path(
                scheme, null, folder.resolve("a [b] 100%").toString());
    }

    private StageFolder open() throws IOException {
        return StageFolder.open(files(), target(), "output o");
    }

    private Dataset<Row> rows(long begin, long end) {
        return spark.range(begin, end, 1, 1).toDF();
    }

    private List<List<Long>> leftovers(StageFolder stage) throws IOException {
        return stage.leftovers(spark, rows(0, 0).schema()).stream()
                .map(rows -> rows.as(org.apache.spark.sql.Encoders.LONG()).collectAsList().stream()
                        .sorted()
                        .toList())
                .toList();
    }

    private List<String> stages() throws IOException {
        try (Stream<Path> there = Files.list(folder)) {
            return there.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains("embark"))
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", CopyingFileSystem.SCHEME})
    void whatARunLeftIsTheNextOnesUntilItIsDiscarded(String kind) throws IOException {
        scheme = kind;
        try (StageFolder first = open()) {
            StageWriter.write(rows(0, 5), first, CommitEvery.parse("commit-every", "2"));
            StageWriter.write(rows(5, 7), first, LONG);
            assertThat(leftovers(first)).as("its own are none").isEmpty();
        }
        try (StageFolder second = open()) {
            assertThat(leftovers(second)).containsExactly(List.of(0L, 1L, 2L, 3L, 4L), List.of(5L, 6L));
            StageWriter.write(rows(7, 9), second, LONG);
        }
        try (StageFolder third = open()) {
            assertThat(leftovers(third))
                    .containsExactlyInAnyOrder(List.of(0L, 1L, 2L, 3L, 4L), List.of(5L, 6L), List.of(7L, 8L));
            StageWriter.write(rows(9, 10), third, LONG);
            third.discardThis();
            StageFolder.discardLeft(files(), target());
            assertThat(stages()).isEmpty();
        }
        assertThat(stages()).isEmpty();
    }

    @Test
    void rowsWithOtherColumnsAreNotTaken() throws IOException {
        try (StageFolder first = open()) {
            StageWriter.write(rows(0, 2).selectExpr("CAST(id AS INT)"), first, LONG);
            StageWriter.write(rows(0, 2).selectExpr("id AS key"), first, LONG);
            StageWriter.write(rows(0, 2).selectExpr("id", "id AS key"), first, LONG);
            StageWriter.write(rows(0, 2).selectExpr("IF(id < 9, id, NULL) AS id"), first, LONG);
        }
        try (StageFolder second = open()) {
            assertThat(leftovers(second))
                    .as("whether it may be null does not count")
                    .containsExactly(List.of(0L, 1L));
            assertThat(second.left()).hasSize(4);
        }
    }

    @Test
    void aFileThatBrokeOffOrCannotBeReadIsPassedOver() throws IOException {
        Path left;
        try (StageFolder first = open()) {
            left = Path.of(new org.apache.hadoop.fs.Path(
                            StageWriter.write(rows(0, 4), first, CommitEvery.parse("commit-every", "2"))
                                    .get(0)
                                    .path())
                    .toUri()
                    .getPath());
        }
        Files.copy(left, left.resolveSibling("_7.parquet"));
        Files.copy(left, left.resolveSibling("7.parquet.part"));
        Files.writeString(left.resolveSibling("8.parquet"), "no Parquet at all");
        try (CapturedLog log = CapturedLog.of(DeadStage.class);
                StageFolder second = open()) {
            assertThat(leftovers(second)).containsExactly(List.of(0L, 1L, 2L, 3L));
            assertThat(log.lines("8.parquet cannot be read"))
                    .singleElement()
                    .asString()
                    .startsWith("Rows of a killed run are computed again, since file:/");
        }
    }

    @Test
    void ofAPartitionThatWasTriedAgainTheFullestAttemptCounts() throws IOException {
        Path attempt;
        try (StageFolder first = open()) {
            StagedFile file = StageWriter.write(rows(0, 2), first, LONG).get(0);
            attempt = Path.of(new org.apache.hadoop.fs.Path(file.path()).toUri().getPath())
                    .getParent();
            StagedFile longer = StageWriter.write(rows(0, 4_000), first, LONG).get(0);
            copy(longer, attempt.resolveSibling("a98/0.parquet"));
            copy(file, attempt.resolveSibling("a99/0.parquet"));
            copy(file, attempt.getParent().resolveSibling("p1/a3/0.parquet"));
        }
        try (StageFolder second = open()) {
            assertThat(second.left().get(0).files())
                    .extracting(StagedFile::partition, StagedFile::attempt, StagedFile::rows)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(0, 98L, 4_000L),
                            org.assertj.core.groups.Tuple.tuple(1, 3L, 2L));
        }
    }

    private static void copy(StagedFile file, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(Path.of(new org.apache.hadoop.fs.Path(file.path()).toUri().getPath()), to);
    }

    @Test
    void aStageIsRefusedWhileAnotherRunHoldsOne() throws IOException {
        try (StageFolder first = open()) {
            StageWriter.write(rows(0, 2), first, LONG);
            List<String> before = stages();

            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTPUT_INVALID))
                    .hasMessage("""
                            output o: is being refreshed by another run
                            It is process %s, which keeps its rows in file:%s/%s until they are committed.
                            Wait until it ends. A run that died on another host counts as dead after 5 minutes.""".formatted(ProcessHandle.current().pid(), folder, before.get(0)));
            assertThat(stages()).isEqualTo(before);
        }
        try (StageFolder second = open()) {
            assertThat(leftovers(second)).hasSize(1);
        }
    }

    @Test
    void aRunOfAnotherHostIsDeadAfterItsSilence() throws IOException {
        Path other = Files.createDirectory(folder.resolve(".a [b] 100%.embark-stage-00000000_1_1_00000000"));

        assertThatThrownBy(this::open)
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining("It is process 1 of another host, which keeps its rows in ");

        Files.setLastModifiedTime(other, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        try (StageFolder stage = open()) {
            assertThat(leftovers(stage)).isEmpty();
            stage.discardThis();
            StageFolder.discardLeft(files(), target());
        }
        assertThat(stages()).isEmpty();
    }

    @Test
    void ofTwoThatBeginAtTheSameTimeOneSeesTheOther() throws IOException {
        FileSystem watched = new SteppingFileSystem();
        watched.initialize(java.net.URI.create("file:///"), new Configuration());
        for (boolean done : new boolean[] {false, true}) {
            List<StageFolder> open = new ArrayList<>();
            SteppingFileSystem.watch(folder, seen -> {
                if (seen.path().endsWith("/alive") && seen.done() == done) {
                    stopWatching();
                    open.add(openOrNull(files()));
                }
            });
            open.add(openOrNull(watched));

            // The other opens while this one gives its first sign of life.
            assertThat(open).as("done: %s", done).hasSize(2).containsOnlyOnce((StageFolder) null);
            open.stream().filter(Objects::nonNull).forEach(StageFolder::close);
        }
    }

    private StageFolder openOrNull(FileSystem files) throws IOException {
        try {
            return StageFolder.open(files, target(), "output o");
        } catch (EmbarkException e) {
            assertThat(e).hasMessageStartingWith("output o: is being refreshed by another run\n");
            return null;
        }
    }

    @Test
    void aStageIsNobodyElsesToRead() throws IOException {
        StageFolder stage = open();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(stages().get(0)))))
                .isEqualTo("rwx------");
        stage.close();
    }

    @Test
    void aStageWithoutAnyWriteLeavesNothing() throws IOException {
        open().close();

        assertThat(stages()).isEmpty();
    }

    @Test
    void writersNeitherWaitForAStageNorTidyItUp() throws IOException {
        try (StageFolder stage = open()) {
            StageWriter.write(rows(0, 2), stage, LONG);
            RunFolder.requireAlone(files(), target(), "output o");
            RunFolder.open(files(), target(), RunPlaces.Kind.FOLDER, "output o").close();
        }

        assertThat(FolderRecovery.dead(files(), target())).isEmpty();
        RunFolder.open(files(), target(), RunPlaces.Kind.FOLDER, "output o").close();
        try (StageFolder next = open()) {
            assertThat(leftovers(next)).containsExactly(List.of(0L, 1L));
        }
    }

    @Test
    void theStageOfAnotherOutputIsAnothers() throws IOException {
        org.apache.hadoop.fs.Path longer = target().suffix("2");
        try (StageFolder other = StageFolder.open(files(), longer, "output p")) {
            StageWriter.write(rows(0, 2), other, LONG);
        }
        try (StageFolder stage = open()) {
            assertThat(stage.left()).isEmpty();
            stage.discardThis();
            StageFolder.discardLeft(files(), target());
        }
        try (StageFolder other = StageFolder.open(files(), longer, "output p")) {
            assertThat(leftovers(other)).hasSize(1);
        }
    }
}

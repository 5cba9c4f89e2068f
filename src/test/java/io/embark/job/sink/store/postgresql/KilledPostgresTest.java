/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.KilledSteps;
import io.embark.job.sink.WriteMode;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run that is killed before a statement or commit, some of them by default, leaves the old rows or the new ones, or, where it adds, whole batches of
 * them; the next run brings all of them, each once.
 */
@Tag("postgresql")
class KilledPostgresTest {
    private static final List<String> OLD = rows(0, KilledPostgresWrite.FIRST + 2, "old");
    private static final long END = KilledPostgresWrite.FIRST + 2 * KilledPostgresWrite.BATCH;
    private static final List<String> NEW = rows(KilledPostgresWrite.FIRST, END, "new");

    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer server = PostgresServer.plain();

    @TempDir
    Path folder;

    private static List<String> rows(long from, long to, String text) {
        return LongStream.range(from, to).mapToObj(id -> id + text).toList();
    }

    /** The old rows without those that came anew, and the new ones up to one. */
    private static List<String> upTo(long end) {
        return Stream.concat(
                        OLD.stream()
                                .filter(row ->
                                        row.charAt(0) - '0' < KilledPostgresWrite.FIRST || row.charAt(0) - '0' >= end),
                        rows(KilledPostgresWrite.FIRST, end, "new").stream())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @EnumSource(WriteMode.class)
    void noRowIsLostOrThereTwiceWhereverARunIsKilled(WriteMode mode) throws Exception {
        prepare(mode);
        OwnJvm.Ended whole = run(mode, Integer.MAX_VALUE);
        List<String> steps =
                whole.lines().stream().filter(line -> line.startsWith("step ")).toList();
        assertThat(whole.exitValue()).as(String.join("\n", whole.lines())).isZero();
        assertThat(found()).isEqualTo(after(mode));
        assertThat(steps).as("%s", steps).hasSizeGreaterThan(mode == WriteMode.APPEND ? 3 : 8);

        Set<String> left = new TreeSet<>();
        Set<Integer> kills = new TreeSet<>(
                KilledSteps.some(IntStream.rangeClosed(1, steps.size()).boxed().toList()));
        // Before the first one nothing can have changed.
        kills.add(1);
        for (int step : kills) {
            prepare(mode);
            OwnJvm.Ended ended = run(mode, step);
            assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(SteppingDriver.HALTED);
            left.add(checkAfter(mode, steps.get(step - 1)));
        }
        assertThat(left).contains("old");
        note("postgresql: %s halted before %s of %s steps left %s%n"
                .formatted(mode.name().toLowerCase(Locale.ROOT), kills.size(), steps.size(), String.join(", ", left)));
    }

    private void prepare(WriteMode mode) throws Exception {
        server.run("DROP TABLE IF EXISTS killed");
        if (mode != WriteMode.ERROR) {
            server.run(
                    "CREATE TABLE killed (id bigint PRIMARY KEY, n text, embedding real[])",
                    "INSERT INTO killed SELECT id, 'old', ARRAY[0.1, '-0']::real[] FROM generate_series(0, %s) id"
                            .formatted(OLD.size() - 1));
        }
    }

    private OwnJvm.Ended run(WriteMode mode, int step) throws Exception {
        OwnJvm.Ended ended = OwnJvm.runToAnyEnd(
                Files.createDirectories(folder.resolve("%s-%s".formatted(mode, step))),
                // It lives for a second.
                Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"),
                KilledPostgresWrite.class,
                server.url(),
                server.user(),
                server.password(),
                "killed",
                mode.name(),
                Integer.toString(step));
        // The server ends the sessions of the dead, and gives their locks back, a moment later.
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> server.ask(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = 'embark-killed'")
                .isEmpty());
        return ended;
    }

    private List<String> found() throws Exception {
        return server.ask("SELECT to_regclass('killed')").get(0) == null
                ? List.of()
                : server.ask("SELECT id || n FROM killed ORDER BY id");
    }

    private static List<String> before(WriteMode mode) {
        return mode == WriteMode.ERROR ? List.of() : OLD;
    }

    private static List<String> after(WriteMode mode) {
        return mode == WriteMode.APPEND ? upTo(END) : NEW;
    }

    private String checkAfter(WriteMode mode, String step) throws Exception {
        List<String> found = found();
        boolean isOld = found.equals(before(mode));
        boolean isNew = found.equals(after(mode));
        if (!isOld && !isNew) {
            assertThat(mode).as("%s: %s", step, found).isEqualTo(WriteMode.APPEND);
            assertThat(found).as(step).isEqualTo(upTo(KilledPostgresWrite.FIRST + KilledPostgresWrite.BATCH));
        }

        Dataset<Row> rows = PostgresServer.embedded(
                spark.range(KilledPostgresWrite.FIRST, END).selectExpr("id", "'new' AS n"));
        boolean exists = mode == WriteMode.ERROR && isNew;
        server.write("killed", exists ? WriteMode.APPEND : mode, Map.of(), List.of("id"), rows);
        assertThat(found()).as(step).isEqualTo(after(mode));
        assertThat(server.ask("SELECT relname FROM pg_class WHERE relname LIKE 'embark_run%killed'"))
                .as(step)
                .isEmpty();
        return isOld ? "old" : isNew ? "new" : "a batch";
    }

    private static void note(String line) throws Exception {
        Files.createDirectories(Path.of("target/proofs/postgresql"));
        Files.writeString(
                Path.of("target/proofs/postgresql/kills.txt"),
                line,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}

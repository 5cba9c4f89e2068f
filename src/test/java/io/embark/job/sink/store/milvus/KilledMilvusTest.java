/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.KilledSteps;
import io.embark.job.sink.WriteMode;
import io.embark.spark.OwnJvm;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed while it asks Milvus Lite for a change, some of them by default, is made whole by the next one. */
@Tag("milvus")
class KilledMilvusTest {
    /** Starts fast; nothing here runs for long. */
    private static final Map<String, String> JAVA =
            Map.of("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    private static final String COLLECTION = "killed";

    private final SparkSession spark = SharedSpark.session();
    private final MilvusServer server = MilvusServer.ofTests();

    @TempDir
    Path folder;

    @Test
    void theNextRunBringsEachRowOnceWhereverOneWasKilled() throws Exception {
        server.drop(COLLECTION);
        OwnJvm.Ended whole = run(0);
        assertThat(whole.exitValue()).as(String.join("\n", whole.lines())).isZero();
        List<String> steps = MilvusRun.steps(whole.lines().stream());
        assertThat(steps).contains("CreateCollection", "CreateIndex", "rows", "commit");
        Map<Long, List<Float>> all = MilvusRun.vectors(MilvusRun.rows(spark));

        List<String> seen = new ArrayList<>();
        for (int step :
                KilledSteps.some(IntStream.rangeClosed(1, steps.size()).boxed().toList())) {
            server.drop(COLLECTION);
            OwnJvm.Ended ended = run(step);
            assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(MilvusRun.KILLED);
            seen.add("%s in %s".formatted(found(all), steps.get(step - 1)));

            MilvusRun.write(spark, server.request(COLLECTION, WriteMode.APPEND, MilvusRun.BATCHES), () -> {});
            assertThat(MilvusRun.vectors(server.rows(spark, COLLECTION)))
                    .as("after a kill in step %s, %s", step, steps.get(step - 1))
                    .isEqualTo(all);
        }
        server.drop(COLLECTION);
        Files.createDirectories(Path.of("target/proofs/milvus"));
        Files.writeString(
                Path.of("target/proofs/milvus/kills.txt"),
                "%s kills left %s; the next run brought each row once%n"
                        .formatted(seen.size(), String.join(", ", seen)));
    }

    /** How much a reader finds, all of it right. */
    private String found(Map<Long, List<Float>> all) {
        if (!server.has(COLLECTION)) {
            return "nothing";
        }
        if (!server.isLoaded(COLLECTION)) {
            return "a collection that cannot be read yet";
        }
        Map<Long, List<Float>> there = MilvusRun.vectors(server.rows(spark, COLLECTION));
        assertThat(all).containsAllEntriesOf(there);
        return "%s rows".formatted(there.size());
    }

    private OwnJvm.Ended run(int step) throws Exception {
        return OwnJvm.runToAnyEnd(
                Files.createDirectories(folder.resolve("log-%s".formatted(step))),
                JAVA,
                MilvusRun.class,
                server.uri(),
                COLLECTION,
                Integer.toString(step));
    }
}

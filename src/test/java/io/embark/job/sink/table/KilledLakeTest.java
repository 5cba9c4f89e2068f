/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.WriteMode;
import io.embark.job.table.TableLabels;
import io.embark.spark.LakeSpark;
import io.embark.spark.OwnJvm;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is killed while it replaces the vectors of a lake's table by another model's leaves no label that lies. */
@Tag("lakes")
class KilledLakeTest {
    private final SparkSession spark = LakeSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"delta", "iceberg"})
    void noLabelLiesWhereverTheRunIsKilled(String format) throws Exception {
        List<Integer> steps = run(format, 0).lines().stream()
                .filter(line -> line.startsWith("step ") && decides(line))
                .map(line -> Integer.parseInt(line.split(" ", 3)[1]))
                .toList();
        assertThat(steps).hasSizeGreaterThan(3);

        Set<String> seen = ConcurrentHashMap.newKeySet();
        OwnJvm.twoAtATime(steps, step -> {
            OwnJvm.Ended ended = run(format, step);
            assertThat(ended.exitValue()).as(String.join("\n", ended.lines())).isEqualTo(KilledLakeWrite.KILLED);
            seen.add(checkAfter(format, step));
        });
        assertThat(seen).contains("old of old", "new of new");
        Files.createDirectories(Path.of("target/lakes"));
        Files.writeString(
                Path.of("target/lakes/kills.txt"),
                "%s: %s kills between the commits of an overwrite by another model left %s%n"
                        .formatted(
                                format,
                                steps.size(),
                                String.join(", ", seen.stream().sorted().toList())),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Commits of both formats end with files of metadata; what was written before them counts for nobody. */
    private static boolean decides(String line) {
        boolean ofLog = line.matches("step \\d+ (create|rename) .*/_delta_log/.*json.*") && !line.contains(".crc");
        boolean ofIceberg = line.matches("step \\d+ rename .*/metadata/.*");
        return ofLog || ofIceberg;
    }

    private OwnJvm.Ended run(String format, int step) throws Exception {
        Path place = Files.createDirectories(folder.resolve("%s-%s".formatted(format, step)));
        return OwnJvm.runToAnyEnd(
                Files.createDirectories(folder.resolve("log-%s-%s".formatted(format, step))),
                Map.of(),
                KilledLakeWrite.class,
                format,
                place.toString(),
                Integer.toString(step));
    }

    /** The rows that are there, and what is said of them. */
    private String checkAfter(String format, int step) {
        Path place = folder.resolve("%s-%s".formatted(format, step));
        String catalog = "killed%s".formatted(step);
        KilledLakeWrite.addCatalog(spark, catalog, place);
        String table = format.equals("delta") ? "delta.`%s`".formatted(place.resolve("t")) : catalog + ".db.t";
        String rows = rows(table);
        StructField column = TableLabels.labelled(spark.table(table)).schema().apply("embedding");
        Optional<String> label = EmbeddingMetadata.of(column).map(EmbeddingMetadata::fingerprint);
        Optional<String> unsettled = TableLabels.unsettled(column);
        if (label.isPresent()) {
            assertThat(label).as("step %s", step).contains(rows);
        } else {
            assertThat(unsettled).as("step %s", step).contains("old or new");
        }

        KilledLakeWrite.write(
                spark,
                KilledLakeWrite.request(format, catalog, place, WriteMode.OVERWRITE),
                KilledLakeWrite.ROWS,
                KilledLakeWrite.NEW);
        assertThat(rows(table)).isEqualTo(KilledLakeWrite.NEW);
        assertThat(EmbeddingMetadata.of(TableLabels.labelled(spark.table(table))
                                .schema()
                                .apply("embedding"))
                        .map(EmbeddingMetadata::fingerprint))
                .contains(KilledLakeWrite.NEW);
        return "%s of %s".formatted(rows, label.orElseGet(unsettled::get));
    }

    private String rows(String table) {
        Dataset<Row> read = spark.table(table);
        List<Long> ids = new ArrayList<>(read.select("id").collectAsList().stream()
                .map(row -> row.getLong(0))
                .toList());
        ids.sort(null);
        List<Long> old = LongStream.range(0, KilledLakeWrite.ROWS).boxed().toList();
        List<Long> fresh = LongStream.range(KilledLakeWrite.ROWS, 2 * KilledLakeWrite.ROWS)
                .boxed()
                .toList();
        assertThat(ids).isIn(old, fresh);
        return ids.equals(old) ? KilledLakeWrite.OLD : KilledLakeWrite.NEW;
    }
}

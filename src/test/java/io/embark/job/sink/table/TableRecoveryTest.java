/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a killed run leaves of a table, in a catalog and in its folders, is settled. */
class TableRecoveryTest {
    /** A run on another host. */
    private static final String OWNER = "00000000_1_1_00000000";

    private static final long OLD = 3;
    private static final long NEW = 5;

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @BeforeEach
    void createDatabase() {
        spark.sql("CREATE DATABASE killed LOCATION '%s'".formatted(folder.resolve("db")));
    }

    @AfterEach
    void dropDatabase() {
        spark.sql("DROP DATABASE killed CASCADE");
    }

    /**
     * @param tables the tables of the catalog: the target, the unfinished and the replaced one, each old or new
     * @param moved the folder that lies where another table would have it
     * @param left the rows of the target afterwards; 0 if there is none
     */
    @ParameterizedTest
    @CsvSource({
        "n:new,             , 0",
        "n:new,         n t, 0",
        "t:old n:new,       , 3",
        "t:old n:new,   t o, 3",
        "o:old n:new,       , 5",
        "o:old n:new,   n t, 5",
        "o:old n:new,   o t, 5",
        "t:new o:old,       , 5",
        "t:new o:old,   t n, 5",
        "o:old,             , 3",
        "o:old,         o t, 3"
    })
    void aTableIsOldOrNewWhereverTheRunWasKilled(String tables, String moved, long left) throws Exception {
        for (String table : tables.split(" ", -1)) {
            create(table.substring(0, 1), table.endsWith("old") ? OLD : NEW);
        }
        if (moved != null) {
            Files.move(place(moved.substring(0, 1)), place(moved.substring(2)));
        }
        Path hidden = hidden();

        assertThat(recover(false)).singleElement().asString().endsWith("; the next run settles it");
        assertThat(hidden).exists();
        assertThat(recover(true))
                .singleElement()
                .asString()
                .startsWith("table killed.t: the run that was killed here (process 1 of another host) ");
        assertThat(spark.catalog().tableExists("killed.t")).isEqualTo(left > 0);
        if (left > 0) {
            assertThat(spark.table("killed.t").count()).isEqualTo(left);
        }
        assertThat(names()).isEqualTo(left > 0 ? List.of("t") : List.of());
        assertThat(spark.catalog().listTables("killed").where("NOT isTemporary").count())
                .isEqualTo(left > 0 ? 1 : 0);
        assertThat(recover(true)).isEmpty();
    }

    @Test
    void aTableThatSomebodyElseMadeMeanwhileIsLeftWithTheOldOne() throws IOException {
        create("t", 1);
        create("n", NEW);
        create("o", OLD);
        hidden();
        List<String> before = names();

        assertThat(recover(true))
                .containsExactly(
                        "table killed.t: the run that was killed here (process 1 of another host) had taken the old"
                                + " version away, and somebody else has put another in its place since; compare the two, and move or"
                                + " delete file:%s".formatted(place("o")));
        assertThat(names()).isEqualTo(before);
        Sink sink = TableSinkTest.sink(spark, "killed.t", WriteMode.OVERWRITE);
        assertThatThrownBy(() -> sink.check(
                        spark.range(1).schema(), Source.of(spark.range(1).toDF(), "test", Optional.empty(), true)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("output table killed.t: was left by a killed run in a state that is not clear\n"
                        + "A version of it lies in file:%s.\n".formatted(place("o"))
                        + "Move this back, or delete it if it is not needed, and run it again.");
    }

    @Test
    void whatARunOnAnotherHostStillWritesIsLeftAlone() throws IOException {
        create("n", NEW);
        Path hidden = hidden();
        Files.setLastModifiedTime(hidden, FileTime.from(Instant.now()));

        assertThat(recover(true)).isEmpty();
        Sink sink = TableSinkTest.sink(spark, "killed.t", WriteMode.APPEND);
        assertThatThrownBy(() -> sink.write(spark.range(1).toDF()))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("output table killed.t: is being written by another run\n"
                        + "It is process 1 of another host, which keeps its rows in file:%s until they are complete.\n"
                                .formatted(hidden)
                        + "Wait until it ends. A run that died on another host counts as dead after 5 minutes.");
        assertThat(names()).hasSize(1);
    }

    private List<String> recover(boolean mayWrite) {
        return new Recovery(spark, mayWrite).ofTable("killed.t");
    }

    private void create(String letter, long rows) {
        spark.range(rows).write().saveAsTable("killed." + name(letter));
    }

    private Path place(String letter) {
        return folder.resolve("db").resolve(name(letter));
    }

    private static String name(String letter) {
        return switch (letter) {
            case "t" -> "t";
            case "n" -> "t__embark_unfinished_" + OWNER;
            case "o" -> "t__embark_replaced_" + OWNER;
            default -> throw new IllegalArgumentException(letter);
        };
    }

    /** The mark of a run that gave its last sign long ago. */
    private Path hidden() throws IOException {
        Path hidden = Files.createDirectories(folder.resolve("db/.t.embark-catalog-" + OWNER));
        return Files.setLastModifiedTime(hidden, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("db"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith(".t.embark-catalog-"))
                    .sorted()
                    .toList();
        }
    }
}

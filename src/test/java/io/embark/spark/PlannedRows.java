/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same 20 rows for tests of whole queries, each run twice: once adaptive and with generated code, once neither.
 */
public abstract class PlannedRows {
    private static final String ADAPTIVE = "spark.sql.adaptive.enabled";
    private static final String WHOLE_STAGE = "spark.sql.codegen.wholeStage";
    private static final String GENERATED = "spark.sql.codegen.factoryMode";
    protected static final List<String> WORDS = List.of("a cat", "the dog", "a mat", "the cat sat", "a dog ran");

    @TempDir
    protected static Path folder;

    protected static TinyModel model;
    protected static Dataset<Row> rows;

    protected final SparkSession spark = SharedSpark.session();

    @BeforeAll
    static void writeAModel() {
        model = TinyModel.in(folder.resolve("model"));
        rows = makeRows();
    }

    /** 20 rows, 5 texts, 3 partitions; no part of it can be computed while planning. */
    private static Dataset<Row> makeRows() {
        String words = WORDS.stream()
                .map("'%s'"::formatted)
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        return SharedSpark.session()
                .range(0, 20, 1, 3)
                .selectExpr(
                        // Spark sees no two frames as equal whose rows are known to be sorted.
                        "id + 0 AS id",
                        "id % 2 AS half",
                        "element_at(array(%s), cast(id %% 5 AS int) + 1) AS text".formatted(words),
                        "element_at(array(%s), cast(id %% 3 AS int) + 1) AS other".formatted(words))
                .localCheckpoint();
    }

    @AfterAll
    static void closeTheModel() {
        model.close();
    }

    @AfterEach
    void restoreTheSession() {
        List.of(ADAPTIVE, WHOLE_STAGE, GENERATED).forEach(spark.conf()::unset);
    }

    protected void adapt(boolean adaptive) {
        spark.conf().set(ADAPTIVE, adaptive);
        if (!adaptive) {
            spark.conf().set(WHOLE_STAGE, false);
            spark.conf().set(GENERATED, "NO_CODEGEN");
        }
    }

    /** Runs a frame and makes sure that no call was left where nothing can run it. */
    protected static List<Row> collect(Dataset<Row> rows) {
        List<Row> collected = rows.collectAsList();
        assertThat(Plans.callsLeft(rows)).isZero();
        return collected;
    }

    static List<Long> ids(Dataset<Row> rows) {
        return collect(rows).stream().map(row -> row.getLong(0)).sorted().toList();
    }

    static List<Long> idsWhere(java.util.function.Predicate<String> condition) {
        return Stream.iterate(0L, id -> id + 1)
                .limit(20)
                .filter(id -> condition.test(text(id)))
                .toList();
    }

    static Column first(String column) {
        return model.embed(column).getItem(0);
    }

    /** Between the first components of the second and the third text by size. */
    static float threshold() {
        List<Double> sorted = WORDS.stream()
                .map(text -> (double) model.vector(text)[0])
                .sorted()
                .toList();
        return (float) ((sorted.get(1) + sorted.get(2)) / 2);
    }

    protected static void assertVector(Row row, String column, String text) {
        model.assertVector(Plans.vector(row, row.fieldIndex(column)), text);
    }

    protected static String text(long id) {
        return WORDS.get((int) (id % 5));
    }

    protected static String other(long id) {
        return WORDS.get((int) (id % 3));
    }

    static EmbedOptions options(int dimensions) {
        return model.options().with(EmbedOptions.DIMENSIONS, dimensions);
    }

    static org.assertj.core.data.Offset<Float> within() {
        return org.assertj.core.api.Assertions.within(1e-6f);
    }
}

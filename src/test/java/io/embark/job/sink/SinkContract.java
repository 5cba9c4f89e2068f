/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.job.source.Source;
import io.embark.job.source.SourceRequest;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * What every place holds that can be written to: what its capabilities promise, and that what it cannot do is refused before
 * anything is computed. Rows are {@code id, text, embedding}; {@link #stored} reads them in another way than the sink does.
 */
public abstract class SinkContract {
    /** Numbers that a detour over another type, a text or a rounding would change. */
    private static final float[] DELICATE = {
        0.1f, -0.0f, 1f / 3, Float.MIN_NORMAL, Float.MIN_VALUE, Float.MAX_VALUE, -1.1754942e-38f, 16777215f
    };

    private static final SourceRequest PLAIN = SourceRequest.ALL;

    protected static final int DIMENSION = DELICATE.length;

    protected SparkSession spark() {
        return SharedSpark.session();
    }

    protected abstract SinkKind kind();

    /** The place of this test, the same each time; columns {@code id} are its keys, where it has any. */
    protected abstract SinkRequest place(WriteMode mode);

    /** The rows in the place, with columns {@code id} and {@code embedding} at least; not asked for before there are any. */
    protected abstract Dataset<Row> stored();

    /** Whether anything is in the place, an output without rows included. */
    protected abstract boolean isThere();

    /** Whether a column may be called so. */
    protected boolean takesColumn(String name) {
        return true;
    }

    /** Whether a column may hold such values. */
    protected boolean takesType(DataType type) {
        return true;
    }

    /** Makes way for rows of other columns, where an output that is replaced keeps its own. */
    protected void beforeOtherColumns() {}

    /** Whether a row may be without a vector. */
    protected boolean takesNullVectors() {
        return true;
    }

    /** Whether rows of other columns than those that are there are told before they are written. */
    protected boolean knowsItsColumns() {
        return true;
    }

    protected final Sink sink(WriteMode mode) {
        return kind().open(spark(), place(mode));
    }

    private boolean can(Capability capability) {
        return sink(WriteMode.APPEND).can(capability);
    }

    private boolean replaces() {
        return can(Capability.REPLACES_AT_ONCE) || can(Capability.REPLACES);
    }

    private void assumeCan(Capability capability) {
        assumeTrue(can(capability), () -> "the place has not " + capability);
    }

    /** As a run does. */
    protected final void write(WriteMode mode, Dataset<Row> rows) {
        Sink sink = sink(mode);
        sink.check(rows.schema(), source());
        sink.write(rows);
    }

    private Source source() {
        return Source.of(spark().range(1).toDF(), "test", Optional.empty(), true);
    }

    /** Rows of these ids; the vector of each is its own. */
    protected final Dataset<Row> rows(int from, int to) {
        return rows("m", "f", DIMENSION, from, to);
    }

    private Dataset<Row> rows(String model, String fingerprint, int dimension, int from, int to) {
        StructType schema = new StructType()
                .add("id", DataTypes.LongType, false)
                .add("text", DataTypes.StringType)
                .add(new StructField(
                        "embedding",
                        DataTypes.createArrayType(DataTypes.FloatType, false),
                        true,
                        EmbeddingMetadata.of(model, fingerprint, dimension, EmbedOptions.defaults())
                                .toMetadata()));
        List<Row> rows = IntStream.range(from, to)
                .mapToObj(id -> RowFactory.create((long) id, "text '%s', \"ä\"".formatted(id), vector(id, dimension)))
                .toList();
        return spark().createDataFrame(rows, schema).repartition(3);
    }

    private static float[] vector(int id, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = DELICATE[i % DELICATE.length];
        }
        vector[0] = 0.1f + id;
        return vector;
    }

    private void assertStored(int from, int to) {
        Map<Long, List<Integer>> expected = new HashMap<>();
        for (int id = from; id < to; id++) {
            expected.put((long) id, bits(vector(id, DIMENSION)));
        }
        assertThat(bits(stored())).isEqualTo(expected);
    }

    /** The bits of each vector by id; fails where an id is there twice. */
    protected static Map<Long, List<Integer>> bits(Dataset<Row> rows) {
        return rows.select("id", "embedding").collectAsList().stream()
                .collect(Collectors.toMap(
                        row -> row.getLong(0), row -> row.isNullAt(1) ? List.of() : bits(row.<Float>getList(1))));
    }

    private static List<Integer> bits(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> Float.floatToRawIntBits(vector[i]))
                .toList();
    }

    private static List<Integer> bits(List<Float> vector) {
        return vector.stream().map(Float::floatToRawIntBits).toList();
    }

    @Test
    void makesAnOutputThatIsNotThere() {
        if (!can(Capability.CREATES)) {
            assertRefused(WriteMode.APPEND, rows(0, 5));
            return;
        }

        write(WriteMode.ERROR, rows(0, 5));
        assertStored(0, 5);
    }

    @Test
    void leavesAnOutputThatExistsAlone() {
        assumeCan(Capability.CREATES);
        write(WriteMode.ERROR, rows(0, 5));

        assertThatThrownBy(() -> write(WriteMode.ERROR, rows(0, 7)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageContaining(": exists\n");
        assertStored(0, 5);
    }

    @Test
    void addsRows() {
        write(WriteMode.APPEND, rows(0, 5));
        if (!can(Capability.APPENDS)) {
            assertRefused(WriteMode.APPEND, rows(5, 9));
            return;
        }

        write(WriteMode.APPEND, rows(5, 9));
        assertStored(0, 9);
    }

    @Test
    void putsARowInThePlaceOfTheOneWithItsKey() {
        assumeCan(Capability.UPDATES_BY_KEY);
        write(WriteMode.APPEND, rows(0, 5).withColumn("text", functions.lit("old")));
        write(WriteMode.APPEND, rows(3, 7));

        assertStored(0, 7);
        assertThat(stored().where("text = 'old'").count()).isEqualTo(3);
    }

    @Test
    void replacesAllRows() {
        write(WriteMode.APPEND, rows(0, 5));
        if (!replaces()) {
            assertRefused(WriteMode.OVERWRITE, rows(10, 13));
            assertStored(0, 5);
            return;
        }

        write(WriteMode.OVERWRITE, rows(10, 13));
        assertStored(10, 13);
    }

    private void assertRefused(WriteMode mode, Dataset<Row> rows) {
        assertThatThrownBy(() -> sink(mode).check(rows.schema(), source()))
                .isInstanceOfSatisfying(EmbarkException.class, e -> assertThat(e.code())
                        .isIn(ErrorCode.OUTPUT_INVALID, ErrorCode.OPTION_INVALID));
    }

    /** Elsewhere a part of its rows may be there; where they go by their keys, the next run brings the rest. */
    @Test
    void aRunThatFailsHalfWayLeavesWhatWasThere() {
        assumeCan(Capability.ALL_OR_NOTHING);
        assertThatThrownBy(() -> write(WriteMode.ERROR, failing())).hasStackTraceContaining("half-way");
        assertThat(isThere())
                .as("nothing is left of a run that made the output")
                .isFalse();

        write(WriteMode.APPEND, rows(0, 5));
        assertThatThrownBy(() -> write(WriteMode.APPEND, failing())).hasStackTraceContaining("half-way");
        assertStored(0, 5);
        if (replaces()) {
            assertThatThrownBy(() -> write(WriteMode.OVERWRITE, failing())).hasStackTraceContaining("half-way");
            assertStored(0, 5);
        }
    }

    private Dataset<Row> failing() {
        return rows(10, 40).where(functions.expr("IF(id = 39, raise_error('half-way') IS NULL, true)"));
    }

    @Test
    void keepsARowWithoutAVector() {
        Dataset<Row> rows = rows(0, 5).withColumn("embedding", functions.expr("IF(id = 3, null, embedding)"));
        Dataset<Row> labelled = rows.select(
                functions.col("id"),
                functions.col("text"),
                functions
                        .col("embedding")
                        .as("embedding", rows(0, 1).schema().apply("embedding").metadata()));
        if (!takesNullVectors()) {
            assertThatThrownBy(() -> write(WriteMode.APPEND, labelled)).hasStackTraceContaining("null");
            return;
        }

        write(WriteMode.APPEND, labelled);
        assertThat(bits(stored())).hasSize(5).containsEntry(3L, List.of());
    }

    @Test
    void writesNoRowsToo() {
        assumeCan(Capability.CREATES);
        write(WriteMode.ERROR, rows(0, 0));
        assertThat(isThere()).as("an output without rows is one").isTrue();
        assertThat(stored().count()).isZero();

        write(WriteMode.APPEND, rows(0, 5));
        write(WriteMode.APPEND, rows(0, 0));
        assertStored(0, 5);
        if (replaces()) {
            write(WriteMode.OVERWRITE, rows(0, 0));
            assertThat(stored().count()).isZero();
        }
    }

    @Test
    void keepsWhichModelTheVectorsComeFromIfItSaysSo() {
        write(WriteMode.APPEND, rows(0, 5));
        Sink sink = sink(WriteMode.APPEND);
        assumeTrue(sink.searchWords().contains("--table"), "the place is not found by its name alone");

        Optional<String> fingerprint =
                EmbeddingMetadata.columns(Source.pathOrTable(spark(), sink.reference(), PLAIN)
                                .rows()
                                .schema())
                        .stream()
                        .flatMap(column -> EmbeddingMetadata.of(column).stream())
                        .map(EmbeddingMetadata::fingerprint)
                        .findFirst();
        assertThat(fingerprint).isEqualTo(can(Capability.KEEPS_METADATA) ? Optional.of("f") : Optional.empty());
    }

    @Test
    void keepsTypesIfItSaysSoAndRefusesTheRestByName() {
        List<String> kept = new ArrayList<>(List.of("id", "embedding"));
        for (String column : List.of("CAST(id AS INT) AS number", "DATE'2026-01-02' AS day", "1.50BD AS price")) {
            Dataset<Row> rows = rows(0, 5).selectExpr("id", "embedding", column);
            StructField field = rows.schema().apply(2);
            if (takesType(field.dataType())) {
                kept.add(column);
            } else {
                assertThatThrownBy(() -> sink(WriteMode.APPEND).check(rows.schema(), source()))
                        .isInstanceOf(EmbarkException.class)
                        .hasMessageContaining("'%s'".formatted(field.name()));
            }
        }
        Dataset<Row> typed = rows(0, 5).selectExpr(kept.toArray(String[]::new));
        write(WriteMode.APPEND, typed);

        Set<String> types = types(typed.schema());
        assertThat(types(stored().schema()).containsAll(types)).isEqualTo(can(Capability.KEEPS_TYPES));
    }

    private static Set<String> types(StructType schema) {
        return IntStream.range(0, schema.length())
                .mapToObj(i -> schema.apply(i))
                .map(field -> field.name() + " " + field.dataType().simpleString())
                .collect(Collectors.toSet());
    }

    @Test
    void givesBackTheBitsThatWereWritten() {
        write(WriteMode.APPEND, rows(0, 5));
        assumeCan(Capability.READS_BACK);

        assertThat(bits(sink(WriteMode.APPEND).read(rows(0, 1).schema()))).isEqualTo(bits(rows(0, 5)));
    }

    @Test
    void refusesToAddOtherColumnsOrTypes() {
        write(WriteMode.APPEND, rows(0, 5));
        assumeCan(Capability.APPENDS);
        assumeTrue(knowsItsColumns(), "nobody can ask the place for its columns");

        assertRefused(WriteMode.APPEND, rows(5, 9).drop("text"));
        assertRefused(WriteMode.APPEND, rows(5, 9).withColumn("more", functions.lit(1)));
        if (can(Capability.KEEPS_TYPES)) {
            assertRefused(WriteMode.APPEND, rows(5, 9).withColumn("text", functions.lit(1)));
        }
        assertStored(0, 5);
    }

    @Test
    void refusesToAddVectorsOfAnotherModelOrLength() {
        write(WriteMode.APPEND, rows(0, 5));
        assumeCan(Capability.APPENDS);
        assumeCan(Capability.KEEPS_METADATA);

        assertRefused(WriteMode.APPEND, rows("m2", "f2", DIMENSION, 5, 9));
        assertRefused(WriteMode.APPEND, rows("m", "f", DIMENSION / 2, 5, 9));
        assertStored(0, 5);
    }

    @Test
    void takesColumnsOfAnyNameOrRefusesThemByName() {
        for (String name : List.of("a.b", "a b", "a`b", "ä", "select")) {
            Dataset<Row> rows = rows(0, 5).withColumnRenamed("text", name);
            beforeOtherColumns();
            if (takesColumn(name)) {
                write(replaces() ? WriteMode.OVERWRITE : WriteMode.APPEND, rows);
                assertStored(0, 5);
                assertThat(stored().columns()).contains(name);
                assertThat(stored().select(functions.col("`%s`".formatted(name.replace("`", "``"))))
                                .distinct()
                                .count())
                        .isEqualTo(5);
            } else {
                assertThatThrownBy(() -> sink(WriteMode.APPEND).check(rows.schema(), source()))
                        .isInstanceOf(EmbarkException.class)
                        .hasMessageContaining(name);
            }
        }
    }

    /** Two that begin at the same moment may both be refused. */
    @Test
    void eachOfTwoRunsAtOnceIsThereWholeOrRefused() throws Exception {
        assumeTrue(can(Capability.ALL_OR_NOTHING) || can(Capability.UPDATES_BY_KEY), "runs may be in each other's way");
        write(WriteMode.APPEND, rows(0, 5));
        assumeCan(Capability.APPENDS);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Callable<Boolean>> runs = List.of(() -> appended(10, 20), () -> appended(30, 40));
            List<Boolean> done = new ArrayList<>();
            for (Future<Boolean> run : threads.invokeAll(runs)) {
                done.add(run.get());
            }

            Map<Long, List<Integer>> expected = bits(rows(0, 5));
            expected.putAll(done.get(0) ? bits(rows(10, 20)) : Map.of());
            expected.putAll(done.get(1) ? bits(rows(30, 40)) : Map.of());
            assertThat(bits(stored())).isEqualTo(expected);
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean appended(int from, int to) {
        try {
            write(WriteMode.APPEND, rows(from, to));
            return true;
        } catch (EmbarkException e) {
            return false;
        }
    }
}

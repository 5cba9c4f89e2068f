/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.LongText;
import io.embark.OnError;
import io.embark.encode.Count;
import io.embark.encode.NastyTexts;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.VectorValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One new column: its vectors, the columns beside it, and what is refused. */
class EmbedColumnTest {
    private static final StructType ID_AND_TEXT =
            new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);

    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private final SparkSession spark = SharedSpark.session();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void givesTheVectorsOfTheEmbedderInTheOrderOfTheRows(int partitions) {
        List<String> texts = new ArrayList<>(List.of("a cat", "the dog sat on the mat", "a cat", "unheard of words"));
        texts.add(null);
        texts.addAll(NastyTexts.all());
        texts.add(null);
        List<Row> rows = frame(texts)
                .repartitionByRange(partitions, functions.col("id"))
                .withColumn("emb", model.embed("text"))
                .collectAsList();

        assertThat(rows).hasSameSizeAs(texts);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(rows.get(i).getLong(0)).isEqualTo(i);
            model.assertVector(Plans.vector(rows.get(i), 2), asSparkKeepsIt(texts.get(i)));
        }
    }

    @Test
    void givesTheVectorsOfTheBundledModel() {
        List<String> texts = List.of("A cat sits on the mat.", "", "\uD83D\uDE00 caf\u00e9", "A cat sits on the mat.");
        List<Row> rows = frame(texts)
                .withColumn("emb", EmbarkFunctions.embed(functions.col("text")))
                .collectAsList();

        try (io.embark.encode.Embedder embedder = io.embark.encode.Embedder.open(EmbedOptions.defaults())) {
            float[][] expected = embedder.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(Plans.vector(rows.get(i), 2)).hasSize(384);
                assertThat(Plans.isClose(Plans.vector(rows.get(i), 2), expected[i]))
                        .isTrue();
            }
        }
    }

    @Test
    void leavesColumnsOfEveryTypeAsTheyAre() {
        Dataset<Row> input = spark.range(0, 40, 1, 3)
                .selectExpr(
                        "id",
                        "concat('the cat ', id % 3) AS text",
                        "named_struct('a', id, 'b', named_struct('c', array(id, null), 'd', cast(null AS string))) AS nested",
                        "array(array(concat('x', id)), null, array()) AS arrays",
                        "map('k', array(id), concat('l', id), null) AS map",
                        "cast(id AS decimal(38, 18)) / 7 AS wide_decimal",
                        "cast(id AS decimal(9, 2)) AS decimal",
                        "timestamp_millis(id * 1000003) AS at",
                        "cast(timestamp_millis(id * 1000003) AS timestamp_ntz) AS local_at",
                        "date_add(date'1969-12-25', cast(id AS int)) AS day",
                        "cast(concat('bytes', id) AS binary) AS bytes",
                        "make_dt_interval(cast(id AS int)) AS span",
                        "cast(null AS int) AS no_int",
                        "null AS nothing",
                        "cast('NaN' AS double) AS nan",
                        "cast(-0.0 AS float) AS minus_zero",
                        "if(id % 2 = 0, null, id % 4 = 1) AS flag",
                        "cast(id AS byte) AS tiny",
                        "cast(id AS short) AS small",
                        "repeat('long ', cast(id AS int) * 100) AS filler")
                .localCheckpoint();
        Dataset<Row> embedded = input.withColumn("emb", model.embed("text"));

        assertThat(embedded.drop("emb").schema()).isEqualTo(input.schema());
        assertThat(embedded.schema().apply("emb").dataType()).isEqualTo(VectorValue.type(Encoding.FLOAT32));
        List<Row> before = input.collectAsList();
        List<Row> after = embedded.collectAsList();
        assertThat(after).hasSize(40);
        for (int i = 0; i < after.size(); i++) {
            Row row = after.get(i);
            for (int column = 0; column < row.size() - 1; column++) {
                assertThat(row.get(column)).isEqualTo(before.get(i).get(column));
            }
            model.assertVector(Plans.vector(row, row.size() - 1), "the cat " + i % 3);
        }
    }

    @Test
    void bytesThatAreNoTextAreReplacedAsJavaDoes() {
        byte[] broken = {'c', 'a', 't', (byte) 0xC3, ' ', (byte) 0xF0, (byte) 0x9F, (byte) 0x98, ' ', (byte) 0xFF, 'a'};
        Row row = spark.createDataFrame(
                        List.of(RowFactory.create((Object) broken)),
                        new StructType().add("bytes", DataTypes.BinaryType))
                .select(model.embed(functions.col("bytes").cast("string")))
                .head();

        model.assertVector(Plans.vector(row, 0), new String(broken, StandardCharsets.UTF_8));
    }

    @Test
    void aCellOfTenMegabytesIsCutWhereItCannotMatter() {
        String huge = "\uD83D\uDE00 cat ".repeat(1_000_000);
        Dataset<Row> rows = frame(List.of(huge, "a cat")).withColumn("emb", model.embed("text"));
        List<Row> collected = rows.collectAsList();

        model.assertVector(Plans.vector(collected.get(0), 2), huge);
        model.assertVector(Plans.vector(collected.get(1), 2), "a cat");
        assertThat(collected.get(0).getString(1)).isEqualTo(huge);
        assertThat(Plans.sum(rows, Count.TRUNCATED)).isEqualTo(1);
    }

    @Test
    void takesTextsThatAreNoColumn() {
        Row row = spark.range(1)
                .select(
                        model.embed(functions.lit("a cat")),
                        model.embed(functions.lit(null)),
                        model.embed(functions.lit(null).cast("string")),
                        model.embed(functions.concat(functions.lit("a "), functions.lit("dog"))))
                .head();

        model.assertVector(Plans.vector(row, 0), "a cat");
        assertThat(row.isNullAt(1)).isTrue();
        assertThat(row.isNullAt(2)).isTrue();
        model.assertVector(Plans.vector(row, 3), "a dog");
    }

    @Test
    void takesTextsThatDifferFromRunToRun() {
        Dataset<Row> rows = spark.range(0, 20, 1, 3)
                .select(
                        functions.col("id"),
                        model.embed(functions.expr("concat('cat ', cast(rand(7) * 3 AS int))")),
                        model.embed(functions.expr("concat('dog ', spark_partition_id())")),
                        model.embed(functions.expr("concat('mat ', monotonically_increasing_id())")));
        List<Row> expected = spark.range(0, 20, 1, 3)
                .selectExpr(
                        "concat('cat ', cast(rand(7) * 3 AS int))",
                        "concat('dog ', spark_partition_id())",
                        "concat('mat ', monotonically_increasing_id())")
                .collectAsList();

        List<Row> collected = rows.collectAsList();
        for (int i = 0; i < 20; i++) {
            for (int column = 0; column < 3; column++) {
                model.assertVector(
                        Plans.vector(collected.get(i), column + 1),
                        expected.get(i).getString(column));
            }
        }
    }

    @Test
    void refusesAColumnOfAnotherType() {
        Dataset<Row> rows = spark.range(3).selectExpr("id", "array(id) AS numbers", "cast('a' AS binary) AS bytes");

        assertThatThrownBy(() -> rows.select(model.embed("id")))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(
                        "embed takes a text or an array of texts, and id is of type BIGINT. Cast it: embed(CAST(id AS STRING))");
        assertThatThrownBy(() -> rows.select(model.embed("numbers")))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("embed takes a text or an array of texts, and numbers is of type ARRAY<BIGINT>.");
        assertThatThrownBy(() -> rows.withColumn("emb", model.embed("bytes")))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("embed(CAST(bytes AS STRING))");
        assertThatThrownBy(() -> rows.withColumn("emb", model.embed("nowhere")))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("`nowhere` cannot be resolved");
        assertThatThrownBy(() -> EmbarkFunctions.embed(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("text is null");
        assertThatThrownBy(() -> EmbarkFunctions.embed(functions.col("id"), (EmbedOptions) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("options is null");
        assertThatThrownBy(() -> EmbarkFunctions.embed(functions.col("id"), (String) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("model is null");
    }

    @Test
    void showsInPlansOnlyWhatWasChosen() {
        EmbedOptions chosen = EmbedOptions.defaults().with(EmbedOptions.DIMENSIONS, 4);

        assertThat(new EmbedExpression(functions.col("text").expr(), EmbedOptions.defaults()))
                .hasToString("embed('text)");
        assertThat(new EmbedExpression(functions.col("text").expr(), chosen))
                .hasToString("embed('text, {dimensions=4})");
    }

    @Test
    void saysWhetherAVectorCanBeNull() {
        Dataset<Row> rows = spark.range(3).selectExpr("concat('a', id) AS text", "if(id = 1, 'b', null) AS maybe");

        assertThat(nullable(rows, "text", model.options())).isFalse();
        assertThat(nullable(rows, "maybe", model.options())).isTrue();
        assertThat(nullable(rows, "text", model.options().with(EmbedOptions.ON_ERROR, OnError.NULL)))
                .isTrue();
        assertThat(nullable(rows, "text", model.options().with(EmbedOptions.BLANK, BlankText.NULL)))
                .isTrue();
    }

    @Test
    void aRowThatFailsStopsTheQueryOrBecomesNull() {
        EmbedOptions strict = model.options().with(EmbedOptions.LONG_TEXT, LongText.FAIL);
        Dataset<Row> rows = frame(Arrays.asList("a cat", "the dog ".repeat(20), null));

        assertThatThrownBy(() -> rows.select(EmbarkFunctions.embed(functions.col("text"), strict))
                        .collectAsList())
                .hasStackTraceContaining(
                        "io.embark.EmbarkException: text 'the dog the dog the dog the dog the dog ...': too long");
        List<Row> collected = rows.select(
                        EmbarkFunctions.embed(functions.col("text"), strict.with(EmbedOptions.ON_ERROR, OnError.NULL)))
                .collectAsList();
        model.assertVector(Plans.vector(collected.get(0), 0), "a cat");
        assertThat(collected.get(1).isNullAt(0)).isTrue();
        assertThat(collected.get(2).isNullAt(0)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "3, 4", "10, 1", "11, 1", "4096, 1"})
    void aWindowEndsAfterItsRows(int window, long windows) {
        EmbedOptions options = model.options().with(EmbedOptions.WINDOW, window);
        Dataset<Row> rows = spark.range(0, 10, 1, 1)
                .selectExpr("id", "if(id < 0, '', 'a cat') AS text")
                .withColumn("emb", EmbarkFunctions.embed(functions.col("text"), options));

        assertThat(rows.collectAsList())
                .hasSize(10)
                .allSatisfy(row -> model.assertVector(Plans.vector(row, 2), "a cat"));
        // Equal texts are embedded once in each window.
        assertThat(Plans.sum(rows, Count.DISTINCT)).isEqualTo(windows);
        assertThat(Plans.sum(rows, Count.BATCHES)).isEqualTo(windows);
    }

    @Test
    void aWindowEndsWhereItsRowsFillMemory() {
        // Rows of 9 MB: four of them are more than 32 MB.
        Dataset<Row> rows = spark.range(0, 10, 1, 1)
                .selectExpr("'a cat' AS text", "repeat(concat('filler', id), 1350000) AS filler")
                .localCheckpoint()
                .withColumn("emb", model.embed("text"))
                .selectExpr("length(filler)", "emb");

        assertThat(rows.collectAsList()).hasSize(10).allSatisfy(row -> {
            assertThat(row.getInt(0)).isEqualTo(7 * 1_350_000);
            model.assertVector(Plans.vector(row, 1), "a cat");
        });
        assertThat(Plans.sum(rows, Count.DISTINCT)).isEqualTo(3);
    }

    @Test
    void aWindowEndsWhereItsTextsAreLongTogether() {
        // Texts of 5,000 characters: 105 of them are more than 524,288.
        Dataset<Row> rows = spark.range(0, 210, 1, 1)
                .selectExpr("rpad(if(id < 0, '', 'a cat'), 5000, ' sat') AS text")
                .withColumn("emb", model.embed("text"));

        assertThat(rows.collectAsList()).hasSize(210);
        assertThat(Plans.sum(rows, Count.DISTINCT)).isEqualTo(2);
    }

    private Dataset<Row> frame(List<String> texts) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            rows.add(RowFactory.create((long) i, texts.get(i)));
        }
        return spark.createDataFrame(rows, ID_AND_TEXT);
    }

    /** Spark holds UTF-8, in which an unpaired surrogate cannot be written. */
    private static String asSparkKeepsIt(String text) {
        return text == null ? null : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static boolean nullable(Dataset<Row> rows, String column, EmbedOptions options) {
        return rows.withColumn("emb", EmbarkFunctions.embed(functions.col(column), options))
                .schema()
                .apply("emb")
                .nullable();
    }
}

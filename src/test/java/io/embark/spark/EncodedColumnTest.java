/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static io.embark.model.Refusals.assertRefused;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;
import io.embark.encode.Count;
import io.embark.encode.Embedder;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.VectorValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Columns of codes: their types, their values, and that they cost no pass of their own. */
class EncodedColumnTest extends PlannedRows {
    private static final EncodingRanges RANGES =
            EncodingRanges.of(new float[] {-1, -1, -1, -1, -1, -1, -1, -1}, new float[] {1, 1, 1, 1, 1, 1, 1, 1});

    @ParameterizedTest
    @CsvSource({
        "float32, array<float>",
        "int8, array<tinyint>",
        "uint8, array<smallint>",
        "binary, array<tinyint>",
        "ubinary, array<smallint>"
    })
    void theTypeIsKnownBeforeAnythingRuns(String encoding, String type) {
        Dataset<Row> encoded =
                rows.select(EmbarkFunctions.embed(col("text"), encoded(EmbedOptions.ENCODING.parse(encoding)))
                        .as("emb"));

        assertThat(encoded.schema().apply("emb").dataType().simpleString()).isEqualTo(type);
        assertThat(((ArrayType) encoded.schema().apply("emb").dataType()).containsNull())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = Encoding.class, mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
    void givesTheCodesOfTheFloats(Encoding encoding) {
        Dataset<Row> encoded = rows.select(
                col("text"),
                EmbarkFunctions.embed(col("text"), encoded(encoding)).as("emb"));

        try (Embedder embedder = Embedder.open(encoded(encoding))) {
            for (Row row : collect(encoded)) {
                byte[] codes = embedder.embedCodes(List.of(row.getString(0)))[0];
                assertThat(numbers(row, 1)).isEqualTo(numbers(encoding, codes));
                assertThat(numbers(row, 1)).hasSize(encoding.length(8)).isEqualTo(expected(encoding, row.getString(0)));
            }
        }
    }

    @Test
    void callsThatDifferOnlyInTheEncodingRunTheNetworkOnce() {
        Dataset<Row> once = rows.coalesce(1).select(model.embed("text"));
        Dataset<Row> all = rows.coalesce(1)
                .select(Arrays.stream(Encoding.values())
                        .map(encoding -> EmbarkFunctions.embed(col("text"), encoded(encoding)))
                        .toArray(Column[]::new));

        assertThat(collect(once)).hasSize(20);
        assertThat(collect(all)).hasSize(20);
        for (Count counter : List.of(Count.TEXTS, Count.DISTINCT, Count.TOKENS, Count.BATCHES)) {
            assertThat(Plans.sum(all, counter)).as(counter.name()).isEqualTo(Plans.sum(once, counter));
        }
    }

    @Test
    void anArrayOfTextsGivesTheArrayOfTheirCodes() {
        Dataset<Row> encoded = rows.select(
                col("text"),
                EmbarkFunctions.embed(array(col("text"), lit(null)), encoded(Encoding.UBINARY))
                        .as("emb"));

        assertThat(encoded.schema().apply("emb").dataType().simpleString()).isEqualTo("array<array<smallint>>");
        assertThat(collect(encoded)).allSatisfy(row -> {
            List<Object> vectors = row.getList(1);
            assertThat(vectors).hasSize(2).last().isNull();
            assertThat(RowFactory.create(vectors.get(0)).<Short>getList(0))
                    .containsExactly((short) expected(Encoding.UBINARY, row.getString(0))[0]);
        });
    }

    @Test
    void sqlReadsRangesFromAFileOrFromTheText() throws IOException {
        Path file = Files.writeString(folder.resolve("ranges.json"), RANGES.toString());
        rows.createOrReplaceTempView("phrases");
        String call = "embed(text, '%s', map('encoding', 'int8', 'encoding-ranges', '%s'))";
        String path = model.options().get(EmbedOptions.MODEL);
        Dataset<Row> encoded = spark.sql("SELECT text, %s AS a, %s AS b FROM phrases"
                .formatted(call.formatted(path, file), call.formatted(path, RANGES)));
        Files.delete(file);

        assertThat(collect(encoded)).hasSize(20).allSatisfy(row -> {
            assertThat(numbers(row, 1)).isEqualTo(expected(Encoding.INT8, row.getString(0)));
            assertThat(numbers(row, 2)).isEqualTo(numbers(row, 1));
        });
        assertThat(Plans.operators(encoded).get(0).output().size())
                .as("equal ranges are equal calls, wherever they come from")
                .isEqualTo(2);
    }

    @Test
    void rangesThatNobodyNeedsMakeNoOtherCall() {
        EmbedExpression call = (EmbedExpression) EmbarkFunctions.embed(
                        col("text"),
                        model.options().with(EmbedOptions.ENCODING_RANGES, EncodingRanges.inFile("/no/such/file")))
                .expr();

        assertThat(call.options()).isEqualTo(model.options());
    }

    @Test
    void refusesToMeasureWithoutRanges() {
        rows.createOrReplaceTempView("phrases");
        String query = "SELECT embed(text, '%s', map('encoding', 'int8')) FROM phrases"
                .formatted(model.options().get(EmbedOptions.MODEL));

        assertThatThrownBy(() -> spark.sql(query))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("option encoding: int8 needs option encoding-ranges\n")
                .hasMessageContaining("_embark_ranges.json");
    }

    @Test
    void refusesRangesThatCannotBeRead() {
        EmbedOptions options =
                encoded(Encoding.INT8).with(EmbedOptions.ENCODING_RANGES, EncodingRanges.inFile("/no/such/file"));

        assertThatThrownBy(() -> EmbarkFunctions.embed(col("text"), options))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option encoding-ranges: /no/such/file cannot be read\nThere is no such file");
    }

    @Test
    void aPlanDoesNotShowAllRanges() {
        EmbedOptions options = model.options()
                .with(EmbedOptions.ENCODING, Encoding.UINT8)
                .with(EmbedOptions.ENCODING_RANGES, EncodingRanges.of(new float[4096], new float[4096]));

        assertThat(EmbarkFunctions.embed(col("text"), options).expr().toString())
                .hasSizeLessThan(600);
    }

    @Test
    void comparesNoCodesAsIfTheyWereComponents() {
        Dataset<Row> encoded = rows.select(
                EmbarkFunctions.embed(col("text"), encoded(Encoding.BINARY)).as("emb"));

        assertThatThrownBy(() -> encoded.selectExpr("vector_cosine_similarity(emb, emb)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(
                        "and emb is of type ARRAY<TINYINT>. Cast it: CAST(emb AS ARRAY<FLOAT>), unless these"
                                + " are codes of embed, which are no components");
    }

    @Test
    void packedBitsAreComparedBitByBitInSql() {
        Dataset<Row> encoded = rows.select(
                col("text"),
                EmbarkFunctions.embed(col("text"), encoded(Encoding.UBINARY)).as("a"),
                EmbarkFunctions.embed(col("other"), encoded(Encoding.UBINARY)).as("b"));

        for (Row row : collect(encoded.selectExpr(
                "a", "b", "aggregate(zip_with(a, b, (x, y) -> bit_count(x ^ y)), 0, (s, x) -> s + x)"))) {
            assertThat(row.getInt(2)).isEqualTo(Integer.bitCount(numbers(row, 0)[0] ^ numbers(row, 1)[0]));
        }
    }

    @Test
    void aStageOfPipelinesHasTheColumnOfCodes() {
        TextEmbedder stage = new TextEmbedder()
                .setModel(model.options().get(EmbedOptions.MODEL))
                .set(EmbedOptions.ENCODING, Encoding.UBINARY);
        Dataset<Row> encoded = stage.transform(rows);

        assertThat(stage.transformSchema(rows.schema()).apply("embedding").dataType())
                .isEqualTo(encoded.schema().apply("embedding").dataType())
                .isEqualTo(VectorValue.type(Encoding.UBINARY));
        assertRefused(
                () -> stage.setOutputAsVector(true).transform(rows),
                ErrorCode.OPTION_INVALID,
                "option encoding: ubinary gives no vectors of Spark ML",
                "outputAsVector is set, and such vectors hold components, each as a double.",
                "Leave encoding out, or set outputAsVector to false.");
    }

    private static EmbedOptions encoded(Encoding encoding) {
        return model.options()
                .with(EmbedOptions.ENCODING, encoding)
                .with(EmbedOptions.ENCODING_RANGES, encoding.needsRanges() ? RANGES : null);
    }

    /** By the formulas as they are written down, of the vector that the model gives. */
    private static int[] expected(Encoding encoding, String text) {
        float[] vector = model.vector(text);
        boolean signed = encoding == Encoding.INT8 || encoding == Encoding.BINARY;
        int[] codes = new int[encoding.length(8)];
        for (int i = 0; i < 8; i++) {
            if (encoding.isPacked()) {
                codes[0] |= vector[i] > 0 ? 1 << (7 - i) : 0;
            } else {
                codes[i] = (int) Math.floor((vector[i] + 1) / (2 / 255f));
            }
        }
        return Arrays.stream(codes).map(code -> signed ? code - 128 : code).toArray();
    }

    private static int[] numbers(Encoding encoding, byte[] codes) {
        boolean signed = encoding == Encoding.INT8 || encoding == Encoding.BINARY;
        List<Integer> numbers = new ArrayList<>();
        for (byte code : codes) {
            numbers.add(signed ? code : Byte.toUnsignedInt(code));
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] numbers(Row row, int column) {
        return row.<Number>getList(column).stream().mapToInt(Number::intValue).toArray();
    }
}

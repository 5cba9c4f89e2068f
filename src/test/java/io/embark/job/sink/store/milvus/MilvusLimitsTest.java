/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.store.milvus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.store.StoreKind;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is just within the limits of a server is taken by Milvus Lite, and what is beyond them is refused. */
@Tag("milvus")
class MilvusLimitsTest {
    private static final String COLLECTION = "limits";

    private final SparkSession spark = SharedSpark.session();
    private final MilvusServer server = MilvusServer.ofTests();
    private final MilvusServer small = MilvusServer.ofSmallMessages();

    @BeforeEach
    @AfterEach
    void drop() {
        server.drop(COLLECTION);
        small.drop(COLLECTION);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 32_768})
    void vectorsOfTheLeastAndTheMostComponentsAreTaken(int dimension) {
        write(server, rows(3, dimension));

        assertThat(server.rows(spark, COLLECTION)
                        .where("size(embedding) = " + dimension)
                        .count())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32_769})
    void vectorsOfFewerOrMoreAreRefused(int dimension) {
        assertThatThrownBy(() -> check(rows(1, dimension))).hasMessage("""
                collection limits: column 'embedding' has vectors of %s components
                Milvus has vectors of 2 to 32768 components.
                Choose another model or --dimensions.""".formatted(dimension));
    }

    @Test
    void sixtyFourFieldsAreTakenAndNoMore() {
        write(server, rows(1, 2).selectExpr(columns(62)));

        assertThat(server.rows(spark, COLLECTION).columns()).hasSize(64);
        assertThatThrownBy(() -> check(rows(1, 2).selectExpr(columns(63))))
                .hasMessageStartingWith("collection limits: 65 columns are too many\n");
    }

    private static String[] columns(int count) {
        return Stream.concat(Stream.of("*"), IntStream.range(0, count).mapToObj("CAST(1 AS INT) AS c%s"::formatted))
                .toArray(String[]::new);
    }

    /** Two bytes each: Milvus counts bytes of UTF-8. */
    @Test
    void aStringOfAsManyBytesAsAFieldHoldsIsTakenAndNoMore() {
        Dataset<Row> most = rows(1, 2).selectExpr("id", "concat(repeat('ä', 32767), 'x') AS text", "embedding");
        write(server, most);

        assertThat(server.rows(spark, COLLECTION)
                        .where("octet_length(text) = 65535")
                        .count())
                .isEqualTo(1);
        assertThatThrownBy(() -> write(server, rows(1, 2).selectExpr("id", "repeat('ä', 32768) AS text", "embedding")))
                .hasMessage("""
                        column 'text': has 65536 bytes in row id=0
                        The store holds 65535 bytes of UTF-8 there.
                        Leave the column out, or cut it with --sql 'SELECT left(...)'; vectors can be of the whole text all the same.""");
        assertThatThrownBy(() -> write(
                        server,
                        rows(1, 2).selectExpr("id", "'x' AS text", "array(repeat('ä', 32768)) AS words", "embedding")))
                .hasMessageContaining("has no field for column 'words'");
    }

    @Test
    void anArrayOfMoreElementsThanAFieldHoldsIsRefused() {
        write(server, rows(1, 2).selectExpr("*", "array_repeat(1L, 4096) AS numbers"));

        assertThatThrownBy(() -> write(server, rows(1, 2).selectExpr("*", "array_repeat(1L, 4097) AS numbers")))
                .hasStackTraceContaining("row '0' has 4097 elements in field 'numbers'");
    }

    /** Rows of 8 MB are sent together; a server or a host before it may take less. */
    @Test
    void aBatchThatIsGreaterThanAMessageOfTheServerIsSentInParts() {
        write(small, rows(300, 2).selectExpr("id", "repeat('x', 30000) AS text", "embedding"));

        assertThat(small.count(COLLECTION)).isEqualTo(300);
        assertThat(small.rows(spark, COLLECTION, "id in [0, 299]")
                        .where("length(text) = 30000")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aRowThatIsGreaterThanAMessageOfTheServerIsNamed() {
        assertThatThrownBy(() -> write(
                        small,
                        rows(2, 2)
                                .selectExpr(
                                        "id",
                                        "array_repeat(repeat('x', 60000), IF(id = 1, 100, 1)) AS words",
                                        "embedding")))
                .hasStackTraceContaining("milvus collection limits: does not take row id=1")
                .hasStackTraceContaining("leave it out with --where");
    }

    /** Not by their count alone: a hundred thousand long words would fill the memory of a task. */
    @Test
    void arraysOfLongStringsMakeSmallBatches() {
        write(small, rows(40, 2).selectExpr("id", "array_repeat(repeat('x', 50000), 40) AS words", "embedding"));

        assertThat(small.count(COLLECTION)).isEqualTo(40);
    }

    @ParameterizedTest
    @CsvSource({
        "collection, a b, sink-option collection: 'a b' is no name in Milvus",
        "collection, a.b, sink-option collection: 'a.b' is no name in Milvus",
        "collection, 1a, sink-option collection: '1a' is no name in Milvus",
        "database, a-b, sink-option database: 'a-b' is no name in Milvus",
        "max-length, 65536, sink-option max-length: '65536' is not a possible value",
        "batchsize, 10001, sink-option batchsize: '10001' is not a possible value"
    })
    void whatMilvusDoesNotHaveIsRefusedByItsOption(String option, String value, String said) {
        assertThatThrownBy(() -> sink(server, Map.of(option, value))).hasMessageStartingWith(said + "\n");
    }

    @ParameterizedTest
    @CsvSource({"255, true", "256, false"})
    void aNameOf255LettersIsTheLongest(int letters, boolean taken) {
        if (taken) {
            assertThatCode(() -> sink(server, Map.of("collection", "n".repeat(letters))))
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> sink(server, Map.of("collection", "n".repeat(letters))))
                    .hasMessageContaining("are at most 255 long");
        }
    }

    private Dataset<Row> rows(int count, int dimension) {
        EmbeddingMetadata metadata = EmbeddingMetadata.of("m", "f", dimension, EmbedOptions.defaults());
        return spark.range(0, count, 1, 1)
                .select(
                        functions.col("id"),
                        functions
                                .expr("array_repeat(CAST(id + 0.5 AS FLOAT), %s)".formatted(dimension))
                                .as("embedding", metadata.toMetadata()));
    }

    private void check(Dataset<Row> rows) {
        sink(server, Map.of()).check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
    }

    private void write(MilvusServer where, Dataset<Row> rows) {
        Sink sink = sink(where, Map.of());
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private Sink sink(MilvusServer where, Map<String, String> more) {
        return new StoreKind().open(spark, where.request(COLLECTION, WriteMode.APPEND, more));
    }
}

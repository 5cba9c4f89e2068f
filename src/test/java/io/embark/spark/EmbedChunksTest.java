/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.encode.Count;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a model that keeps 10 tokens of a text, of which 8 are the text's own. */
class EmbedChunksTest {
    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private final SparkSession spark = SharedSpark.session();

    /** Texts of 0 to 27 words, every fifth one null; some words are emoji, which no vocabulary here has. */
    @BeforeEach
    void createTexts() {
        spark.range(0, 28, 1, 2)
                .selectExpr(
                        "id",
                        "if(id % 5 = 4, null, array_join(transform(slice(sequence(0L, id), 1, cast(id AS int)),"
                                + " i -> if(i % 3 = 2, '\uD83D\uDE00', 'cat')), ' ')) AS text")
                .createOrReplaceTempView("chunk_texts");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096})
    void aRowForEachChunkTellsWhatItsVectorIsOf(int window) {
        Dataset<Row> rows = spark.sql(
                "SELECT id, chunk, substring(text, chunk_start + 1, chunk_end - chunk_start) AS part, embedding, text"
                        + " FROM chunk_texts LATERAL VIEW inline(embed_chunks(text, '%s', map('window', '%d')))"
                                .formatted(model.options().get(EmbedOptions.MODEL), window)
                        + " AS chunk, chunk_start, chunk_end, embedding ORDER BY id, chunk");

        List<Row> collected = rows.collectAsList();
        assertThat(Plans.callsLeft(rows)).isZero();
        int i = 0;
        for (long id = 0; id < 28; id++) {
            StringBuilder text = new StringBuilder();
            for (int chunk = 0; id % 5 != 4 && chunk < Math.max(1, (id + 7) / 8); chunk++, i++) {
                Row row = collected.get(i);
                assertThat(row.getLong(0)).isEqualTo(id);
                assertThat(row.getInt(1)).isEqualTo(chunk);
                text.append(row.getString(2));
                model.assertVector(Plans.vector(row, 3), row.getString(2));
            }
            if (id % 5 != 4) {
                assertThat(text.toString()).isEqualTo(collected.get(i - 1).getString(4));
            }
        }
        assertThat(i).isEqualTo(collected.size());
    }

    @Test
    void isTheSameInJavaAsInSql() {
        String path = model.options().get(EmbedOptions.MODEL);
        Dataset<Row> java =
                spark.table("chunk_texts").select(EmbarkFunctions.embedChunks(col("text"), model.options()));
        Dataset<Row> sql = spark.sql("SELECT embed_chunks(text, '%s') FROM chunk_texts".formatted(path));

        assertThat(java.collectAsList()).isEqualTo(sql.collectAsList());
        assertThat(java.schema().apply(0).dataType().catalogString())
                .isEqualTo("array<struct<chunk:int,chunk_start:int,chunk_end:int,embedding:array<float>>>");
    }

    @Test
    void countsChunksInTheUi() {
        Dataset<Row> rows = spark.table("chunk_texts")
                .coalesce(1)
                .select(EmbarkFunctions.embedChunks(col("text"), model.options()));
        long chunks = rows.collectAsList().stream()
                .filter(row -> !row.isNullAt(0))
                .mapToInt(row -> row.getList(0).size())
                .sum();

        assertThat(Plans.rowsThrough(rows)).isEqualTo(28);
        assertThat(Plans.sum(rows, Count.CHUNKS)).isEqualTo(chunks).isGreaterThan(40);
        assertThat(Plans.sum(rows, Count.TRUNCATED)).isZero();
    }

    @Test
    void embedsOnlyTheRowsThatAreNeeded() {
        Dataset<Row> rows = spark.sql("SELECT id, inline(embed_chunks(text, '%s')) FROM chunk_texts WHERE id = 27"
                .formatted(model.options().get(EmbedOptions.MODEL)));

        assertThat(rows.collectAsList()).hasSize(4);
        assertThat(Plans.sum(rows, Count.TEXTS)).isEqualTo(1);
    }

    @Test
    void aConstantTextHasChunksToo() {
        Dataset<Row> rows = spark.sql("SELECT size(embed_chunks(repeat('cat ', 20), '%s'))"
                .formatted(model.options().get(EmbedOptions.MODEL)));

        assertThat(rows.first().getInt(0)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"binary, tinyint", "ubinary, smallint"})
    void chunksHaveCodesWhereAnEncodingIsChosen(String encoding, String type) {
        String call =
                "(text, '%s', map('encoding', '%s'))".formatted(model.options().get(EmbedOptions.MODEL), encoding);
        Dataset<Row> rows = spark.sql("SELECT embed_chunks%s AS chunks, embed%s AS whole FROM chunk_texts WHERE id = 3"
                .formatted(call, call));

        assertThat(rows.schema().apply(0).dataType().catalogString()).contains("embedding:array<%s>".formatted(type));
        assertThat(rows.selectExpr("chunks[0].embedding = whole").first().getBoolean(0))
                .isTrue();
    }

    @Test
    void theMeanIsOneVectorOfTheWholeText() {
        EmbedOptions mean = model.options().with(EmbedOptions.LONG_TEXT, LongText.MEAN);
        List<Row> rows = spark.table("chunk_texts")
                .select(col("text"), model.embed("text"), EmbarkFunctions.embed(col("text"), mean))
                .where("id IN (8, 27)")
                .orderBy("id")
                .collectAsList();

        assertThat(Plans.vector(rows.get(0), 2)).isEqualTo(Plans.vector(rows.get(0), 1));
        assertThat(Plans.isClose(Plans.vector(rows.get(1), 2), Plans.vector(rows.get(1), 1)))
                .isFalse();
    }

    @Test
    void refusesChunksWhereATextHasOneVector() {
        assertThatThrownBy(() -> spark.sql("SELECT embed(text, null, map('long-text', 'chunks')) FROM chunk_texts"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("""
                        embed(chunk_texts.text): option long-text: chunks is not for one vector of each text
                        A long text has a vector for each of its chunks.
                        Set long-text to truncate, fail or mean, or get the chunks: with embed_chunks(text) in SQL, \
                        embedChunks in Java.""");
        EmbedOptions chunks = model.options().with(EmbedOptions.LONG_TEXT, LongText.CHUNKS);
        assertThatThrownBy(() -> EmbarkFunctions.embed(col("text"), chunks))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID))
                .hasMessageStartingWith("option long-text: chunks is not for one vector of each text");
    }

    @Test
    void refusesWhatMakesNoChunks() {
        assertThatThrownBy(
                        () -> spark.sql("SELECT embed_chunks(text, null, map('long-text', 'mean')) FROM chunk_texts"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("""
                        embed_chunks(chunk_texts.text): option long-text: mean is not for embed_chunks
                        It gives each chunk of a long text a vector of its own.
                        Leave long-text out, or call embed.""");
        assertThatThrownBy(() -> spark.sql("SELECT embed_chunks(array(text)) FROM chunk_texts"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("embed_chunks takes a text, and array(");
        assertThatThrownBy(() -> spark.sql("SELECT embed_chunks()"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(
                        "Write embed_chunks(text), embed_chunks(text, model) or embed_chunks(text, model, map(");
    }
}

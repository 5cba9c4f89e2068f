/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.BlankText;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.encode.Count;
import io.embark.spark.call.VectorValue;
import io.embark.spark.version.Scala;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many texts in one cell, as a splitter of documents leaves them. */
class EmbedArrayTest {
    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private final SparkSession spark = SharedSpark.session();

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4096})
    void givesAnArrayOfVectorsForAnArrayOfTexts(int window) {
        // No array, none, one, two ... texts, every fourth one null.
        Dataset<Row> rows = chunks(12)
                .withColumn(
                        "emb",
                        EmbarkFunctions.embed(col("texts"), model.options().with(EmbedOptions.WINDOW, window)))
                .withColumn("one", model.embed("text"));

        List<Row> collected = rows.collectAsList();
        assertThat(collected).hasSize(12);
        for (Row row : collected) {
            long id = row.getLong(0);
            model.assertVector(Plans.vector(row, row.fieldIndex("one")), "a cat " + id);
            if (id % 3 == 2) {
                assertThat(row.isNullAt(row.fieldIndex("emb"))).isTrue();
                continue;
            }
            List<scala.collection.Seq<Float>> vectors = row.getList(row.fieldIndex("emb"));
            assertThat(vectors).hasSize((int) id);
            for (int i = 0; i < id; i++) {
                if (i % 4 == 3) {
                    assertThat(vectors.get(i)).isNull();
                } else {
                    model.assertVector(floats(vectors.get(i)), "the dog " + id % 2 + " " + i);
                }
            }
        }
    }

    @Test
    void countsTheTextsOfArrays() {
        Dataset<Row> rows = chunks(12).coalesce(1).select(model.embed("texts"));

        assertThat(rows.collectAsList()).hasSize(12);
        assertThat(Plans.rowsThrough(rows)).isEqualTo(12);
        assertThat(Plans.sum(rows, Count.TEXTS)).isEqualTo(0 + 1 + 3 + 4 + 6 + 7 + 9 + 10);
        assertThat(Plans.sum(rows, Count.NULLS)).isEqualTo(0 + 0 + 0 + 1 + 1 + 1 + 2 + 2);
        // Even rows have the first of the same ten texts, odd ones of the same nine; two of each are null.
        assertThat(Plans.sum(rows, Count.DISTINCT)).isEqualTo(8 + 7);
    }

    @Test
    void embedsArraysOnlyInTheRowsThatNeedThem() {
        Dataset<Row> rows = chunks(12).withColumn("emb", when(col("id").equalTo(4), model.embed("texts")));

        assertThat(rows.filter("size(emb) = 4").count()).isEqualTo(1);
        rows.collectAsList();
        assertThat(Plans.sum(rows, Count.TEXTS)).isEqualTo(4);
    }

    @Test
    void theTypeSaysWhatMayBeNull() {
        Dataset<Row> rows = spark.range(3).selectExpr("array('a', 'b') AS texts", "array('a', null) AS some");
        EmbedOptions leavesOut = model.options().with(EmbedOptions.BLANK, BlankText.NULL);

        assertThat(type(rows, "texts", model.options()))
                .isEqualTo(DataTypes.createArrayType(VectorValue.type(Encoding.FLOAT32), false));
        assertThat(type(rows, "some", model.options()))
                .isEqualTo(DataTypes.createArrayType(VectorValue.type(Encoding.FLOAT32), true));
        assertThat(type(rows, "texts", leavesOut))
                .isEqualTo(DataTypes.createArrayType(VectorValue.type(Encoding.FLOAT32), true));
        assertThat(rows.select(EmbarkFunctions.embed(col("texts"), leavesOut))
                        .schema()
                        .apply(0)
                        .nullable())
                .isFalse();
    }

    private static ArrayType type(Dataset<Row> rows, String column, EmbedOptions options) {
        return (ArrayType) rows.select(EmbarkFunctions.embed(col(column), options))
                .schema()
                .apply(0)
                .dataType();
    }

    private Dataset<Row> chunks(long rows) {
        return spark.range(0, rows, 1, 2)
                .selectExpr(
                        "id",
                        "concat('a cat ', id) AS text",
                        "if(id % 3 = 2, null, transform(slice(sequence(0L, id), 1, cast(id AS int)),"
                                + " i -> if(i % 4 = 3, null, concat('the dog ', id % 2, ' ', i)))) AS texts");
    }

    private static float[] floats(scala.collection.Seq<Float> vector) {
        List<Float> list = Scala.list(vector);
        float[] floats = new float[list.size()];
        IntStream.range(0, floats.length).forEach(i -> floats[i] = list.get(i));
        return floats;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.VectorValue;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code embed} called by its name. */
class SqlFunctionTest extends PlannedRows {
    private static final String DESCRIBE = "DESCRIBE FUNCTION EXTENDED embed";

    @BeforeEach
    void nameTheRows() {
        rows.createOrReplaceTempView("phrases");
    }

    @Test
    void isCalledFromSqlWithAModel() {
        List<Row> found = collect(sql("SELECT text, embed(text, '%s') AS emb FROM phrases"));

        assertThat(found).hasSize(20).allSatisfy(row -> assertVector(row, "emb", row.getString(0)));
    }

    @Test
    void givesTheVectorsOfTheBundledModelWhereNoneIsNamed() {
        Dataset<Row> bundled = sql("SELECT embed('a cat') AS a, embed('a cat', null) AS b, embed('a cat',"
                + " 'all-MiniLM-L6-v2') AS c, embed('a cat', null, null) AS d");
        Row row = collect(bundled).get(0);

        try (io.embark.encode.Embedder embedder = io.embark.encode.Embedder.open(EmbedOptions.defaults())) {
            float[] expected = embedder.embed(List.of("a cat"))[0];
            for (int i = 0; i < 4; i++) {
                assertThat(Plans.isClose(Plans.vector(row, i), expected)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "map('dimensions', '3', 'normalize', 'true')",
                "map('dimensions', 3, 'normalize', 'true')",
                "map('dimensions', 3, 'normalize', 'true', 'window', null)",
                "map('dimensions', 3S, 'normalize', 'true', 'model', '/nowhere')",
                "map_from_arrays(array('dimensions', 'normalize'), array('3', 'TRUE'))",
                "str_to_map('dimensions:3,normalize:true')",
                "map(concat('dimen', 'sions'), 1 + 2, 'normalize', string(1 = 1))"
            })
    void takesOptionsInAMapOfAnyConstants(String options) {
        EmbedOptions expected = options(3).with(EmbedOptions.NORMALIZE, true);
        EmbedExpression call = call(sql("SELECT embed(text, '%s', " + options + ") FROM phrases"));

        assertThat(call.options()).isEqualTo(expected);
    }

    @Test
    void isCalledByNameFromAColumn() {
        String path = model.options().get(EmbedOptions.MODEL);
        Column three = map(lit("dimensions"), lit(3));
        Dataset<Row> named = rows.select(
                col("text"),
                call_function("embed", col("text"), lit(path)).as("emb"),
                expr("EMBED(text, '%s')".formatted(path)).as("same"),
                call_function("embed", col("text"), lit(path), three).as("cut"));

        assertThat(collect(named)).hasSize(20).allSatisfy(row -> {
            assertVector(row, "emb", row.getString(0));
            assertVector(row, "same", row.getString(0));
            assertThat(Plans.vector(row, 3)).hasSize(3);
        });
    }

    @Test
    void isTheSameCallAsFromJava() {
        EmbedExpression fromSql = call(sql("SELECT embed(text, '%s', map('window', '4096')) FROM phrases"));
        EmbedExpression fromJava = call(rows.select(model.embed("text")));

        assertThat(fromSql.canonicalized()).isEqualTo(fromJava.canonicalized());
    }

    @Test
    void isDescribedWithItsUsageAndExamples() {
        String described = String.join(
                "\n",
                spark.sql(DESCRIBE).collectAsList().stream()
                        .map(row -> row.getString(0))
                        .toList());

        assertThat(described)
                .contains(
                        "Function: embed",
                        "Class: io.embark.spark.call.EmbedExpression",
                        "Usage: embed(text[, model[, options]]) - Returns the vector of `text`",
                        "    Arguments:\n      * text - a string or an array of strings.",
                        "    Examples:\n      > SELECT id, embed(body) AS embedding FROM articles;",
                        "    Since: 0.1.0");
    }

    @Test
    void whatItsDescriptionShowsCanBeAnalysed() {
        rows.withColumnRenamed("text", "body").createOrReplaceTempView("articles");
        List<String> examples = spark.sql(DESCRIBE).collectAsList().stream()
                .flatMap(row -> row.getString(0).lines())
                .filter(line -> line.contains("> SELECT"))
                .map(line -> line.replaceFirst(".*> (.*);", "$1"))
                .toList();

        assertThat(examples).hasSize(2);
        for (String example : examples) {
            String here = example.replace("256", "4")
                    .replace("/models/e5", model.options().get(EmbedOptions.MODEL));
            assertThat(spark.sql(here).schema().apply("embedding").dataType())
                    .isEqualTo(VectorValue.type(Encoding.FLOAT32));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            embed()                              | embed: takes 1 to 3 arguments, not 0 | Write embed(text), embed(text, model) or embed(text, model, map('dimensions', '256')).
            embed(text, 'm', null, 1)            | embed(phrases.text): takes 1 to 3 arguments, not 4 | Write embed(text), embed(text, model) or embed(text, model, map('dimensions', '256')).
            embed(text, other)                   | embed(phrases.text): model: phrases.other is not a constant | Write them as literals, or SET spark.embark.<option> for the session.
            embed(text, array('m'))              | embed(phrases.text): model: array('m') is of type ARRAY<STRING> | Write it as a text: '...'.
            embed(text, null, 'window=7')        | embed(phrases.text): options: 'window=7' is of type STRING | Write map('dimensions', '256').
            embed(text, null, map('window', other)) | embed(phrases.text): option window: phrases.other is not a constant | Write them as literals, or SET spark.embark.<option> for the session.
            embed(text, null, map('window', array(1))) | embed(phrases.text): option window: array(1) is of type ARRAY<INT> | Write it as a text: '...'.
            embed(text, null, map(text, '1'))    | embed(phrases.text): key of the options: phrases.text is not a constant | Write them as literals, or SET spark.embark.<option> for the session.
            embed(text, null, map_from_arrays(array('window'), array(other))) | embed(phrases.text): options: map_from_arrays(array('window'), array(phrases.other)) is not a constant | Write them as literals, or SET spark.embark.<option> for the session.
            embed(text, null, map('windows', 7)) | embed(phrases.text): option 'windows' does not exist | Did you mean window?
            embed(text, null, map('window', 0))  | embed(phrases.text): option window: '0' is not a possible value | Set window to one of these, or leave it out for its default (4096).
            embed(text, null, map('window', 7, 'window', 8)) | embed(phrases.text): option window: is given more than once | Keep one of them.
            """)
    void refusesOtherArguments(String call, String problem, String remedy) {
        assertThatThrownBy(() -> spark.sql("SELECT %s FROM phrases".formatted(call)))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith(problem + "\n")
                .hasMessageContaining("\n" + remedy)
                .satisfies(thrown -> assertThat(thrown.getMessage().lines()).hasSize(3))
                .hasCauseInstanceOf(EmbarkException.class);
    }

    @Test
    void anErrorSaysWhereInTheQueryItStands() {
        assertThatThrownBy(() -> spark.sql("SELECT id,\n embed(text, other) FROM phrases"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageEndingWith("for the session.; line 2 pos 1")
                .satisfies(thrown ->
                        assertThat(((EmbarkException) thrown.getCause()).code()).isEqualTo(ErrorCode.OPTION_INVALID));
    }

    private Dataset<Row> sql(String query) {
        return spark.sql(query.replace("%s", model.options().get(EmbedOptions.MODEL)));
    }

    /** The only call in a frame's first operator. */
    private static EmbedExpression call(Dataset<Row> rows) {
        List<EmbedExpression> calls = Plans.calls(rows.queryExecution().analyzed());
        assertThat(calls).hasSize(1);
        return calls.get(0);
    }
}

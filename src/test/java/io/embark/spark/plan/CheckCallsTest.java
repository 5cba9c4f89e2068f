/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.EmbarkExtensions;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.PlannedRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before a query runs, and how. */
class CheckCallsTest extends PlannedRows {
    private static final String IN_LAMBDA = """
            embed(%s): stands in a lambda function
            Texts are embedded many at a time, and a lambda function takes the elements of an array one by one.
            Embed the array as a whole: embed(chunks), or embed(transform(chunks, x -> upper(x))).""";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            transform(split(text, ' '), x -> embed(x))                                   | x
            transform(split(text, ' '), x -> array(embed(concat(x, text))))              | concat(x, text)
            filter(split(text, ' '), word -> embed(upper(word))[0] > 0)                  | upper(word)
            transform(split(text, ' '), x -> embed(transform(split(x, 'a'), y -> concat(y, x)))) | transform(split(x, 'a', -1), lambdafunction(concat(y, x), y))
            aggregate(split(text, ' '), 0f, (sum, word) -> sum + embed(word)[0])         | word
            """)
    void aCallInALambdaIsRefusedWithTheWayToWriteIt(String expression, String text) {
        assertThatThrownBy(() -> rows.selectExpr(expression))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith(IN_LAMBDA.formatted(text));
    }

    @Test
    void aCallInALambdaOfJavaIsRefused() {
        Column words = functions.transform(functions.split(col("text"), " "), word -> model.embed(word));

        assertThatThrownBy(() -> rows.withColumn("emb", words))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(": stands in a lambda function\n");
    }

    @Test
    void theWayToWriteItWorks() {
        spark.conf().set("spark.embark.model", path());
        try {
            Matcher ways = Pattern.compile("embed\\(.*?chunks.*?\\)+").matcher(IN_LAMBDA);
            List<String> calls = ways.results().map(MatchResult::group).toList();
            assertThat(calls).hasSize(2);
            for (String call : calls) {
                List<Row> found = collect(
                        rows.selectExpr("id", "split(text, ' ') AS chunks").selectExpr("id", call));

                assertThat(found).hasSize(20).allSatisfy(row -> assertThat(row.getList(1))
                        .hasSameSizeAs(text(row.getLong(0)).split(" ")));
            }
        } finally {
            spark.conf().unset("spark.embark.model");
        }
    }

    @Test
    void aCallBesideALambdaIsFine() {
        Dataset<Row> best = rows.withColumn("emb", model.embed("text"))
                .selectExpr("text", "aggregate(emb, 0f, (sum, x) -> sum + x) AS sum");

        assertThat(collect(best)).hasSize(20);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '/nowhere', null                    | model /nowhere: no such folder
            'all-MiniLM-L6-v3', null            | model all-MiniLM-L6-v3: no such folder
            '%s', map('prompt-name', 'queri')   | option prompt-name: model model has no prompt 'queri'
            '%s', map('dimensions', 9)          | option dimensions: 9 is more than model model gives
            '%s', map('max-tokens', 100000)     | option max-tokens: 100000 is more than model model takes
            '%s', map('device', 'cpu', 'precision', 'float16') | option precision: float16 is not for CPUs
            """)
    void optionsThatTheModelDoesNotTakeAreRefusedWhenTheQueryIsAnalysed(String options, String problem) {
        String call = "embed(upper(text), %s)".formatted(options.replace("%s", path()));

        assertRefused(() -> rows.selectExpr(call), problem);
        assertRefused(
                () -> rows.where("id < 0").groupBy("half").agg(functions.expr("max(%s[0])".formatted(call))), problem);
        assertRefused(
                () -> rows.where("id IN (SELECT size(%s) FROM VALUES ('a') AS v(text))".formatted(call)), problem);
    }

    @Test
    void aCallOfJavaIsCheckedTheSame() {
        assertRefused(
                () -> rows.select(EmbarkFunctions.embed(functions.upper(col("text")), "/nowhere")),
                "model /nowhere: no such folder");
    }

    @Test
    void aModelIsOpenedOnceInAnApplication() throws IOException {
        Path once = ModelFolderBuilder.in(folder.resolve("once")).write();
        EmbedOptions options = EmbedOptions.defaults().with(EmbedOptions.MODEL, once.toString());
        rows.select(EmbarkFunctions.embed(col("text"), options));
        Files.delete(once.resolve("config.json"));

        assertThat(rows.select(EmbarkFunctions.embed(col("text"), options)).columns())
                .hasSize(1);
        assertThat(rows.select(EmbarkFunctions.embed(col("text"), options.with(EmbedOptions.DIMENSIONS, 2)))
                        .columns())
                .hasSize(1);
    }

    @Test
    void whatFailedIsTriedAgain() {
        Path later = folder.resolve("later");
        Column call = EmbarkFunctions.embed(col("text"), later.toString());
        assertThatThrownBy(() -> rows.select(call)).isInstanceOf(AnalysisException.class);
        ModelFolderBuilder.in(later).write();

        assertThat(rows.select(call).columns()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"transform(split(text, ' '), x -> embed(x))", "embed(text, '/nowhere')"})
    void aRegisteredSessionRefusesWhenItPlans(String call) {
        SparkSession registered = new SparkSession(spark.sparkContext());
        EmbarkExtensions.register(registered);
        Dataset<Row> frame =
                registered.range(3).selectExpr("concat('a ', id) AS text").selectExpr(call);

        assertThatThrownBy(frame::collectAsList)
                .isInstanceOf(AnalysisException.class)
                .hasCauseInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("embed(");
    }

    private static String path() {
        return model.options().get(EmbedOptions.MODEL);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable query, String problem) {
        assertThatThrownBy(query)
                .isInstanceOf(AnalysisException.class)
                .hasMessageMatching("(?s)embed\\(upper\\(.*text\\)\\): \\Q%s\\E\n.*".formatted(problem))
                .extracting(thrown -> ((EmbarkException) thrown.getCause()).code())
                .isIn(ErrorCode.MODEL_NOT_FOUND, ErrorCode.OPTION_INVALID, ErrorCode.DEVICE_MISSING);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.PlannedRows;
import io.embark.spark.Plans;
import io.embark.spark.call.EmbedExpression;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Call, session, default: who chooses first. */
class SparkSettingsTest extends PlannedRows {
    private static final String KEYS = EmbedOptions.all().stream()
            .map(Option::key)
            .reduce((a, b) -> a + ", " + b)
            .map(keys -> keys + ", max-models")
            .orElseThrow();

    @AfterEach
    void takeSettingsBack() {
        EmbedOptions.all().forEach(option -> spark.conf().unset("spark.embark." + option.key()));
        spark.conf().unset("spark.embark.dimension");
    }

    @Test
    void readsWhatStandsBelowItsPrefixAndNothingElse() {
        Map<String, String> conf = Map.of(
                "spark.embark.dimensions", "256",
                "spark.embark.prompt", " a: ",
                "spark.embark.max-models", "3",
                "spark.embarked", "1",
                "spark.sql.shuffle.partitions", "7",
                "embark.window", "8");

        assertThat(SparkSettings.ofSession(conf.entrySet()))
                .isEqualTo(EmbedOptions.parse(Map.of("dimensions", "256", "prompt", " a: ")));
        assertThat(SparkSettings.ofSession(List.of())).isEqualTo(EmbedOptions.defaults());
    }

    @Test
    void leavesTheSettingsOfJobsAsideWhereTheyMayStand() {
        Map<String, String> conf = Map.of("spark.embark.text-column", "body", "spark.embark.window", "7");

        assertThat(SparkSettings.options(conf.entrySet())).isEqualTo(EmbedOptions.parse(Map.of("window", "7")));
    }

    @Test
    void refusesASettingThatDoesNotExist() {
        assertRefused(
                () -> SparkSettings.ofSession(
                        Map.of("spark.embark.dimension", "256").entrySet()),
                ErrorCode.OPTION_UNKNOWN,
                "spark.embark.dimension: option 'dimension' does not exist",
                "The options are %s.".formatted(KEYS),
                "Did you mean spark.embark.dimensions? Take the other one back, in SQL with RESET spark.embark.dimension.");
        assertRefused(
                () -> SparkSettings.ofSession(
                        Map.of("spark.embark.text-column", "body").entrySet()),
                ErrorCode.OPTION_UNKNOWN,
                "spark.embark.text-column: option 'text-column' does not exist",
                "The options are %s.".formatted(KEYS),
                "Take it back, in SQL with RESET spark.embark.text-column, or choose one of these.");
    }

    @Test
    void knowsWhatExecutorsReadByThemselves() {
        assertThat(SparkSettings.ofSession(
                        Map.of("spark.embark.max-models", "2").entrySet()))
                .isEqualTo(EmbedOptions.defaults());
        assertRefused(
                () -> SparkSettings.ofSession(
                        Map.of("spark.embark.max-model", "2").entrySet()),
                ErrorCode.OPTION_UNKNOWN,
                "spark.embark.max-model: option 'max-model' does not exist",
                "The options are %s.".formatted(KEYS),
                "Did you mean spark.embark.max-models? Take the other one back, in SQL with RESET spark.embark.max-model.");
    }

    @Test
    void refusesAValueThatTheOptionDoesNotTake() {
        assertRefused(
                () -> SparkSettings.ofSession(
                        Map.of("spark.embark.window", "ten").entrySet()),
                ErrorCode.OPTION_INVALID,
                "spark.embark.window: option window: 'ten' is not a possible value",
                "It takes 1 to 1048576 rows.",
                "Set window to one of these, or leave it out for its default (4096).");
    }

    @Test
    void theCallOverrulesTheSessionAndTheSessionTheDefault() {
        set("model", model.options().get(EmbedOptions.MODEL));
        set("dimensions", "3");
        rows.createOrReplaceTempView("phrases");
        Row row = collect(spark.sql("SELECT text, embed(text), embed(text, null, map('dimensions', 5)) FROM phrases"))
                .get(0);

        assertThat(Plans.vector(row, 1)).hasSize(3);
        assertThat(Plans.vector(row, 2)).hasSize(5);
        assertThat(options("embed(text, 'all-MiniLM-L6-v2', map('normalize', 'false'))"))
                .isEqualTo(EmbedOptions.parse(Map.of("dimensions", "3")));
    }

    @Test
    void aDefaultSaidByTheCallOverrulesTheSession() {
        set("window", "7");
        set("normalize", "true");
        set("model", "/nowhere");

        assertThat(options(EmbarkFunctions.embed(
                        functions.col("text"),
                        EmbedOptions.parse(
                                Map.of("window", "4096", "normalize", "false", "model", "all-MiniLM-L6-v2")))))
                .isEqualTo(EmbedOptions.defaults());
        assertThat(options("embed(text, 'all-MiniLM-L6-v2', map('window', '4096', 'normalize', 'false'))"))
                .isEqualTo(EmbedOptions.defaults());
    }

    @Test
    void columnsOfJavaReadTheSessionWhenTheyAreMade() {
        Column before = EmbarkFunctions.embed(functions.col("text"));
        set("dimensions", "3");
        Column after = EmbarkFunctions.embed(functions.col("text"), "all-MiniLM-L6-v2");
        set("dimensions", "4");

        assertThat(options(before)).isEqualTo(EmbedOptions.defaults());
        assertThat(options(after)).isEqualTo(EmbedOptions.parse(Map.of("dimensions", "3")));
    }

    @Test
    void eachSessionHasItsOwn() {
        set("dimensions", "3");
        SparkSession other = spark.newSession();
        EmbedOptions there = optionsIn(other.range(1).selectExpr("embed(string(id))"));

        assertThat(there).isEqualTo(EmbedOptions.defaults());
        assertThat(options("embed(text)")).isEqualTo(EmbedOptions.parse(Map.of("dimensions", "3")));
    }

    @Test
    void aThreadWithoutASessionReadsTheDefaultOne() throws Exception {
        set("dimensions", "3");
        EmbedOptions there = CompletableFuture.supplyAsync(() -> {
                    SparkSession.clearActiveSession();
                    return options(EmbarkFunctions.embed(functions.col("text")));
                })
                .get();

        assertThat(there).isEqualTo(EmbedOptions.parse(Map.of("dimensions", "3")));
    }

    @Test
    void aViewFollowsTheSessionThatReadsIt() {
        spark.sql("CREATE TEMPORARY VIEW follows_settings AS SELECT embed('a cat', '%s') AS emb"
                .formatted(model.options().get(EmbedOptions.MODEL)));
        try {
            assertThat(Plans.vector(spark.table("follows_settings").head(), 0)).hasSize(8);
            set("dimensions", "3");
            assertThat(Plans.vector(spark.table("follows_settings").head(), 0)).hasSize(3);
        } finally {
            spark.sql("DROP VIEW follows_settings");
        }
    }

    @Test
    void aWrongSettingIsReportedByTheCall() {
        set("dimension", "256");

        assertThatThrownBy(() -> rows.selectExpr("embed(text)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("embed(text): spark.embark.dimension: option 'dimension' does not exist\n");
        assertThatThrownBy(() -> EmbarkFunctions.embed(functions.col("text")))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("spark.embark.dimension: option 'dimension' does not exist\n");
    }

    private void set(String key, String value) {
        spark.sql("SET spark.embark.%s=%s".formatted(key, value));
    }

    private static EmbedOptions options(String call) {
        return optionsIn(rows.selectExpr(call));
    }

    private static EmbedOptions options(Column call) {
        return ((EmbedExpression) call.expr()).options();
    }

    private static EmbedOptions optionsIn(Dataset<Row> frame) {
        return Plans.calls(frame.queryExecution().analyzed()).get(0).options();
    }
}

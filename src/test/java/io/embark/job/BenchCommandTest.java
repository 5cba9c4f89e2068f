/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Within the session of the tests; executors that the command starts by itself are those of the slow proofs. */
class BenchCommandTest {
    private static final Path SCHEMA = Path.of("src", "site", "resources", "bench.schema.json");

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String model;
    private Path texts;
    private Path report;

    @BeforeEach
    void writeAModelAndTexts() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        texts = folder.resolve("texts.json");
        report = folder.resolve("report");
        Files.write(
                texts,
                IntStream.range(0, 400)
                        .mapToObj(i -> "{\"id\": %s, \"body\": \"a b %s\"}".formatted(i, "c ".repeat(i % 7)))
                        .toList());
    }

    @Test
    void triesSettingsOnTheTextsOfATable() throws IOException {
        Outcome outcome = bench(
                "--input",
                texts.toString(),
                "--report",
                report.toString(),
                "--rows",
                "1000000",
                "--price-per-hour",
                "0.40",
                "--finish-in",
                "1s",
                "--budget",
                "12s",
                "--sweep",
                "batch-tokens,precision");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .startsWith("texts: 400 texts, ")
                .contains("\nexecutors  tasks each  precision  batch-tokens  window  texts  tokens/s  ")
                .contains("\nFastest here: 1 executor of 2 tasks, with ")
                .contains("\nFor each machine like this one: spark-submit --num-executors 1 --executor-cores 2 ")
                .containsPattern("\n1,000,000 rows of texts take .* on one machine and cost .*; .* machines? like this")
                .contains("\nthreads and executors were not tried: the session's own executors embed\n");
        JsonObject json = json(report.resolve("bench.json"));
        new SchemaCheck(json(SCHEMA)).require(json);
        assertThat(json.get("complete").getAsBoolean()).isTrue();
        assertThat(json.get("seconds").getAsDouble()).isLessThan(60);
        assertThat(values(json, "batchTokens")).hasSizeGreaterThan(1).contains("1024");
        assertThat(json.getAsJsonArray("results")).allSatisfy(result -> assertThat(
                        result.getAsJsonObject().get("tokensPerSecond").getAsDouble())
                .isPositive());
        JsonObject forecast = json.getAsJsonArray("forecast").get(0).getAsJsonObject();
        assertThat(forecast.get("cost").getAsDouble())
                .isEqualTo(0.4 * forecast.get("hours").getAsDouble());
        assertThat(forecast.get("machines").getAsLong())
                .isEqualTo((long) Math.ceil(forecast.get("hours").getAsDouble() * 3600));
        assertThat(report.resolve("bench.html"))
                .content()
                .startsWith("<!doctype html>")
                .contains("spark-submit --num-executors 1", "Lengths of texts");

        // The same folder again takes the report of before for one.
        assertThat(bench(
                                "--input",
                                texts.toString(),
                                "--report",
                                report.toString(),
                                "--budget",
                                "5s",
                                "--sweep",
                                "window")
                        .code())
                .isZero();
    }

    @Test
    void withoutInputItTriesThreeLengthsAndPrintsJson() {
        Outcome outcome =
                Outcome.of("bench", "--model", model, "--budget", "5s", "--sweep", "batch-tokens", "--json", "--quiet");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertThat(outcome.err()).isEmpty();
        assertThat(names(json.getAsJsonArray("samples"), "name"))
                .containsExactlyInAnyOrder("glosses", "passages", "long passages");
        assertThat(values(json, "texts")).containsExactlyInAnyOrder("glosses", "passages", "long passages");
        assertThat(json.getAsJsonArray("forecast")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    --budget 10        | option budget: '10' is not a time
                    --finish-in soon   | option finish-in: 'soon' is not a time
                    --sweep everything | option sweep: 'everything' is not among what can be tried
                    --rows 2.5         | option rows: '2.5' is not a number of rows
                    --rows none        | option rows: 'none' is not a number of rows
                    --price-per-hour 0 | option price-per-hour: '0' is not an amount
                    --sample 5         | option sample: '5' is not a possible value
                    --output x         | option 'output' does not exist
                    """)
    void whatSaysNothingIsRefusedBeforeAnythingStarts(String words, String problem) {
        Outcome outcome = bench(words.split(" "));

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(problem);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aTableWithoutTextsIsRefused() throws IOException {
        Files.writeString(texts, "{\"body\": null}\n{\"body\": \" \"}\n{\"body\": null, \"other\": \"a\"}\n");

        Outcome outcome = bench("--input", texts.toString(), "--text-column", "body", "--blank", "null");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "bench: %s has no texts".formatted(texts),
                        "Among the rows that were sampled each text is null or blank.",
                        "Name the column of the texts with --text-column, or leave out --where.");
    }

    @Test
    void aFileThatIsNoReportStays() throws IOException {
        Files.createDirectories(report);
        Files.writeString(report.resolve("bench.html"), "<p>mine</p>");

        Outcome outcome = bench("--input", texts.toString(), "--report", report.toString());

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("bench.html", "no report of a run");
        assertThat(report.resolve("bench.html")).content().isEqualTo("<p>mine</p>");
        assertThat(spark.sparkContext().isStopped()).isFalse();
    }

    private Outcome bench(String... words) {
        return Outcome.of(List.of("bench", "--model", model), words);
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static Set<String> values(JsonObject json, String key) {
        return names(json.getAsJsonArray("results"), key);
    }

    private static Set<String> names(JsonArray all, String key) {
        return StreamSupport.stream(all.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(one -> one.get(key).getAsString())
                .collect(TreeSet::new, Set::add, Set::addAll);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.model.Programs;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchCommandTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String model;

    @BeforeEach
    void writeAnInputAndAModel() throws IOException {
        input = Files.writeString(
                        folder.resolve("in.csv"), "score,text\n7,the cat sat on the mat\n8,a dog ran\n9,\n10,b c d\n")
                .toString();
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "json", "orc"})
    void findsTheTextItself(String format) {
        embed("--output-format", format);
        Outcome outcome = search("a dog ran", "--top", "2", "--model", model);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("score  ").contains("text");
        assertThat(lines.get(1)).startsWith("1.0000").contains("8", "a dog ran");
    }

    @Test
    void takesModelAndOptionsFromTheTable() {
        embed("--dimensions", "4", "--max-tokens", "5");
        Outcome outcome = search("the cat sat on the mat", "--id-column", "score");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("score +score +text");
        assertThat(lines.get(1)).matches("1\\.0000 +7 +the cat sat on the mat");
    }

    /** Of a query that may have 5 tokens only the first words are left, which are a text of the table. */
    @Test
    void aQueryIsAQueryUnlessSomebodySaysOtherwise() throws IOException {
        Files.writeString(Path.of(input), "score,text\n7,the cat sat on the mat\n8,the cat sat\n");
        model = ModelFolderBuilder.in(folder.resolve("asymmetric"))
                .set("sentence_bert_config.json", "query_length", "5")
                .write()
                .toString();
        embed("--task", "document");
        Outcome query = search("the cat sat on the mat", "--top", "1");
        Outcome document = search("the cat sat on the mat", "--top", "1", "--task", "document");

        assertThat(query.code()).as(query.err()).isZero();
        assertThat(query.out().lines().toList().get(1)).matches("1\\.0000 +8 +the cat sat");
        assertThat(document.out().lines().toList().get(1)).matches("1\\.0000 +7 +the cat sat on the mat");
    }

    @Test
    void runsAProgramOnlyForThoseWhoSaySoThemselves() {
        model = ModelFolderBuilder.in(folder.resolve("program"))
                .withoutWeights()
                .write()
                .toString();
        Programs.write(Path.of(model, "model.pt"), Programs.TENSOR);
        embed("--trust-model-code", "true");
        Outcome refused = search("a dog ran");
        Outcome trusting = search("a dog ran", "--trust-model-code", "true");

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines()).hasSize(3);
        assertThat(refused.errorLines().get(0)).isEqualTo(model + ": the only weights are model.pt");
        assertThat(refused.errorLines().get(2)).contains("set trust-model-code to true");
        assertThat(trusting.code()).as(trusting.err()).isZero();
        // The vectors of that program differ in their lengths only.
        assertThat(trusting.out().lines())
                .filteredOn(line -> line.startsWith("1.0000"))
                .hasSize(3);
    }

    @Test
    void readsATableOfTheCatalog() {
        embed();
        spark.read().parquet(output).createOrReplaceTempView("found");
        Outcome outcome = Outcome.of("search", "--table", "found", "--query", "b c d", "--where", "score > 9");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines()).hasSize(2);
    }

    @Test
    void refusesAModelThatChangedSinceTheTableWasEmbedded() throws IOException {
        embed();
        Files.writeString(Path.of(model, "sentence_bert_config.json"), "{\"max_seq_length\": 9}");
        Outcome outcome = search("a");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines()).hasSize(3);
        assertThat(outcome.errorLines().get(0))
                .isEqualTo("model model: is not the one that table %s was embedded with".formatted(output));
    }

    @Test
    void refusesVectorsOfAnotherLength() {
        embed("--output-format", "json", "--dimensions", "4");
        Outcome outcome = search("a", "--model", model);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines().get(0))
                .isEqualTo("table %s: its vectors have 4 components, that of the query 8".formatted(output));
    }

    @ParameterizedTest
    @ValueSource(strings = {"float", "double"})
    void leavesRowsAsideWhoseVectorsCannotBeCompared(String type) {
        spark.sql(
                        "SELECT * FROM VALUES ('whole', array_repeat(1d, 8)), ('short', array(1d)), ('zero', array_repeat(0d, 8)),"
                                + " ('none', null), ('hole', array(1d, null, 1d, 1d, 1d, 1d, 1d, 1d)) AS t(text, embedding)")
                .selectExpr("text", "CAST(embedding AS array<%s>)".formatted(type) + " AS embedding")
                .coalesce(1)
                .write()
                .parquet(output);
        Outcome outcome = search("a", "--model", model);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines()).hasSize(2).last().asString().endsWith("whole");
    }

    @Test
    void refusesATableWithoutVectors() {
        assertRefused("table /nowhere: does not exist", "search", "--table", "/nowhere", "--query", "a");
        assertRefused("table nowhere: does not exist", "search", "--table", "nowhere", "--query", "a");
        Outcome notEmbedded = Outcome.of("search", "--table", input, "--query", "a");
        assertThat(notEmbedded.code()).isEqualTo(2);
        assertThat(notEmbedded.errorLines())
                .containsExactly(
                        "table %s: has no column of vectors".formatted(input),
                        "Its columns are score, text.",
                        "Embed it with embark embed, and search the output.");
        assertRefused(
                "column 'vectors': does not exist",
                "search",
                "--table",
                input,
                "--query",
                "a",
                "--embedding-column",
                "vectors");
        assertRefused(
                "column 'text': holds no vectors but string",
                "search",
                "--table",
                input,
                "--query",
                "a",
                "--embedding-column",
                "text");
        assertRefused("option query: is missing", "search", "--table", input);
    }

    private static void assertRefused(String problem, String... line) {
        Outcome outcome = Outcome.of(line);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines()).hasSize(3);
        assertThat(outcome.errorLines().get(0)).isEqualTo(problem);
    }

    private void embed(String... more) {
        Outcome outcome = Outcome.of(
                List.of(
                        "embed",
                        "--input",
                        input,
                        "--text-column",
                        "text",
                        "--output",
                        output,
                        "--model",
                        model,
                        "--quiet"),
                more);
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private Outcome search(String query, String... more) {
        return Outcome.of(List.of("search", "--table", output, "--query", query), more);
    }
}

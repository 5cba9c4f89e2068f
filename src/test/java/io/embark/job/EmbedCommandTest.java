/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedCommandTest {
    private static final String TABLE = """
            id,title,body
            1,cat,the cat sat on the mat
            2,dog,
            3,cat,"a dog,
            a cat"
            4,mat,the cat sat on the mat
            """;

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String model;

    @BeforeEach
    void writeAnInputAndAModel() throws IOException {
        input = Files.writeString(folder.resolve("in.csv"), TABLE).toString();
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @Test
    void embedsATableAndSaysWhatItDid() throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = embed("--text-column", "body", "--report", report.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Dataset<Row> written = spark.read().parquet(output);
        assertThat(written.columns()).containsExactly("id", "title", "body", "embedding");
        List<Row> rows = written.orderBy("id").collectAsList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(1).isNullAt(3)).isTrue();
        assertThat(vector(rows.get(0))).hasSize(8).isEqualTo(vector(rows.get(3)));
        assertThat(Math.sqrt(vector(rows.get(2)).stream()
                        .mapToDouble(x -> (double) x * x)
                        .sum()))
                .isCloseTo(1, within(1e-5));
        assertThat(EmbeddingMetadata.of(written.schema().apply("embedding"))).hasValueSatisfying(metadata -> {
            assertThat(metadata.model()).isEqualTo("model");
            assertThat(metadata.fingerprint()).hasSize(64);
            assertThat(metadata.dimension()).isEqualTo(8);
            assertThat(metadata.options()).containsEntry("model", model);
        });
        assertThat(written.schema().apply("embedding").metadata().getLong("arrow.fixed-size-list.size"))
                .isEqualTo(8);

        assertThat(outcome.out())
                .startsWith("Embedded 4 rows in ")
                .contains("  texts   4 asked for, 2 computed; 3 embedded, 1 null, 0 truncated, 0 failed\n")
                .contains("  model   model, 8 components, fingerprint ")
                .contains("  output  %s (parquet), column embedding\n".formatted(output))
                .endsWith("Search it: embark search --table '%s' --query \"...\"\n".formatted(output));
        assertThat(outcome.err()).isEqualTo("embark: reading %s\n".formatted(input));

        JsonObject summary = Outcome.summary(report);
        assertThat(summary.keySet())
                .containsExactly(
                        "version",
                        "rows",
                        "texts",
                        "embedded",
                        "nulls",
                        "distinct",
                        "truncated",
                        "chunks",
                        "failed",
                        "tokens",
                        "batches",
                        "seconds",
                        "model",
                        "settings");
        assertThat(number(summary, "version")).isEqualTo(1);
        assertThat(number(summary, "rows")).isEqualTo(4);
        assertThat(number(summary, "embedded")).isEqualTo(3);
        assertThat(number(summary, "nulls")).isEqualTo(1);
        assertThat(number(summary, "distinct")).isEqualTo(2);
        assertThat(number(summary, "tokens")).isEqualTo(8 + 7);
        assertThat(number(summary, "batches")).isPositive();
        assertThat(summary.getAsJsonObject("seconds").keySet()).containsExactly("total", "tokenize", "forward", "wait");
        assertThat(summary.getAsJsonObject("model").get("name").getAsString()).isEqualTo("model");
        assertThat(summary.getAsJsonObject("settings").get("text-column").getAsString())
                .isEqualTo("body");
    }

    @Test
    void embedsSeveralColumns() {
        Outcome outcome = embed("--text-column", "title,body", "--output-format", "orc");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(spark.read().orc(output).columns())
                .containsExactly("id", "title", "body", "embedding_title", "embedding_body");
        assertThat(outcome.out())
                .startsWith("Embedded 4 rows in ")
                .contains("column embedding_title, embedding_body\n")
                .contains(" --embedding-column 'embedding_title' --model '%s' --query ".formatted(model));
    }

    @Test
    void suggestsASearchThatFindsTheVectors() throws IOException {
        String first = embed("--text-column", "body").out();
        String second = Outcome.of(
                        "embed",
                        "--input",
                        output,
                        "--text-column",
                        "body",
                        "--embedding-column",
                        "more",
                        "--output",
                        folder.resolve("it's").toString(),
                        "--model",
                        model)
                .out();

        assertThat(first).endsWith(" search --table '%s' --query \"...\"\n".formatted(output));
        assertThat(second)
                .endsWith(
                        " search --table '%s/it'\\''s' --embedding-column 'more' --query \"...\"\n".formatted(folder));
    }

    @Test
    void readsAQueryAndWritesATable() {
        spark.sql("CREATE DATABASE jobs LOCATION '%s'".formatted(folder.resolve("db")));
        try {
            spark.read()
                    .option("header", true)
                    .option("multiLine", true)
                    .csv(input)
                    .createOrReplaceTempView("articles");
            Outcome outcome = Outcome.of(
                    "embed",
                    "--sql",
                    "SELECT id, upper(body) AS text FROM articles",
                    "--output-table",
                    "jobs.embedded",
                    "--model",
                    model);

            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out()).startsWith("Embedded 4 rows in ");
            assertThat(spark.table("jobs.embedded").columns()).containsExactly("id", "text", "embedding");
            assertThat(EmbeddingMetadata.of(
                            spark.table("jobs.embedded").schema().apply("embedding")))
                    .isPresent();
        } finally {
            spark.sql("DROP DATABASE jobs CASCADE");
        }
    }

    @Test
    void aQueryEmbedsByTheSettingsOfTheSession() {
        spark.conf().set("spark.embark.model", model);
        spark.conf().set("spark.embark.dimensions", "3");
        spark.conf().set("spark.embark.text-column", "body");
        spark.conf().set("spark.embark.source-option.sep", ",");
        try {
            Outcome outcome = Outcome.of(
                    "embed",
                    "--sql",
                    "SELECT 'a cat' AS body, embed('a dog') AS query",
                    "--output",
                    output,
                    "--dimensions",
                    "5");

            assertThat(outcome.code()).as(outcome.err()).isZero();
            Row row = spark.read().parquet(output).head();
            assertThat(row.getList(1)).hasSize(3);
            assertThat(row.getList(2)).hasSize(5);
            assertThat(spark.conf().get("spark.embark.text-column")).isEqualTo("body");
            assertThat(spark.conf().get("spark.embark.source-option.sep")).isEqualTo(",");
        } finally {
            spark.conf().unset("spark.embark.model");
            spark.conf().unset("spark.embark.dimensions");
            spark.conf().unset("spark.embark.text-column");
            spark.conf().unset("spark.embark.source-option.sep");
        }
    }

    @Test
    void aDefaultOnTheCommandLineOverrulesTheSession() {
        spark.conf().set("spark.embark.blank", "null");
        spark.conf().set("spark.embark.prompt", "a dog ");
        try {
            Outcome outcome = embed("--text-column", "body", "--blank", "embed", "--prompt", "");

            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(EmbeddingMetadata.of(
                            spark.read().parquet(output).schema().apply("embedding")))
                    .hasValueSatisfying(metadata -> assertThat(metadata.options())
                            .containsEntry("prompt", "")
                            .doesNotContainKey("blank"));
        } finally {
            spark.conf().unset("spark.embark.blank");
            spark.conf().unset("spark.embark.prompt");
        }
    }

    @Test
    void filtersAndLimits() {
        Outcome outcome = embed("--text-column", "body", "--where", "title = 'cat'", "--limit", "1", "--quiet");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEmpty();
        assertThat(spark.read().parquet(output).count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "orc"})
    void writesAnEmptyTableWithItsColumns(String format) {
        Outcome outcome = embed("--text-column", "body", "--where", "false", "--output-format", format);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith("Embedded 0 rows in ");
        Dataset<Row> written = spark.read().format(format).load(output);
        assertThat(written.columns()).containsExactly("id", "title", "body", "embedding");
        assertThat(written.count()).isZero();
    }

    @Test
    void aRunThatFailsHalfWaySaysWhyAndLeavesTheOldOutput() throws IOException {
        assertThat(embed("--text-column", "body").code()).isZero();
        List<String> before = files();
        Outcome outcome =
                embed("--text-column", "body", "--mode", "overwrite", "--long-text", "fail", "--max-tokens", "7");

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(1);
        assertThat(outcome.errorLines()).hasSize(3).allSatisfy(line -> assertThat(line)
                .doesNotContain("\tat "));
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void namesTheRowsThatFailed() throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = embed(
                "--text-column",
                "body",
                "--long-text",
                "fail",
                "--max-tokens",
                "7",
                "--on-error",
                "null",
                "--id-column",
                "id",
                "--report",
                report.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("1 embedded", "2 failed")
                .contains("Failed rows, by id:\n")
                .contains("  1: more tokens than the limit\n", "  4: more tokens than the limit\n");
        JsonObject failed = JsonParser.parseString(Files.readString(report.resolve("failed.json")))
                .getAsJsonObject();
        assertThat(number(failed, "version")).isEqualTo(2);
        assertThat(failed.get("idColumn").getAsString()).isEqualTo("id");
        assertThat(failed.getAsJsonArray("rows"))
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.getAsJsonObject().keySet()).containsExactly("id", "reason"));
    }

    @Test
    void namesTheRowWhoseTokenTheWeightsLack() throws IOException {
        ModelFolderBuilder builder = ModelFolderBuilder.in(folder.resolve("birds"));
        String tokenizer = builder.content("tokenizer.json").replace("\"2\": 19", "\"2\": 19, \"bird\": 20");
        String birds = builder.file("tokenizer.json", tokenizer).write().toString();
        String rows = "select 7 as id, 'a bird sat' as body union all select 8 as id, 'the cat' as body";
        List<String> embed = List.of("embed", "--sql", rows, "--output", output, "--model", birds);

        Outcome failed = Outcome.of(embed, "--text-column", "body");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains("text 'a bird sat': model birds has no vector for one of its tokens\n")
                .contains("It has token 20 ('bird'), and the model's weights are of 20 tokens.");

        Outcome outcome = Outcome.of(embed, "--text-column", "body", "--on-error", "null", "--id-column", "id");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("1 embedded", "1 failed")
                .contains("Failed rows, by id:\n  7: a token for which the model has no vector\n");
    }

    @Test
    void writesARowForEachChunkOfALongText() throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = embed(
                "--text-column", "body", "--long-text", "chunks", "--max-tokens", "5", "--report", report.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Dataset<Row> written = spark.read().parquet(output);
        assertThat(written.columns())
                .containsExactly("id", "title", "body", "chunk", "chunk_start", "chunk_end", "embedding");
        assertThat(EmbeddingMetadata.of(written.schema().apply("embedding"))).isPresent();
        List<Row> rows = written.selectExpr(
                        "id",
                        "chunk",
                        "substring(body, chunk_start + 1, chunk_end - chunk_start) AS part",
                        "size(embedding) AS size")
                .orderBy("id", "chunk")
                .collectAsList();
        assertThat(rows)
                .extracting(Row::toString)
                .containsExactly(
                        "[1,0,the cat sat,8]",
                        "[1,1, on the mat,8]",
                        "[2,null,null,-1]",
                        "[3,0,a dog,,8]",
                        "[3,1,\na cat,8]",
                        "[4,0,the cat sat,8]",
                        "[4,1, on the mat,8]");

        assertThat(outcome.out()).startsWith("Embedded 7 rows in ").contains("chunks  6\n", "1 null, 0 truncated");
        JsonObject summary = Outcome.summary(report);
        assertThat(summary.get("rows").getAsInt()).isEqualTo(7);
        assertThat(summary.get("chunks").getAsInt()).isEqualTo(6);

        Outcome dryRun = embed(
                "--text-column",
                "body",
                "--long-text",
                "chunks",
                "--max-tokens",
                "5",
                "--dry-run",
                "--mode",
                "overwrite");
        assertThat(dryRun.out())
                .containsPattern("\"the cat sat on the mat\" -> 2 chunks, the first \\[-?0\\.")
                .contains("null -> null");
    }

    @Test
    void refusesChunksThatItCannotName() {
        Outcome two = embed("--text-column", "title,body", "--long-text", "chunks");
        assertThat(two.code()).isEqualTo(2);
        assertThat(two.errorLines())
                .containsExactly(
                        "option long-text: chunks is for one text column, not 2",
                        "Each chunk is a row, and the chunks of one column are none of another's.",
                        "Name one column with --text-column, or set long-text to truncate, fail or mean.");

        Outcome taken = embed("--text-column", "body", "--long-text", "chunks", "--embedding-column", "Chunk");
        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.errorLines())
                .containsExactly(
                        "column 'Chunk': exists already",
                        "The number or the place of the chunk would get the same name.",
                        "Rename it with --sql, or the vectors with --embedding-column.");
    }

    @Test
    void aDryRunShowsThreeRowsAndWritesNothing() {
        Outcome outcome = embed("--text-column", "body", "--id-column", "id", "--dry-run");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("Column  body -> embedding\n")
                .containsPattern("1: \"the cat sat on the mat\" -> \\[-?0\\.\\d{4}, .*\\], norm 1\\.0000\n")
                .contains("2: null -> null\n")
                .contains("3: \"a dog, a cat\" -> ")
                .contains("Output  %s (parquet) can be written\n".formatted(output))
                .endsWith("Dry run: nothing was written.\n");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void anExplanationTellsEachSettingAndThePlan() {
        Outcome outcome = embed("--text-column", "body", "--explain", "--set", "window=7");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("window +7 +--set\n")
                .containsPattern("text-column +body +command line\n")
                .containsPattern("batch-tokens +1024 +default\n")
                .contains("Plan, before rows are counted")
                .contains("FileScan csv");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void aRunInSettingsOfAFile() throws IOException {
        Path config = Files.writeString(folder.resolve("job.conf"), """
                embark {
                  input = "%s"
                  text-column = body
                  output = "%s"
                  output-format = json
                  embedding-column = vector
                  model = "%s"
                }
                """.formatted(input, output, model));
        Outcome outcome = Outcome.of("embed", "--config", config.toString());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(spark.read().json(output).columns()).contains("vector");
    }

    private Outcome embed(String... more) {
        return Outcome.of(List.of("embed", "--input", input, "--output", output, "--model", model), more);
    }

    private static List<Float> vector(Row row) {
        return row.getList(3);
    }

    private static long number(JsonObject summary, String key) {
        return summary.get(key).getAsLong();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run does where texts cannot be embedded: of four texts two are too long, and one is null. */
class FailedRowsTest {
    private static final String TABLE = """
            id,title,body
            1,cat,the cat sat on the mat
            2,dog,
            3,cat,"a dog,
            a cat"
            4,the cat sat on the cat,the cat sat on the mat the mat
            """;

    private static final List<String> TOO_LONG_FAIL =
            List.of("--long-text", "fail", "--max-tokens", "7", "--on-error", "null");

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

    @ParameterizedTest
    @ValueSource(strings = {"2", "50.0 %"})
    void asManyAsAreAllowedMayFail(String limit) {
        Outcome outcome = embed("--max-failed", limit);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("2 failed");
        assertThat(spark.read().parquet(output).where("embedding is null").count())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "49.999 %,49.999%"})
    void moreAreRefusedAndNothingIsWritten(String limit, String shown) throws IOException {
        Path report = folder.resolve("report");
        Outcome outcome = embed("--max-failed", limit, "--report", report.toString());

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "2 of 4 texts could not be embedded, and --max-failed allows " + shown,
                        "Of the first: more tokens than the limit. --id-column names the rows.",
                        "Nothing was written to %s (parquet). Repair these rows or leave them out with --where, or raise"
                                        .formatted(output)
                                + " --max-failed.");
        assertThat(outcome.out()).isEmpty();
        assertThat(names()).containsExactly("in.csv", "model");
    }

    @Test
    void theErrorNamesTheFirstRowsWithTheirReasons() {
        Outcome outcome = embed("--max-failed", "0.1%", "--id-column", "id");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.errorLines().get(1))
                .isEqualTo("The first: id 1: more tokens than the limit; id 4: more tokens than the limit.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overwrite", "append"})
    void anOutputThatWasThereStaysBitForBit(String mode) throws IOException {
        assertThat(embed().code()).isZero();
        String before = FolderState.of(folder.resolve("out"));
        List<String> names = names();

        Outcome outcome = embed("--max-failed", "1", "--mode", mode);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(FolderState.of(folder.resolve("out"))).isEqualTo(before);
        assertThat(names()).isEqualTo(names);

        assertThat(embed("--max-failed", "2", "--mode", mode).code()).isZero();
        assertThat(spark.read().parquet(output).count()).isEqualTo(mode.equals("append") ? 8 : 4);
    }

    /** A database of no arrays takes vectors as bytes. */
    @Test
    void aPlaceThatCommitsByItselfGetsNoRowBeforeAllAreCounted() {
        String url = "jdbc:h2:mem:failed;DB_CLOSE_DELAY=-1";
        List<String> database = List.of(
                "embed",
                "--input",
                input,
                "--model",
                model,
                "--output-format",
                "jdbc",
                "--sink-option",
                "url=" + url,
                "--sink-option",
                "dbtable=t",
                "--vector-type",
                "float16-bytes",
                "--text-column",
                "body",
                "--mode",
                "append");
        List<String> bounded =
                Stream.concat(database.stream(), TOO_LONG_FAIL.stream()).toList();

        Outcome refused = Outcome.of(bounded, "--max-failed", "1", "--id-column", "id");
        assertThat(refused.code()).as(refused.err()).isEqualTo(3);
        assertThat(refused.errorLines())
                .contains("The first: id 1: more tokens than the limit; id 4: more tokens than the limit.")
                .last()
                .asString()
                .startsWith("Nothing was written to jdbc. ");

        Outcome written = Outcome.of(bounded, "--max-failed", "2");
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(written.out())
                .as("each text once")
                .startsWith("Embedded 4 rows in ")
                .contains("  texts   4 asked for, 1 computed; 1 embedded, 1 null, 0 truncated, 2 failed\n");
        assertThat(spark.read()
                        .format("jdbc")
                        .option("url", url)
                        .option("dbtable", "t")
                        .load()
                        .count())
                .isEqualTo(4);
        assertThat(spark.sharedState().cacheManager().isEmpty()).isTrue();
    }

    @Test
    void aTableIntoWhichSparkInsertsGetsNoRowEither() {
        spark.sql(
                "CREATE TABLE failed_rows (id STRING, title STRING, body STRING, embedding ARRAY<FLOAT>) USING parquet"
                        + " PARTITIONED BY (title)");
        try {
            List<String> append = Stream.concat(
                            Stream.of(
                                    "embed",
                                    "--input",
                                    input,
                                    "--model",
                                    model,
                                    "--text-column",
                                    "body",
                                    "--output-table",
                                    "failed_rows",
                                    "--mode",
                                    "append"),
                            TOO_LONG_FAIL.stream())
                    .toList();

            assertThat(Outcome.of(append, "--max-failed", "1").code()).isEqualTo(3);
            assertThat(spark.table("failed_rows").count()).isZero();
            assertThat(Outcome.of(append, "--max-failed", "50%").code()).isZero();
            assertThat(spark.table("failed_rows").count()).isEqualTo(4);
        } finally {
            spark.sql("DROP TABLE failed_rows");
        }
    }

    @Test
    void aColumnHoldsWhyARowHasNoVector() {
        Outcome outcome = embed("--error-column", "why");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Dataset<Row> written = spark.read().parquet(output);
        assertThat(written.columns()).containsExactly("id", "title", "body", "embedding", "why");
        assertThat(rows(written.selectExpr("id", "why", "embedding is null")))
                .containsExactly(
                        "[1,more tokens than the limit,true]",
                        "[2,null,true]",
                        "[3,null,false]",
                        "[4,more tokens than the limit,true]");
        assertThat(outcome.out())
                .as("no text is asked for twice")
                .contains("  texts   4 asked for, 1 computed; 1 embedded, 1 null, 0 truncated, 2 failed\n");
    }

    @Test
    void ofSeveralColumnsTheReasonNamesTheColumn() {
        Outcome outcome = Outcome.of(
                Stream.concat(
                                Stream.of("embed", "--input", input, "--output", output, "--model", model),
                                TOO_LONG_FAIL.stream())
                        .toList(),
                "--text-column",
                "title,body",
                "--error-column",
                "why");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(rows(spark.read().parquet(output).select("id", "why")))
                .containsExactly(
                        "[1,body: more tokens than the limit]",
                        "[2,null]",
                        "[3,null]",
                        "[4,title: more tokens than the limit; body: more tokens than the limit]");
        assertThat(outcome.out()).contains("  texts   8 asked for, ");
    }

    @Test
    void aTextWithoutChunksHasItsReasonToo() {
        Outcome outcome = Outcome.of(
                List.of("embed", "--input", input, "--output", output, "--model", model, "--text-column", "body"),
                "--long-text",
                "chunks",
                "--max-tokens",
                "5",
                "--max-text-characters",
                "25",
                "--on-error",
                "null",
                "--error-column",
                "why");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Dataset<Row> written = spark.read().parquet(output);
        assertThat(written.columns())
                .containsExactly("id", "title", "body", "chunk", "chunk_start", "chunk_end", "embedding", "why");
        assertThat(rows(written.select("id", "chunk", "why")))
                .containsExactly(
                        "[1,0,null]",
                        "[1,1,null]",
                        "[2,null,null]",
                        "[3,0,null]",
                        "[3,1,null]",
                        "[4,null,more than 25 characters]");
        assertThat(outcome.out()).contains("  texts   4 asked for, ").contains("1 failed");
    }

    @Test
    void aBlankTextIsAReasonOnlyWhereItIsRefused() {
        String sql = "select 1 as id, ' ' as body union all select 2, 'a cat'";
        for (String blank : List.of("fail", "null", "embed")) {
            Outcome outcome = Outcome.of(
                    List.of("embed", "--sql", sql, "--output", output, "--model", model, "--mode", "overwrite"),
                    "--text-column",
                    "body",
                    "--blank",
                    blank,
                    "--on-error",
                    "null",
                    "--error-column",
                    "why");

            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(rows(spark.read().parquet(output).select("id", "why")))
                    .containsExactly(blank.equals("fail") ? "[1,blank]" : "[1,null]", "[2,null]");
        }
    }

    @Test
    void textsAreShownOnlyIfThatIsAskedFor() throws IOException {
        String sql = "select 1 as id, repeat('the cat sat ', 20) as body union all select 2, 'a cat'";
        Path report = folder.resolve("report");
        List<String> run = Stream.concat(
                        Stream.of(
                                "embed",
                                "--sql",
                                sql,
                                "--output",
                                output,
                                "--model",
                                model,
                                "--mode",
                                "overwrite",
                                "--text-column",
                                "body",
                                "--id-column",
                                "id",
                                "--report",
                                report.toString()),
                        TOO_LONG_FAIL.stream())
                .toList();

        Outcome hidden = Outcome.of(run);
        assertThat(hidden.code()).as(hidden.err()).isZero();
        assertThat(hidden.out()).contains("Failed rows, by id:\n  1: more tokens than the limit\n");
        JsonObject row = failed(report);
        assertThat(row.keySet()).containsExactly("id", "reason");
        assertThat(hidden.out() + hidden.err() + row).doesNotContain("the cat");

        Outcome shown = Outcome.of(run, "--show-text", "--error-column", "why");
        String start = "the cat sat ".repeat(7).substring(0, 80);
        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("  1: more tokens than the limit: \"%s\"\n".formatted(start));
        assertThat(failed(report).get("text").getAsString()).isEqualTo(start);
        assertThat(failed(report).get("reason").getAsString()).isEqualTo("more tokens than the limit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "1.5", "101%", "100.01%", "%", "1e3", "few", "0.1 percent", "9999999999999999999"})
    void refusesWhatIsNoLimit(String limit) {
        Outcome outcome = embed("--max-failed", limit);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "option max-failed: '%s' is not a possible value".formatted(limit),
                        "It takes a share from 0% to 100%, such as 0.1%, or a number of rows.",
                        "Write --max-failed 0.1% or --max-failed 100.");
        assertThat(names()).containsExactly("in.csv", "model");
    }

    @ParameterizedTest
    @CsvSource({"max-failed,1", "error-column,why", "show-text,"})
    void refusesSettingsOfFailedRowsWhereNoneStays(String setting, String value) {
        List<String> run =
                List.of("embed", "--input", input, "--output", output, "--model", model, "--text-column", "body");
        Outcome outcome = value == null
                ? Outcome.of(run, "--" + setting)
                : Outcome.of(run, "--" + setting, value, "--on-error", "fail");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "option %s: is not heeded without --on-error null".formatted(setting),
                        "The first text that cannot be embedded ends the run, and no row is without a vector.",
                        "Add --on-error null, or leave it out.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Title", "embedding"})
    void refusesAColumnOfReasonsThatIsThere(String column) {
        Outcome outcome = embed("--error-column", column);

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsExactly(
                        "column '%s': exists already".formatted(column.toLowerCase(java.util.Locale.ROOT)),
                        "The reasons why rows have no vector would get the same name.",
                        "Name another column with --error-column.");
    }

    private Outcome embed(String... more) {
        List<String> run = Stream.concat(
                        Stream.of(
                                "embed",
                                "--input",
                                input,
                                "--output",
                                output,
                                "--model",
                                model,
                                "--text-column",
                                "body"),
                        TOO_LONG_FAIL.stream())
                .toList();
        return Outcome.of(run, more);
    }

    private static JsonObject failed(Path report) throws IOException {
        return JsonParser.parseString(Files.readString(report.resolve("failed.json")))
                .getAsJsonObject()
                .getAsJsonArray("rows")
                .get(0)
                .getAsJsonObject();
    }

    private static List<String> rows(Dataset<Row> rows) {
        return rows.orderBy(rows.columns()[0], rows.columns()[1]).collectAsList().stream()
                .map(Row::toString)
                .toList();
    }

    /** What lies in the folder, hidden or not. */
    private List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

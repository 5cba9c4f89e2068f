/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --commit-every} in the modes that compare nothing: the same output, and work that a failed run leaves for the next. */
class StagedRunTest {
    private static final StructType COLUMNS =
            new StructType().add("id", DataTypes.LongType).add("body", DataTypes.StringType);

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void writeASourceAndAModel() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        source(row(1, "the cat sat"), row(2, "the mat"), row(3, null), row(4, "a dog sat on the mat"));
    }

    @Test
    void writesWhatARunWithoutAStageWrites() throws IOException {
        for (List<String> options : List.of(List.<String>of(), List.of("--long-text", "chunks", "--max-tokens", "6"))) {
            Path place = Files.createTempDirectory(folder, "places");
            Path plain = place.resolve("plain");
            Path staged = place.resolve("staged");
            run("error", plain, options);
            JsonObject summary = run("error", staged, with(options, "--commit-every", "1"));

            requireEqual(staged, plain);
            assertThat(summary.get("version").getAsInt()).isEqualTo(1);
            assertThat(summary.get("rows").getAsLong())
                    .isEqualTo(spark.read().parquet(plain.toString()).count());
            for (String mode : List.of("append", "overwrite")) {
                run(mode, plain, options);
                run(mode, staged, with(options, "--commit-every", "1"));
                requireEqual(staged, plain);
            }
            try (Stream<Path> left = Files.list(place)) {
                assertThat(left).containsExactlyInAnyOrder(plain, staged);
            }
        }
    }

    @Test
    void theNextRunTakesWhatAFailedOneEmbedded() throws IOException {
        KeyedIndex.of("staged").clear();
        List<String> index = List.of(
                "--output-format",
                KeyedIndex.class.getName(),
                "--sink-option",
                "index=staged",
                "--commit-every",
                "1",
                "--stage",
                folder.resolve("stage").toString());
        KeyedIndex.full("staged", true);
        Outcome failed = Outcome.of(words("append", index));
        assertThat(failed.err()).contains("the index is full");
        KeyedIndex.full("staged", false);
        Outcome doubted = Outcome.of(words("append", index));
        List<String> said = doubted.errorLines();
        assertThat(said.get(said.size() - 3))
                .isEqualTo("%s: the rows of a run that did not come to its end may be in it"
                        .formatted(KeyedIndex.class.getName()));
        assertThat(said.get(said.size() - 1))
                .isEqualTo(
                        "Look whether they are there: if so, remove that folder; if not, remove the file handed-over in it."
                                + " Then run it again.");
        Outcome done = Outcome.of(words("overwrite", index));

        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.err()).contains("4 rows were embedded by a run that did not come to its end; taken from there");
        assertThat(done.out()).contains("Wrote %s: 4 rows".formatted(KeyedIndex.class.getName()));
        assertThat(Outcome.summary(folder.resolve("report")).get("embedded").getAsLong())
                .isZero();
        assertThat(KeyedIndex.of("staged")).hasSize(4);
    }

    @Test
    void rangesAreNotMadeUpForAPlaceThatKeepsNone() {
        Outcome outcome = Outcome.of(words(
                "append",
                List.of(
                        "--output-format",
                        KeyedIndex.class.getName(),
                        "--sink-option",
                        "index=codes",
                        "--encoding",
                        "int8",
                        "--commit-every",
                        "1")));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("option encoding: int8 needs ranges");
    }

    @Test
    void refusesWhatItCannotKeepApart() throws IOException {
        Path out = folder.resolve("out");
        List<String> words =
                new ArrayList<>(words("error", List.of("--output", out.toString(), "--commit-every", "1")));
        assertThat(Outcome.of(words, "--deleted", "delete").errorLines())
                .contains("option deleted: is not heeded without --mode refresh");
        source(row(1, "the cat sat"), row(1, "the mat"));
        assertThat(Outcome.of(words).errorLines())
                .containsSequence(
                        "option id-column: 1 key has more than one row of the source",
                        "Key 1 for instance.",
                        "Name more columns with --id-column, or leave --commit-every out.");
        words.removeAll(List.of("--id-column", "id"));
        assertThat(Outcome.of(words).errorLines())
                .containsExactly(
                        "option id-column: --commit-every needs one",
                        "Rows that are put aside are found again by their keys.",
                        "Name the columns that tell rows apart, --id-column id, or leave --commit-every out.");
        assertThat(Outcome.of(words("error", List.of("--output", out.toString(), "--stage", "x")))
                        .errorLines())
                .contains("option stage: is not heeded without --mode refresh");
        run("error", out, List.of());
        assertThat(Outcome.of(words("error", List.of("--output", out.toString(), "--commit-every", "1")))
                        .errorLines())
                .contains("output %s: exists".formatted(out));
    }

    private void requireEqual(Path one, Path other) {
        assertThat(rows(one)).isEqualTo(rows(other));
        assertThat(spark.read().parquet(one.toString()).schema())
                .isEqualTo(spark.read().parquet(other.toString()).schema());
    }

    private List<String> rows(Path place) {
        Dataset<Row> rows = spark.read().parquet(place.toString());
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }

    private JsonObject run(String mode, Path output, List<String> options) throws IOException {
        Outcome outcome = Outcome.of(words(mode, options), "--output", output.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Outcome.summary(folder.resolve("report"));
    }

    private List<String> words(String mode, List<String> more) {
        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.set(2, mode);
        words.addAll(List.of("--input", input()));
        words.addAll(more);
        return words;
    }

    private static List<String> with(List<String> options, String... more) {
        return Stream.concat(options.stream(), Stream.of(more)).toList();
    }

    private static Row row(long id, String body) {
        return RowFactory.create(id, body);
    }

    private void source(Row... rows) {
        spark.createDataFrame(Arrays.asList(rows), COLUMNS)
                .coalesce(1)
                .write()
                .mode("overwrite")
                .parquet(input());
    }

    private String input() {
        return folder.resolve("in").toString();
    }
}

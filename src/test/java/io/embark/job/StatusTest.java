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
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code embark status}: what is in an output, and what a refresh of it would embed. */
class StatusTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String config;

    @BeforeEach
    void writeASourceAndTheFileOfANightlyRun() throws IOException {
        input = folder.resolve("in").toString();
        output = folder.resolve("out").toString();
        String model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        source("(1, 'a', 'the cat sat'), (2, 'b', 'the mat'), (3, 'c', null), (4, 'd', 'a dog')");
        config = Files.writeString(
                        folder.resolve("nightly.conf"), """
                        embark {
                          input = "%s", output = "%s", mode = refresh, model = "%s"
                          text-column = body, id-column = id, commit-every = 5m, report = "%s"
                        }
                        """.formatted(input, output, model, folder.resolve("report")))
                .toString();
    }

    @Test
    void countsRowsByWhatTheirVectorsAreOf() throws IOException {
        assertThat(Outcome.of("status", "--table", input).errorLines().get(0))
                .isEqualTo("table " + input + ": was not made by a refresh");
        refresh();
        Outcome people = Outcome.of("status", "--table", output);
        assertThat(people.code()).as(people.err()).isZero();
        assertThat(people.out())
                .contains("Column  embedding: 4 rows, ", "fingerprint  ", "with a vector  without text")
                .contains("What a refresh would embed: name source, --output and --id-column too");
        assertThat(Outcome.of("status", "--output", output).out()).isEqualTo(people.out());
        assertThat(Outcome.of("status", "--table", output, "--config", config).out())
                .as("settings of a file are for other commands too")
                .isEqualTo(people.out());

        JsonObject all = json("--table", output);
        assertThat(all.get("refresh").isJsonNull()).isTrue();
        JsonObject column = all.getAsJsonArray("columns").get(0).getAsJsonObject();
        JsonObject part = column.getAsJsonArray("parts").get(0).getAsJsonObject();
        assertThat(part.get("fingerprint").getAsString())
                .startsWith(column.get("fingerprint").getAsString().substring(0, 16) + ":");
        assertThat(part.get("rows").getAsLong()).isEqualTo(4);
        assertThat(part.get("embedded").getAsLong()).isEqualTo(3);
        assertThat(part.get("withoutText").getAsLong()).isEqualTo(1);
        assertThat(part.get("failed").getAsLong()).isZero();
    }

    @Test
    void tellsWhatARefreshWouldEmbedAndChangesNothing() throws IOException {
        assertThat(status().out())
                .contains("Table   " + output)
                .contains("Not there yet; a refresh would embed 4 rows")
                .doesNotContain("Column  ");
        assertThat(Path.of(output)).doesNotExist();

        refresh();
        source("(1, 'a', 'the cat sat'), (2, 'b', 'another mat'), (4, 'e', 'a dog'), (5, 'f', 'a cat'), (6, 'g', 'a')");
        Map<Path, FileTime> before = files();
        assertThat(status().out())
                .contains("Column  embedding: 4 rows, ")
                .contains(
                        "A refresh would embed 3 rows: 2 new, 1 changed, 1 in other columns only, 1 unchanged, 0 that")
                .doesNotContain("What a refresh would embed");
        assertThat(json("--config", config).getAsJsonObject("refresh").toString())
                .matches(
                        "\\{\"new\":2,\"changed\":1,\"updated\":1,\"unchanged\":1,\"deleted\":0,\"flagged\":0,\"kept\":1,"
                                + "\"toEmbed\":3,\"seconds\":(null|[0-9.E-]+)}");
        // The counts are told all the same: they show which model the rows are of.
        Outcome refused = status("--max-tokens", "3");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).contains("Column  embedding: 4 rows, ").doesNotContain("A refresh would embed");
        assertThat(refused.errorLines().get(0))
                .isEqualTo(output + " (parquet): 4 rows are of another model or other options");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void theTimeIsThatOfTheLastRun() throws IOException {
        String report = "{\"texts\": 100, \"tokens\": 900, \"seconds\": {\"total\": %s, \"forward\": %s}}";
        Path summary = Files.createDirectories(folder.resolve("report")).resolve("summary.json");
        Files.writeString(summary, report.formatted("3000", "2000"));
        assertThat(status().out())
                .contains("a refresh would embed 4 rows; about 2 min 00 s at the pace of the last run");
        assertThat(json("--config", config)
                        .getAsJsonObject("refresh")
                        .get("seconds")
                        .getAsDouble())
                .isEqualTo(120);

        Files.writeString(summary, report.formatted("3000", "1000"));
        assertThat(status().out()).endsWith("a refresh would embed 4 rows\n");
    }

    @Test
    void refusesWhatItWouldNotHeed() {
        assertThat(Outcome.of("status", "--table", output, "--where", "id > 1").errorLines())
                .containsExactly(
                        "option where: is not heeded without a source and an output",
                        "embark status counts what is in a table, and compares it with nothing.",
                        "Name both as embark embed does, --input, --output and --id-column for instance, or leave it out.");
        assertThat(Outcome.of("status", "--output", output, "--set", "model=m").errorLines())
                .startsWith("option model: is not heeded without a source and an output");
        assertThat(status("--rebuild").errorLines()).startsWith("option 'rebuild' does not exist");
        assertThat(Outcome.of("status", "--input", input, "--output", output).errorLines())
                .startsWith("option id-column: --mode refresh needs one");
    }

    private void source(String values) {
        spark.sql("SELECT * FROM VALUES %s AS t(id, title, body)".formatted(values))
                .coalesce(1)
                .write()
                .mode("overwrite")
                .parquet(input);
    }

    private void refresh() {
        Outcome outcome = Outcome.of("embed", "--config", config);
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private Outcome status(String... more) {
        String[] words = Stream.concat(Stream.of("status", "--config", config), Stream.of(more))
                .toArray(String[]::new);
        return Outcome.of(words);
    }

    private static JsonObject json(String... words) {
        Outcome outcome = Outcome.of(
                Stream.concat(Stream.of("status", "--json"), Stream.of(words)).toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return JsonParser.parseString(outcome.out()).getAsJsonObject();
    }

    /** All that lies in the folder of the test, with the time of its last change. */
    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}

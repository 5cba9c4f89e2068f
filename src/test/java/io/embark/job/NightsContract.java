/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.embark.model.ModelFolderBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some nights of one output, whatever it is: after each it holds what a fresh embedding of the source holds. */
abstract class NightsContract {
    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.LongType)
            .add("title", DataTypes.StringType)
            .add("body", DataTypes.StringType);

    @TempDir
    Path folder;

    private String input;
    private String model;
    private JsonObject summary;

    /** The session of the test. */
    abstract SparkSession spark();

    /** What the command line says of the output. */
    abstract List<String> output();

    /** The rows of the output, vectors as Spark reads arrays of floats. */
    abstract Dataset<Row> there() throws Exception;

    /** What tells that something was written; the same as long as nothing is. */
    abstract Object version() throws Exception;

    /** Whether all rows can be replaced in one step. */
    boolean isReplaced() {
        return true;
    }

    /** Whether the summary names the versions of the output. */
    boolean keepsVersions() {
        return false;
    }

    /** Whether rows are there before the run is done. */
    boolean rowsGoInAsTheyCome() {
        return false;
    }

    /** Whether a run can give columns to the output. */
    boolean getsColumns() {
        return true;
    }

    /** Whether the output can have partitions, and has none whose name is empty. */
    boolean keepsEmptyPartitionsAsNull() {
        return false;
    }

    /** Where the source lies. */
    String input() {
        return input;
    }

    @BeforeEach
    void writeAModel() throws IOException {
        input = folder.resolve("in").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @Test
    void eachNightEmbedsWhatIsNewOrChanged() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", "a cat"), row(4, "d", "a dog"));
        assertThat(refresh()).isEqualTo("new 4, changed 0, updated 0, unchanged 0, deleted 0, embedded 4");
        requireFresh();
        assertThat(summary.has("versions")).isEqualTo(keepsVersions());
        JsonElement after =
                keepsVersions() ? summary.getAsJsonObject("versions").get("after") : null;

        Object version = version();
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 4, deleted 0, embedded 0");
        assertThat(version()).isEqualTo(version);
        if (keepsVersions()) {
            assertThat(summary.getAsJsonObject("versions").get("before")).isEqualTo(after);
            assertThat(summary.getAsJsonObject("versions").has("after")).isFalse();
        }

        source(
                row(1, "a", "the cat sat"),
                row(2, "b", "another mat"),
                row(3, "another title", "a cat"),
                row(4, "d", "a dog"),
                row(5, "e", "a cat sat"));
        assertThat(refresh()).isEqualTo("new 1, changed 1, updated 1, unchanged 2, deleted 0, embedded 2");
        requireFresh();

        source(row(1, "a", "the cat sat"), row(2, "b", "another mat"), row(5, "e", "a dog sat"));
        assertThat(refresh("--deleted", "delete", "--max-deleted", "50%"))
                .isEqualTo("new 0, changed 1, updated 0, unchanged 2, deleted 2, embedded 1");
        requireFresh();
        assertThat(refresh("--deleted", "delete")).contains("unchanged 3, deleted 0, embedded 0");

        Outcome other = run("--max-tokens", "3");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.errorLines())
                .anyMatch(line -> line.endsWith(": 3 rows are of another model or other options"));
        if (!isReplaced()) {
            return;
        }
        assertThat(refresh("--max-tokens", "3", "--rebuild")).contains("new 3");
        requireFresh("--max-tokens", "3");
    }

    @Test
    void columnsThatTheSourceGetsAreAddedWhereThatIsAskedFor() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        refresh();
        spark().read()
                .parquet(input)
                .union(spark().createDataFrame(List.of(row(3, "c", "a dog")), COLUMNS))
                .withColumn("tag", functions.concat(functions.lit("of "), functions.col("title")))
                .localCheckpoint()
                .write()
                .mode("overwrite")
                .parquet(input);

        Object version = version();
        Outcome refused = run();
        assertThat(refused.code()).as(refused.err()).isEqualTo(2);
        assertThat(version()).isEqualTo(version);
        if (!getsColumns()) {
            assertThat(run("--new-columns", "add").code()).isEqualTo(2);
            assertThat(version()).isEqualTo(version);
            return;
        }
        assertThat(refused.errorLines())
                .anyMatch(line -> line.endsWith(": has other columns than the source"))
                .contains("It lacks tag.", "Give them to the output with --new-columns add, or leave them out.");
        assertThat(refresh("--new-columns", "add"))
                .isEqualTo("new 1, changed 0, updated 2, unchanged 0, deleted 0, embedded 1");
        assertThat(sorted(there(), "id", "tag")).containsExactly("[1,of a]", "[2,of b]", "[3,of c]");
        requireFresh();
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 3, deleted 0, embedded 0");
    }

    @Test
    void anOutputThatNoRefreshMadeIsTakenOverWhereItIsWrittenAnew() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        Outcome made = embed("error");
        assertThat(made.code()).as(made.err()).isZero();
        source(row(1, "a", "the cat sat"), row(2, "b", "another mat"));

        Outcome refused = run();
        assertThat(refused.code()).as(refused.err()).isEqualTo(2);
        if (!getsColumns()) {
            assertThat(refused.err()).doesNotContain("--adopt");
            return;
        }
        assertThat(refused.errorLines())
                .anyMatch(line -> line.endsWith(": was not made by a refresh"))
                .contains("Take it over as it is with --adopt, or replace it with --rebuild.");
        assertThat(refresh("--adopt")).isEqualTo("new 0, changed 1, updated 0, unchanged 1, deleted 0, embedded 1");
        requireFresh();
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 2, deleted 0, embedded 0");
    }

    @Test
    void whatIsEmbeddedIsMergedPartByPartWhereThatIsAskedFor() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", "a cat"), row(9, "i", "a mat"));
        if (rowsGoInAsTheyCome()) {
            assertThat(run("--merge-every", "2").errorLines())
                    .containsSequence(
                            "Rows go into this output batch by batch, as they are embedded.", "Leave it out.");
            return;
        }
        String[] parts = {"--merge-every", "2", "--deleted", "delete", "--max-deleted", "50%"};
        Outcome first = run(parts);
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains(" of 4 rows to embed are in the output\n");
        requireFresh();
        assertThat(refresh(parts)).isEqualTo("new 0, changed 0, updated 0, unchanged 4, deleted 0, embedded 0");

        source(
                row(1, "another title", "the cat sat"),
                row(2, "b", "another mat"),
                row(3, "c", "a dog"),
                row(4, "d", "a dog"),
                row(5, "e", null));
        assertThat(refresh(parts)).isEqualTo("new 2, changed 2, updated 1, unchanged 0, deleted 1, embedded 3");
        requireFresh();
        assertThat(refresh(parts)).isEqualTo("new 0, changed 0, updated 0, unchanged 5, deleted 0, embedded 0");
        assertThat(run("--merge-every", "2", "--rebuild").errorLines())
                .contains("options rebuild and merge-every: do not go together");
    }

    private Outcome embed(String mode) {
        List<String> words = new ArrayList<>(List.of("embed", "--mode", mode, "--input", input, "--model", model));
        words.addAll(List.of("--text-column", "body", "--id-column", "id"));
        words.addAll(output());
        return Outcome.of(words);
    }

    @Test
    void rowsWithoutItsRecordAreNotAppended() throws Exception {
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        refresh();
        Object version = version();
        Outcome refused = embed("append");

        assertThat(refused.code()).as(refused.err()).isEqualTo(2);
        assertThat(refused.errorLines())
                .anyMatch(line -> line.endsWith(": is kept right by refreshes"))
                .contains("Rows that are appended would lack embedding_text_hash, by which the next one knows whether a"
                        + " vector is right.");
        assertThat(version()).isEqualTo(version);
    }

    /** As a key it would be null there, and new each night. */
    @Test
    void anEmptyTextOfAPartitionIsNoKeyWhereItIsKeptAsNull() throws Exception {
        if (!keepsEmptyPartitionsAsNull()) {
            return;
        }
        source(row(1, "a", "the cat sat"), row(2, "", "the mat"));
        assertThat(runBy("id,title", "--partition-by", "title").errorLines())
                .contains(
                        "option id-column: 1 row has no key",
                        "A column of their key is null, or empty where it names a partition.");

        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        Outcome made = runBy("id,title", "--partition-by", "title");
        assertThat(made.code()).as(made.err()).isZero();
        source(row(1, "a", "the cat sat"), row(2, "", "the mat"));
        assertThat(runBy("id,title").errorLines()).contains("option id-column: 1 row has no key");
    }

    /** Its values are in no hash. */
    @Test
    void aMapThatTheSourceGetsIsAddedToo() throws Exception {
        if (!getsColumns()) {
            return;
        }
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"));
        refresh();
        spark().read()
                .parquet(input)
                .withColumn("tags", functions.map(functions.col("title"), functions.col("id")))
                .localCheckpoint()
                .write()
                .mode("overwrite")
                .parquet(input);
        assertThat(refresh("--new-columns", "add"))
                .isEqualTo("new 0, changed 0, updated 2, unchanged 0, deleted 0, embedded 0");
        assertThat(there().selectExpr("tags[title] = id").as(Encoders.BOOLEAN()).collectAsList())
                .containsExactly(true, true);
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 2, deleted 0, embedded 0");
    }

    void requireFresh(String... options) throws Exception {
        String fresh = folder.resolve("fresh").toString();
        Outcome outcome = Outcome.of(
                List.of(
                        "embed",
                        "--input",
                        input,
                        "--output",
                        fresh,
                        "--model",
                        model,
                        "--text-column",
                        "body",
                        "--mode",
                        "overwrite"),
                options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        String[] columns = {"id", "title", "body", "embedding"};
        assertThat(sorted(there(), columns)).isEqualTo(sorted(spark().read().parquet(fresh), columns));
    }

    private static List<String> sorted(Dataset<Row> rows, String... columns) {
        return rows.select(Arrays.stream(columns).map(functions::col).toArray(Column[]::new)).collectAsList().stream()
                .map(Row::toString)
                .sorted()
                .toList();
    }

    static Row row(long id, String title, String body) {
        return RowFactory.create(id, title, body);
    }

    void source(Row... rows) {
        spark().createDataFrame(Arrays.asList(rows), COLUMNS)
                .coalesce(1)
                .write()
                .mode("overwrite")
                .parquet(input);
    }

    Outcome run(String... more) {
        return runBy("id", more);
    }

    Outcome runBy(String key, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "embed",
                "--mode",
                "refresh",
                "--input",
                input,
                "--model",
                model,
                "--text-column",
                "body",
                "--id-column",
                key,
                "--report",
                folder.resolve("report").toString(),
                "--stage",
                folder.resolve("stage").toString()));
        words.addAll(output());
        return Outcome.of(words, more);
    }

    String refresh(String... more) throws IOException {
        Outcome outcome = run(more);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).doesNotContain("another run was quicker");
        summary = Outcome.summary(folder.resolve("report"));
        return Stream.of("new", "changed", "updated", "unchanged", "deleted", "embedded")
                .map(name -> name + " " + summary.get(name).getAsLong())
                .collect(Collectors.joining(", "));
    }
}

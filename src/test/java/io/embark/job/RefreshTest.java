/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.job.table.Columns;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --mode refresh} of a Parquet folder, as a person runs it night by night. */
class RefreshTest {
    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.LongType)
            .add("title", DataTypes.StringType)
            .add("body", DataTypes.StringType);

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String output;
    private String model;

    @BeforeEach
    void writeASourceAndAModel() throws IOException {
        input = folder.resolve("in").toString();
        output = folder.resolve("out").toString();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null), row(4, "d", "a dog"));
    }

    @Test
    void theFirstRunEmbedsEverything() throws IOException {
        JsonObject summary = refresh();

        assertThat(counts(summary)).isEqualTo("new 4, changed 0, updated 0, unchanged 0, deleted 0; embedded 3");
        requireEqualToFresh();
    }

    @Test
    void aSecondRunEmbedsAndWritesNothing() throws IOException {
        refresh();
        Set<String> files = files();
        JsonObject summary = refresh();

        assertThat(counts(summary)).isEqualTo("new 0, changed 0, updated 0, unchanged 4, deleted 0; embedded 0");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void whatAKilledRunLeftGoesOnceTheOutputHasAllOfIt() throws IOException {
        refresh();
        Path left = Files.createDirectory(folder.resolve(".%s.embark-stage-00000000_1_1_00000000"
                .formatted(Path.of(output).getFileName())));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(1))));

        refresh("--where", "id < 2");
        refresh("--dry-run");
        assertThat(left)
                .as("a run over some of the rows cannot tell, and a preview changes nothing")
                .exists();
        refresh();
        assertThat(left).doesNotExist();
    }

    @Test
    void keepsRowsThatLeftTheSource() throws IOException {
        refresh();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null));
        JsonObject summary = refresh();

        assertThat(counts(summary)).isEqualTo("new 0, changed 0, updated 0, unchanged 3, deleted 0; embedded 0");
        assertThat(spark.read().parquet(output).count()).isEqualTo(4);
    }

    @Test
    void deletesThemIfAsked() throws IOException {
        refresh();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null));
        JsonObject summary = refresh("--deleted", "delete", "--max-deleted", "25%");

        assertThat(counts(summary)).isEqualTo("new 0, changed 0, updated 0, unchanged 3, deleted 1; embedded 0");
        requireEqualToFresh();
    }

    @Test
    void refusesToDeleteMoreThanIsBelieved() throws IOException {
        refresh();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null));
        Set<String> files = files();
        Outcome outcome = run("--deleted", "delete");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsSequence(
                        output + " (parquet): 1 of 4 rows left the source",
                        "More than --max-deleted 10% are taken for a mistake.",
                        "Look whether the source is complete; if it is, raise --max-deleted.");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void addsTheColumnOfFlagsLaterIfAsked() throws IOException {
        refresh();
        Outcome outcome = run("--deleted", "flag");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .containsSequence(
                        output + " (parquet): has no column embedding_deleted_at",
                        "No refresh has flagged its rows so far, and --deleted flag writes there when a row left the source.",
                        "Add it once with --adopt, or to a table with ALTER TABLE, as TIMESTAMP; or use --deleted delete.");
        assertThat(counts(refresh("--deleted", "flag", "--adopt"))).contains("unchanged 4, deleted 0; embedded 0");
        assertThat(spark.read().parquet(output).columns()).contains("embedding_deleted_at");
    }

    @Test
    void flagsThemOnceAndTakesTheFlagBackWhenTheyReturn() throws IOException {
        refresh("--deleted", "flag");
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null));
        assertThat(counts(refresh("--deleted", "flag", "--max-deleted", "1"))).contains("deleted 0, flagged 1;");
        assertThat(spark.read()
                        .parquet(output)
                        .where("embedding_deleted_at is not null")
                        .select("id")
                        .collectAsList())
                .containsExactly(RowFactory.create(4L));
        assertThat(counts(refresh("--deleted", "flag"))).contains("unchanged 3, deleted 0;");

        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null), row(4, "d", "a dog"));
        assertThat(counts(refresh("--deleted", "flag"))).contains("updated 1, unchanged 3, deleted 0; embedded 0");
        assertThat(spark.read()
                        .parquet(output)
                        .where("embedding_deleted_at is not null")
                        .count())
                .isZero();
    }

    @Test
    void refusesDoubledAndMissingKeys() throws IOException {
        source(row(1, "a", "x"), row(1, "b", "y"));
        assertThat(run().errorLines())
                .containsSequence("option id-column: 1 key has more than one row of the source", "Key 1 for instance.");
        source(row(1, "a", "x"), RowFactory.create(null, "b", "y"));
        assertThat(run().errorLines()).containsSequence("option id-column: 1 row has no key");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void takesTheFirstOfDoubledRowsByTheOrder() throws IOException {
        source(row(1, "a", "x"), row(1, "b", "y"), row(2, "c", "z"));
        refresh("--duplicates", "first", "--order-by", "title DESC");

        assertThat(spark.read().parquet(output).orderBy("id").select("title").collectAsList())
                .containsExactly(RowFactory.create("b"), RowFactory.create("c"));
        assertThat(counts(refresh("--duplicates", "first", "--order-by", "title DESC")))
                .contains("unchanged 2, deleted 0; embedded 0");
    }

    @Test
    void aRowThatIsTheFirstOfItsKeyIsUpdatedOnce() throws IOException {
        String[] first = {"--duplicates", "first", "--order-by", "title DESC"};
        source(row(1, "a", "x"), row(1, "b", "x"), row(2, "c", "z"));
        refresh(first);
        source(row(1, "a", "x"), row(1, "d", "x"), row(2, "c", "z"));

        assertThat(counts(refresh(first))).contains("updated 1, unchanged 1, deleted 0; embedded 0");
        assertThat(spark.read().parquet(output).orderBy("id").select("title").collectAsList())
                .containsExactly(RowFactory.create("d"), RowFactory.create("c"));
    }

    @Test
    void rowsThatStayForbidAnotherModelToo() throws IOException {
        refresh();
        source(row(5, "e", "a cat"));
        assertThat(run("--max-tokens", "3").errorLines())
                .contains(output + " (parquet): 4 rows are of another model or other options");
    }

    @Test
    void rowsThatWereFlaggedAreDeletedWhenThatIsAsked() throws IOException {
        refresh("--deleted", "flag");
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null));
        refresh("--deleted", "flag", "--max-deleted", "1");

        assertThat(counts(refresh("--deleted", "delete", "--max-deleted", "1"))).contains("deleted 1;");
        assertThat(spark.read().parquet(output).count()).isEqualTo(3);
    }

    @Test
    void anEmptySourceDeletesNothing() throws IOException {
        refresh();
        source();
        Outcome outcome = run("--deleted", "delete", "--max-deleted", "100%", "--where", "id > 0");
        assertThat(outcome.errorLines()).as(outcome.out()).contains("the source: has no rows");
    }

    @Test
    void textsThatFailEachNightAreHeldAgainstTheWholeSource() throws IOException {
        source(row(1, "a", "the cat sat on the mat"), row(2, "b", "a"), row(3, "c", "a"), row(4, "d", "a"));
        String[] some = longTextsFail("25%", "--error-column", "why");
        assertThat(counts(refresh(some))).contains("new 4").endsWith("embedded 3");
        assertThat(counts(refresh(some)))
                .contains("changed 1, updated 0, unchanged 3")
                .endsWith("embedded 0");
        assertThat(Files.readString(folder.resolve("report/failed.json"))).contains("more tokens than the limit");

        source(row(1, "a", "the cat sat on the mat"), row(2, "b", "the cat sat on the mat"), row(3, "c", "a"));
        Outcome refused = run(some);
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.errorLines().get(0)).contains("could not be embedded, and --max-failed allows 25%");
    }

    @Test
    void equalTextsOfANightAreEmbeddedOnce() throws IOException {
        refresh();
        source(IntStream.range(10, 522)
                .mapToObj(id -> row(id, "a", "the cat " + id % 64))
                .toArray(Row[]::new));
        JsonObject summary = refresh();

        assertThat(counts(summary)).contains("new 512").endsWith("embedded 512");
        assertThat(summary.get("distinct").getAsLong()).isEqualTo(64);
    }

    /** Of six partitions, two are through when the others are ended. */
    @Test
    void aLongRunEndsAsSoonAsMoreFailThanAreAllowed() {
        spark.range(60_000)
                .selectExpr("id", "concat(if(id % 100 = 0, 'the cat sat on the mat ', 'cat '), id) AS body")
                .write()
                .mode("overwrite")
                .parquet(input);
        Outcome ended = run(longTextsFail("10"));
        assertThat(ended.code()).as(ended.err()).isEqualTo(3);
        String problem = ended.errorLines().stream()
                .filter(line -> line.endsWith(" of 60,000 texts could not be embedded, and --max-failed allows 10"))
                .findFirst()
                .orElseThrow();
        assertThat(Integer.parseInt(problem.substring(0, problem.indexOf(' ')))).isBetween(11, 599);
        assertThat(ended.errorLines())
                .anyMatch(line -> line.contains(": more tokens than the limit"))
                .anyMatch(line -> line.startsWith("Nothing was written to " + output));
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void refusesColumnsOfTheNamesThatItWrites() {
        source(row(1, "a", "x"));
        spark.read()
                .parquet(input)
                .withColumn("embedding_text_hash", functions.lit(1))
                .write()
                .parquet(input + "2");
        assertThat(Outcome.of(
                                "embed",
                                "--mode",
                                "refresh",
                                "--input",
                                input + "2",
                                "--output",
                                output,
                                "--model",
                                model,
                                "--text-column",
                                "body",
                                "--id-column",
                                "id")
                        .errorLines())
                .contains("column 'embedding_text_hash': exists already");
    }

    @Test
    void aLimitAddsRowsAndKeepsTheOthers() throws IOException {
        assertThat(counts(refresh("--limit", "2"))).contains("new 2");
        assertThat(counts(refresh("--limit", "1"))).contains("deleted 0; embedded 0");
        assertThat(counts(refresh("--since", "id >= 3"))).contains("embedded ");
        assertThat(counts(refresh())).contains("unchanged 4");
        requireEqualToFresh();
    }

    @Test
    void refusesAnotherModelUnlessAllIsMadeAnew() throws IOException {
        refresh();
        Outcome refused = run("--max-tokens", "3");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines().get(0))
                .isEqualTo(output + " (parquet): 4 rows are of another model or other options");

        JsonObject summary = refresh("--max-tokens", "3", "--rebuild");
        assertThat(counts(summary)).contains("new 4");
        requireEqualToFresh("--max-tokens", "3");
        assertThat(counts(refresh("--max-tokens", "3"))).contains("unchanged 4");
    }

    @Test
    void takesOverAnOutputThatNoRefreshMade() throws IOException {
        assertThat(Outcome.of("embed", "--input", input, "--output", output, "--model", model, "--text-column", "body")
                        .code())
                .isZero();
        assertThat(run().errorLines().get(0)).isEqualTo(output + " (parquet): was not made by a refresh");

        source(row(1, "a", "the cat sat"), row(2, "b", "another mat"), row(3, "c", null), row(4, "d", "a dog"));
        assertThat(counts(refresh("--adopt"))).contains("changed 1, updated 0, unchanged 3, deleted 0; embedded 1");
        assertThat(counts(refresh())).contains("unchanged 4");
        requireEqualToFresh();
    }

    @Test
    void aSearchFindsWhatARefreshWroteAndShowsNoRecordsOfIt() throws IOException {
        refresh();
        Outcome found = Outcome.of("search", "--table", output, "--query", "the cat sat", "--top", "1");

        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.err()).doesNotContain("left out");
        assertThat(found.out()).contains("the cat sat", "1.0000").doesNotContain("_hash", "_fingerprint");
    }

    @Test
    void aPreviewWritesNothing() throws IOException {
        assertThat(run("--dry-run").out())
                .contains("Refresh 4 new, 0 changed")
                .contains("Work    4 texts, about 13 tokens: 3 each in a sample of 4")
                .contains("Time    not known: --report names no folder of a run that was busy with embedding");
        assertThat(run("--explain").out()).contains("Plan, before rows are counted");
        assertThat(Path.of(output)).doesNotExist();

        refresh();
        Set<String> files = files();
        source(row(1, "a", "another cat sat"));
        assertThat(run("--dry-run").out())
                .contains("Refresh 0 new, 1 changed")
                .contains("another cat sat")
                .containsPattern("Files   all [0-9]+, about 1 MB, are written anew")
                .containsPattern("Work    1 text, about [0-9]+ tokens: [0-9]+ each in a sample of 1")
                .containsPattern(
                        "Time    (about [0-9.]+ .* at the [0-9,]+ tokens/s of the last run|not known: --report names no folder .*)");
        assertThat(files()).isEqualTo(files);
        source(row(1, "a", "the cat sat"));
        assertThat(run("--dry-run").out()).contains("Work    nothing to embed");
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertThat(Outcome.of("embed", "--mode", "refresh", "--input", input, "--output", output)
                        .errorLines())
                .containsExactly(
                        "option id-column: --mode refresh needs one",
                        "Rows of source and output are compared by their keys.",
                        "Name the columns that tell rows apart: --id-column id.");
        assertThat(run("--deleted", "delete", "--limit", "3").errorLines())
                .startsWith("option deleted: does not go with --limit");
        assertThat(run("--rebuild", "--adopt").errorLines())
                .startsWith("options rebuild and adopt: do not go together");
        assertThat(run("--order-by", "title").errorLines())
                .startsWith("option order-by: is not heeded without --duplicates first");
        assertThat(run("--output-format", "json").errorLines()).contains(output + " (json): cannot be refreshed");
        assertThat(run("--commit-every", "often").errorLines())
                .anyMatch(line -> line.startsWith("option commit-every"));
        assertThat(Outcome.of("embed", "--input", input, "--output", output, "--rebuild")
                        .errorLines())
                .startsWith("option rebuild: is not heeded without --mode refresh");
    }

    @Test
    void refreshesChunksByDocument() throws IOException {
        String longText = "the cat sat on the mat ".repeat(40);
        source(row(1, "a", longText), row(2, "b", "the mat"), row(3, "c", null));
        String[] chunks = {"--long-text", "chunks", "--max-tokens", "16"};
        assertThat(counts(refresh(chunks))).contains("new 3, changed 0, updated 0, unchanged 0, deleted 0; embedded 2");
        assertThat(counts(refresh(chunks))).contains("unchanged 3, deleted 0; embedded 0");

        source(row(1, "a", longText.substring(200)), row(2, "another", "the mat"), row(3, "c", null));
        assertThat(counts(refresh(chunks))).contains("changed 1, updated 1, unchanged 1, deleted 0;");
        assertThat(counts(refresh(chunks))).contains("unchanged 3, deleted 0; embedded 0");
        requireEqualToFresh(chunks);
    }

    /** Texts of more than six tokens do, and so many of them may. */
    private static String[] longTextsFail(String most, String... more) {
        List<String> words =
                List.of("--long-text", "fail", "--max-tokens", "6", "--on-error", "null", "--max-failed", most);
        return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private void requireEqualToFresh(String... options) throws IOException {
        String fresh = folder.resolve("fresh").toString();
        List<String> words = List.of(
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
                "overwrite");
        Outcome outcome = Outcome.of(words, options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        Dataset<Row> expected = spark.read().parquet(fresh);
        assertThat(rows(spark.read().parquet(output), expected.columns()))
                .isEqualTo(rows(expected, expected.columns()));
    }

    private static List<String> rows(Dataset<Row> rows, String... columns) {
        return rows
                .select(Arrays.stream(columns)
                        .map(name -> name.equals("chunk")
                                ? functions.coalesce(Columns.named(name), functions.lit(0))
                                : Columns.named(name))
                        .toArray(Column[]::new))
                .collectAsList()
                .stream()
                .map(Row::toString)
                .sorted()
                .toList();
    }

    private static Row row(long id, String title, String body) {
        return RowFactory.create(id, title, body);
    }

    private void source(Row... rows) {
        spark.createDataFrame(Arrays.asList(rows), COLUMNS)
                .coalesce(1)
                .write()
                .mode("overwrite")
                .parquet(input);
    }

    private Outcome run(String... more) {
        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.addAll(List.of("--input", input, "--output", output));
        return Outcome.of(words, more);
    }

    private JsonObject refresh(String... more) throws IOException {
        Outcome outcome = run(more);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Outcome.summary(folder.resolve("report"));
    }

    private static String counts(JsonObject summary) {
        String classes = Stream.of("new", "changed", "updated", "unchanged", "deleted", "flagged")
                .filter(name -> !name.equals("flagged") || summary.get(name).getAsLong() > 0)
                .map(name -> name + " " + summary.get(name).getAsLong())
                .collect(Collectors.joining(", "));
        return classes + "; embedded " + summary.get("embedded").getAsLong();
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(output))) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}

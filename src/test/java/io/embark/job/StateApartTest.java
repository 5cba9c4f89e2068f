/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.EmbedOptions;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.RelationProvider;
import org.apache.spark.sql.sources.TableScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --mode refresh --state} into a data source that replaces rows by their key and tells nothing of them. */
class StateApartTest {
    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.LongType)
            .add("title", DataTypes.StringType)
            .add("body", DataTypes.StringType);

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String model;

    /** The same, which can be read. */
    public static final class ReadableIndex extends KeyedIndex implements RelationProvider {
        /** Spark makes it. */
        public ReadableIndex() {}

        @Override
        public BaseRelation createRelation(SQLContext context, scala.collection.immutable.Map<String, String> options) {
            return new Scan(context, List.copyOf(of(options.apply("index")).values()));
        }
    }

    private static final class Scan extends BaseRelation implements TableScan {
        private final SQLContext context;
        private final List<Row> rows;

        Scan(SQLContext context, List<Row> rows) {
            this.context = context;
            this.rows = rows;
        }

        @Override
        public SQLContext sqlContext() {
            return context;
        }

        @Override
        public StructType schema() {
            return rows.isEmpty() ? COLUMNS : rows.get(0).schema();
        }

        @Override
        public RDD<Row> buildScan() {
            return context.createDataFrame(rows, schema()).rdd();
        }
    }

    @BeforeEach
    void writeASourceAndAModel() throws IOException {
        KeyedIndex.clear();
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null), row(4, "d", "a dog"));
    }

    @Test
    void embedsWhatIsNewOrChangedAndWritesWhatDiffers() throws IOException {
        assertThat(refresh()).isEqualTo("new 4, changed 0, updated 0, unchanged 0; embedded 3");
        requireEqualToFresh("a", options());
        assertThat(KeyedIndex.of("a").get(1L).schema().fieldNames())
                .containsExactly("id", "title", "body", "embedding");

        KeyedIndex.of("a").clear();
        Set<String> files = files();
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 4; embedded 0");
        assertThat(KeyedIndex.of("a")).isEmpty();
        assertThat(files()).isEqualTo(files);

        source(
                row(1, "a", "the cat sat here"),
                row(2, "another title", "the mat"),
                row(3, "c", null),
                row(5, "e", "a dog"));
        assertThat(refresh()).isEqualTo("new 1, changed 1, updated 1, unchanged 1; embedded 2");
        assertThat(KeyedIndex.of("a")).containsOnlyKeys(1L, 2L, 5L);
        KeyedIndex.of("a").put(3L, fresh(options()).get(3L));
        requireEqualToFresh("a", options());
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 0, unchanged 4; embedded 0");
    }

    @Test
    void aTableCanKeepTheState() throws IOException {
        spark.sql("DROP TABLE IF EXISTS kept_apart");
        assertThat(refresh("--state", "kept_apart")).isEqualTo("new 4, changed 0, updated 0, unchanged 0; embedded 3");
        source(row(1, "x", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null), row(4, "d", "a dog"));
        assertThat(refresh("--state", "kept_apart")).isEqualTo("new 0, changed 0, updated 1, unchanged 3; embedded 0");
        requireEqualToFresh("a", options());
        Outcome census = Outcome.of("status", "--table", "kept_apart");
        assertThat(census.out()).contains("Column  embedding: 4 rows");
        spark.sql("DROP TABLE kept_apart");
    }

    @Test
    void anotherOutputGetsAllRowsWithTheVectorsThatAreKnown() throws IOException {
        refresh();
        Outcome outcome = run("--sink-option", "index=b");

        assertThat(outcome.err())
                .contains("is not the output that the state was kept for: its rows are written anew, with the vectors"
                        + " that are known");
        assertThat(counts()).isEqualTo("new 0, changed 0, updated 4, unchanged 0; embedded 0");
        requireEqualToFresh("b", options());
        assertThat(refresh("--sink-option", "index=b"))
                .isEqualTo("new 0, changed 0, updated 0, unchanged 4; embedded 0");
    }

    @Test
    void anOutputThatShowsThatItIsEmptyGetsThemToo() throws IOException {
        String[] readable = {"--output-format", ReadableIndex.class.getName()};
        refresh(readable);
        assertThat(refresh(readable)).isEqualTo("new 0, changed 0, updated 0, unchanged 4; embedded 0");
        KeyedIndex.of("a").clear();

        assertThat(run(readable).err())
                .contains("is empty: its rows are written anew, with the vectors that are known");
        assertThat(counts()).isEqualTo("new 0, changed 0, updated 4, unchanged 0; embedded 0");
        requireEqualToFresh("a", options());
    }

    @Test
    void rowsOfARunThatFailsOnTheWayAreWrittenByTheNextOneAndNotEmbeddedAgain() throws IOException {
        KeyedIndex.full("a", true);
        Outcome outcome = run();

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("the index is full");
        assertThat(KeyedIndex.of("a")).hasSize(2);
        KeyedIndex.full("a", false);
        assertThat(refresh()).isEqualTo("new 4, changed 0, updated 0, unchanged 0; embedded 0");
        requireEqualToFresh("a", options());
    }

    @Test
    void whatARunThatFailedWroteIsWrittenAgainWhateverTheNextOneFinds() throws IOException {
        String[] readable = {"--output-format", ReadableIndex.class.getName()};
        refresh(readable);
        KeyedIndex.of("a").clear();
        KeyedIndex.full("a", true);
        assertThat(run(readable).code()).isEqualTo(1);
        KeyedIndex.full("a", false);
        assertThat(KeyedIndex.of("a")).as("the index is not empty any more").hasSize(2);
        assertThat(refresh(readable)).isEqualTo("new 0, changed 0, updated 4, unchanged 0; embedded 0");
        requireEqualToFresh("a", options());

        Row before = KeyedIndex.of("a").get(2L);
        source(row(1, "a", "the cat sat"), row(2, "b", "another mat"), row(3, "c", null), row(4, "d", "a dog"));
        assertThat(run("--limit", "3", "--since", "id < 3").code()).isZero();
        source(row(1, "a", "the cat sat"), row(2, "b", "the mat"), row(3, "c", null), row(4, "d", "a dog"));
        refresh();
        assertThat(KeyedIndex.of("a").get(2L)).hasToString(before.toString());

        KeyedIndex.full("a", true);
        String[] other = {"--max-tokens", "3", "--rebuild"};
        assertThat(run(other).code()).isEqualTo(1);
        KeyedIndex.full("a", false);
        assertThat(refresh()).isEqualTo("new 0, changed 0, updated 4, unchanged 0; embedded 0");
        requireEqualToFresh("a", options());
    }

    @Test
    void anotherModelIsARebuild() throws IOException {
        refresh();
        String[] other = {"--max-tokens", "3"};

        assertThat(run(other).errorLines())
                .contains(KeyedIndex.class.getName() + ": 4 rows are of another model or other options");
        assertThat(refresh("--max-tokens", "3", "--rebuild"))
                .isEqualTo("new 4, changed 0, updated 0, unchanged 0; embedded 3");
        requireEqualToFresh("a", options().with(EmbedOptions.MAX_TOKENS, 3));
        assertThat(refresh(other)).isEqualTo("new 0, changed 0, updated 0, unchanged 4; embedded 0");

        source(row(1, "a", "the cat sat"));
        assertThat(run("--max-tokens", "3", "--rebuild").errorLines())
                .endsWith("Write to another output, with another --state.");
    }

    @Test
    void refusesWhatSuchAnOutputCannotDo() {
        assertThat(run("--deleted", "delete").errorLines())
                .containsExactly(
                        "option deleted: does not go with --state",
                        "Rows cannot be marked in the output, or taken out of it.",
                        "Leave it out, or refresh an output that keeps its state itself.");
        assertThat(run("--adopt").errorLines()).contains("option adopt: does not go with --state");
        assertThat(run("--new-columns", "add").errorLines()).contains("option new-columns: does not go with --state");
        assertThat(run("--long-text", "chunks").errorLines()).contains("option long-text: does not go with --state");
        String out = folder.resolve("out").toString();
        List<String> files = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        files.addAll(List.of("--input", input(), "--output", out, "--state", state(), "--output-format"));
        assertThat(Outcome.of(files, "parquet").errorLines())
                .endsWith(
                        "option state: is not for %s (parquet)".formatted(out),
                        "This output keeps what a refresh compares beside its vectors.",
                        "Leave it out.");
        assertThat(Outcome.of(files, "json").errorLines())
                .endsWith(
                        "option state: is not for %s (json)".formatted(out),
                        "This output adds rows and replaces none, so that a changed one would stand there twice.",
                        "Refresh a Parquet or ORC folder, a table, Delta, Iceberg, PostgreSQL or Milvus; else use --mode overwrite.");

        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.addAll(
                List.of("--input", input(), "--output-format", KeyedIndex.class.getName(), "--sink-option", "index=a"));
        assertThat(Outcome.of(words).errorLines())
                .endsWith(
                        KeyedIndex.class.getName() + ": cannot be refreshed",
                        "Its rows cannot be read back and updated by key.",
                        "Name a folder or table that keeps what was written, --state PATH, if it puts a row in the place"
                                + " of the one with its key; else use --mode overwrite.");
        words.set(2, "append");
        assertThat(Outcome.of(words, "--state", state()).errorLines())
                .contains("option state: is not heeded without --mode refresh");
        assertThat(KeyedIndex.of("a")).isEmpty();
    }

    @Test
    void aFolderThatIsNoStateStays() throws IOException {
        spark.range(3).write().parquet(state());
        Set<String> files = files();

        assertThat(run().errorLines())
                .endsWith(
                        "option state: %s (parquet) is none".formatted(state()),
                        "It lacks embark_output, which says what output its rows are in.",
                        "Name the one of the first run, or a folder or table that is not there yet.");
        assertThat(files()).isEqualTo(files);
    }

    private void requireEqualToFresh(String index, EmbedOptions options) {
        Map<Long, String> expected = fresh(options).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, row -> row.getValue().toString()));
        assertThat(KeyedIndex.of(index).entrySet().stream()
                        .filter(row -> expected.containsKey(row.getKey()))
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, row -> row.getValue().toString())))
                .isEqualTo(expected);
    }

    /** The rows of the source with the vectors of the column function. */
    private Map<Long, Row> fresh(EmbedOptions options) {
        return spark
                .read()
                .parquet(input())
                .withColumn("embedding", EmbarkFunctions.embed(functions.col("body"), options))
                .collectAsList()
                .stream()
                .collect(Collectors.toMap(row -> row.getLong(0), row -> row));
    }

    private EmbedOptions options() {
        return EmbedOptions.defaults().with(EmbedOptions.MODEL, model);
    }

    private static Row row(long id, String title, String body) {
        return RowFactory.create(id, title, body);
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

    private String state() {
        return folder.resolve("state").toString();
    }

    private Outcome run(String... more) {
        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.addAll(List.of("--input", input()));
        Map<String, String> chosen =
                Map.of("--state", state(), "--output-format", KeyedIndex.class.getName(), "--sink-option", "index=a");
        List<String> rest = new ArrayList<>(List.of(more));
        chosen.forEach((option, value) -> {
            if (!rest.contains(option)) {
                words.addAll(List.of(option, value));
            }
        });
        return Outcome.of(words, rest.toArray(String[]::new));
    }

    private String refresh(String... more) throws IOException {
        Outcome outcome = run(more);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return counts();
    }

    private String counts() throws IOException {
        JsonObject summary = Outcome.summary(folder.resolve("report"));
        String classes = Stream.of("new", "changed", "updated", "unchanged")
                .map(name -> name + " " + summary.get(name).getAsLong())
                .collect(Collectors.joining(", "));
        return classes + "; embedded " + summary.get("embedded").getAsLong();
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(state()))) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}

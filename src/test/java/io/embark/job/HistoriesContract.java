/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.model.ModelFolderBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories of a source and of the refreshes that follow it: rows come, change and leave; runs read a part, use another
 * model, rebuild, or break off in the middle of their texts. At the end of each the output holds what this class has kept book of,
 * with the vectors that a fresh embedding gives. {@code EMBARK_HISTORIES} says how many, {@code EMBARK_NIGHTS} how long.
 */
abstract class HistoriesContract {
    private static final int FEW = 5;
    private static final int HISTORIES = number("EMBARK_HISTORIES", FEW);
    private static final int NIGHTS = number("EMBARK_NIGHTS", 5);

    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.LongType)
            .add("title", DataTypes.StringType)
            .add("body", DataTypes.StringType);

    private static final List<String> WORDS = List.of("the", "cat", "dog", "mat", "sat", "a");
    private static final AtomicInteger BROKEN = new AtomicInteger();

    /** How many texts a weak source still gives; every task of this process takes from it. */
    private static int left;

    private static synchronized boolean isOver() {
        left--;
        return left < 0;
    }

    private static final String ANOTHER_OPTION = "--max-tokens";

    @TempDir
    Path folder;

    private String model;

    /** The session of the test. */
    abstract SparkSession spark();

    /** What the command line says of the output. */
    abstract List<String> output();

    /** The rows of the output, with all of its columns. */
    abstract Dataset<Row> written();

    /** Makes some rows those of the source. */
    void put(Dataset<Row> rows) {
        rows.write().mode("overwrite").parquet(input());
    }

    /** Whoever reads the source. */
    DataFrameReader reader() {
        return spark().read().format("parquet");
    }

    /** Where the source lies. */
    final String input() {
        return folder.resolve("in").toString();
    }

    private static int number(String variable, int otherwise) {
        return Integer.parseInt(System.getenv().getOrDefault(variable, Integer.toString(otherwise)));
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, HISTORIES);
    }

    @BeforeEach
    void writeAModel() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    /** Of so many histories some have one. */
    @AfterAll
    static void someRunsBrokeOff() {
        int broken = BROKEN.getAndSet(0);
        if (HISTORIES >= FEW) {
            assertThat(broken).isPositive();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyHistoryEndsWithWhatAFreshEmbeddingGives(long seed) throws IOException {
        History history = new History(seed);
        for (int night = 0; night < NIGHTS; night++) {
            history.change();
            history.run();
        }
        history.change();
        history.end();
    }

    /** A row of the output as it should be. */
    private record Kept(String title, String body, boolean isFlagged) {}

    /** One source, its output, and what is known of both. */
    private final class History {
        private final Random random;
        private final String deleted;
        private final Map<Long, Row> source = new TreeMap<>();
        private final Map<Long, Kept> kept = new TreeMap<>();
        private final List<String> told = new ArrayList<>();
        private List<String> options = List.of();
        private boolean mayHaveAStage;
        private long nextId = 1;

        History(long seed) {
            random = new Random(seed);
            deleted = random.nextInt(3) == 0 ? "flag" : "delete";
            told.add("seed %s, --deleted %s".formatted(seed, deleted));
            for (int i = 0; i < 12; i++) {
                put(nextId++);
            }
        }

        private void put(long id) {
            source.put(id, RowFactory.create(id, Integer.toString(random.nextInt(3)), text()));
        }

        private String text() {
            if (random.nextInt(8) == 0) {
                return null;
            }
            return String.join(
                    " ",
                    Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
                            .limit(1 + random.nextInt(6))
                            .toList());
        }

        private long any() {
            List<Long> ids = List.copyOf(source.keySet());
            return ids.get(random.nextInt(ids.size()));
        }

        void change() {
            for (int i = random.nextInt(6); i > 0; i--) {
                long id = source.isEmpty() ? nextId : any();
                switch (source.isEmpty() ? 0 : random.nextInt(5)) {
                    case 0 -> put(nextId++);
                    case 1 ->
                        source.put(id, RowFactory.create(id, source.get(id).getString(1), text()));
                    case 2 ->
                        source.put(id, RowFactory.create(id, "t", source.get(id).getString(2)));
                    case 3 -> source.remove(id);
                    // One that left may come back, as it was or as another.
                    default -> put(1 + random.nextInt((int) nextId));
                }
            }
            HistoriesContract.this.put(spark().createDataFrame(List.copyOf(source.values()), COLUMNS)
                    .coalesce(1));
        }

        void run() throws IOException {
            boolean makesAColumnOfFlags = deleted.equals("flag") && kept.isEmpty();
            switch (makesAColumnOfFlags ? 1 : random.nextInt(8)) {
                case 0 -> refresh(id -> true, false);
                case 1 -> refresh(id -> true, true, "--deleted", deleted, "--max-deleted", "100%");
                case 2 -> {
                    long rest = random.nextInt(3);
                    String where = "id %% 3 = %s".formatted(rest);
                    refresh(
                            id -> id % 3 == rest,
                            true,
                            "--where",
                            where,
                            "--deleted",
                            deleted,
                            "--max-deleted",
                            "100%");
                }
                case 3 -> {
                    long last = source.keySet().stream().limit(5).reduce(0L, Math::max);
                    refresh(id -> id <= last, false, "--limit", "5");
                }
                case 4 -> refresh(id -> id > nextId / 2, false, "--since", "id > " + nextId / 2);
                case 5 -> rebuild();
                default -> breakOff();
            }
        }

        private boolean isEmptyWhereRowsAre(LongPredicate scope, boolean deletes) {
            boolean isEmpty = source.keySet().stream().noneMatch(scope::test);
            boolean misses = kept.entrySet().stream()
                    .anyMatch(row -> scope.test(row.getKey())
                            && !(deleted.equals("flag") && row.getValue().isFlagged()));
            return deletes && isEmpty && misses;
        }

        private long toEmbed(LongPredicate scope) {
            return source.values().stream()
                    .filter(row -> scope.test(row.getLong(0)) && row.getString(2) != null)
                    .filter(row -> !kept.containsKey(row.getLong(0))
                            || !Objects.equals(kept.get(row.getLong(0)).body(), row.getString(2)))
                    .count();
        }

        private void refresh(LongPredicate scope, boolean deletes, String... more) throws IOException {
            long toEmbed = toEmbed(scope);
            Outcome outcome = start(more);
            if (isEmptyWhereRowsAre(scope, deletes)) {
                assertThat(outcome.code()).as(story()).isEqualTo(2);
                assertThat(outcome.errorLines()).as(story()).contains("the source: has no rows");
                return;
            }
            assertThat(outcome.code()).as("%s: %s", story(), outcome.err()).isZero();
            long embedded = embedded();
            if (mayHaveAStage) {
                assertThat(embedded).as(story()).isLessThanOrEqualTo(toEmbed);
            } else {
                assertThat(embedded).as(story()).isEqualTo(toEmbed);
            }
            // A run with nothing to write does not look for a stage.
            mayHaveAStage &= wroteNothing();
            note(scope, deletes);
        }

        /** Keeps book of a run that came to its end. */
        private void note(LongPredicate scope, boolean deletes) {
            if (deletes) {
                Set<Long> gone = new TreeSet<>(kept.keySet());
                gone.removeIf(id -> !scope.test(id) || source.containsKey(id));
                for (long id : gone) {
                    if (deleted.equals("flag")) {
                        kept.computeIfPresent(id, (key, row) -> new Kept(row.title(), row.body(), true));
                    } else {
                        kept.remove(id);
                    }
                }
            }
            source.forEach((id, row) -> {
                if (scope.test(id)) {
                    kept.put(id, new Kept(row.getString(1), row.getString(2), false));
                }
            });
        }

        private void rebuild() throws IOException {
            List<String> others = options.isEmpty() ? List.of(ANOTHER_OPTION, "3") : List.of();
            List<String> before = options;
            options = others;
            if (!kept.isEmpty()) {
                Outcome refused = start();
                assertThat(refused.code()).as(story()).isEqualTo(2);
                assertThat(refused.errorLines())
                        .as(story())
                        .anyMatch(line -> line.endsWith(" of another model or other options"));
            }
            boolean losesFlags = deleted.equals("flag") && !source.keySet().containsAll(kept.keySet());
            if (source.isEmpty() || losesFlags) {
                options = before;
                return;
            }
            Outcome outcome = start("--rebuild", "--deleted", deleted, "--max-deleted", "100%");
            assertThat(outcome.code()).as("%s: %s", story(), outcome.err()).isZero();
            mayHaveAStage = false;
            kept.clear();
            note(id -> true, false);
        }

        /** A source that fails after some of its texts, as a database does that goes away. */
        private void breakOff() throws IOException {
            // A comparison reads each text once; where nothing is there yet, none is needed.
            int compared = kept.isEmpty() ? 0 : source.size();
            left = compared + random.nextInt(Math.toIntExact(toEmbed(id -> true)) + 1);
            spark().udf()
                    .register(
                            "text_of_a_weak_source",
                            (UDF1<String, String>) text -> {
                                if (isOver()) {
                                    throw new IllegalStateException("the source went away");
                                }
                                return text;
                            },
                            DataTypes.StringType);
            reader().load(input()).createOrReplaceTempView("weak_source");
            Outcome outcome = start(
                    List.of("--sql", "SELECT id, title, text_of_a_weak_source(body) AS body FROM weak_source"),
                    "--commit-every",
                    "2");
            if (outcome.code() == 0) {
                mayHaveAStage &= wroteNothing();
                note(id -> true, false);
                return;
            }
            assertThat(outcome.code()).as("%s: %s", story(), outcome.err()).isEqualTo(1);
            assertThat(outcome.err()).as(story()).contains("the source went away");
            mayHaveAStage = true;
            BROKEN.incrementAndGet();
        }

        void end() throws IOException {
            if (source.isEmpty()) {
                put(nextId++);
                change();
            }
            refresh(id -> true, true, "--deleted", deleted, "--max-deleted", "100%");
            assertThat(texts(written().selectExpr("id", "title", "body", "embedding", isFlagged())))
                    .as(story())
                    .isEqualTo(texts(fresh()));
        }

        private String isFlagged() {
            return deleted.equals("flag") ? "embedding_deleted_at IS NOT NULL" : "false";
        }

        private Dataset<Row> fresh() {
            String expected = folder.resolve("expected").toString();
            String fresh = folder.resolve("fresh").toString();
            List<Row> rows = new ArrayList<>();
            kept.forEach((id, row) -> rows.add(RowFactory.create(id, row.title(), row.body(), row.isFlagged())));
            spark().createDataFrame(rows, COLUMNS.add("flagged", DataTypes.BooleanType))
                    .write()
                    .mode("overwrite")
                    .parquet(expected);
            List<String> words = new ArrayList<>(List.of(
                    "embed", "--input", expected, "--output", fresh, "--model", model, "--text-column", "body"));
            words.addAll(options);
            Outcome outcome = Outcome.of(words, "--mode", "overwrite");
            assertThat(outcome.code()).as(outcome.err()).isZero();
            return spark().read().parquet(fresh).select("id", "title", "body", "embedding", "flagged");
        }

        private Outcome start(String... more) {
            return start(List.of("--input", input()), more);
        }

        private Outcome start(List<String> from, String... more) {
            List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
            words.addAll(from);
            words.addAll(output());
            words.addAll(options);
            Outcome outcome = Outcome.of(words, more);
            told.add("%s rows, %s %s: %s"
                    .formatted(source.size(), String.join(" ", options), String.join(" ", more), outcome.code()));
            return outcome;
        }

        private long embedded() throws IOException {
            return summary("embedded");
        }

        private boolean wroteNothing() throws IOException {
            return summary("rows") == 0;
        }

        private long summary(String count) throws IOException {
            JsonObject summary = Outcome.summary(folder.resolve("report"));
            return summary.get(count).getAsLong();
        }

        private String story() {
            return String.join("\n", told);
        }
    }

    private static List<String> texts(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Row::toString).sorted().toList();
    }
}

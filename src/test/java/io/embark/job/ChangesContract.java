/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.LakeSpark;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nights of a table of a lake that follows another one by its changes: the output holds what a fresh embedding holds, and the source
 * is read as a whole only where its changes would not do.
 */
abstract class ChangesContract {
    /** Three rows in each file, so that a change of one leaves the others alone. */
    private static final int FILES = 4;

    private static final List<String> DELETES = List.of("--deleted", "delete", "--max-deleted", "100%");

    @TempDir
    Path folder;

    private String model;

    /** The source as SQL names it. */
    abstract String source();

    /** What the command line says of the source. */
    abstract List<String> input();

    /** The output as SQL names it. */
    abstract String output();

    /** What the command line says of the output. */
    abstract List<String> into();

    /** What SQL says behind the columns of a table that is the source. */
    abstract String declared();

    /** The file that a row of the source lies in, in SQL. */
    abstract String file();

    /** Rewrites the files of a table, and no row. */
    abstract void compact(String table);

    /** Makes a table what it was before its last commit. */
    abstract void undo(String table);

    /** Whether the changes of a table that is replaced as a whole are read rather than the table. */
    abstract boolean tellsReplacedRows();

    static SparkSession spark() {
        return LakeSpark.session();
    }

    /** Runs a statement, its names and numbers in the places of %s. */
    static void sql(String statement, Object... names) {
        String whole = statement;
        for (Object name : names) {
            whole = whole.replaceFirst("%s", Matcher.quoteReplacement(name.toString()));
        }
        spark().sql(whole);
    }

    @BeforeEach
    void makeTheSource() throws IOException {
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        create();
    }

    private void create() {
        sql("CREATE TABLE %s (id BIGINT, title STRING, body STRING) %s", source(), declared());
        for (int file = 0; file < FILES; file++) {
            sql(
                    "INSERT INTO %s SELECT /*+ REPARTITION(1) */ id, concat('t', id), concat('the cat ', repeat('sat ', int(id))) FROM range(%s, %s)",
                    source(), 3 * file + 1, 3 * file + 4);
        }
    }

    @AfterEach
    void dropTheTables() {
        sql("DROP TABLE IF EXISTS %s", source());
        sql("DROP TABLE IF EXISTS %s", output());
    }

    Outcome run(List<String> from, List<String> more) {
        List<String> words = new ArrayList<>(Outcome.refresh(model, folder.resolve("report")));
        words.addAll(List.of("--stage", folder.resolve("stage").toString()));
        words.addAll(from);
        words.addAll(into());
        words.addAll(more);
        return Outcome.of(words);
    }

    String night(String... more) throws IOException {
        return nightOf(input(), more);
    }

    /** What a night did, and what of the source it read. */
    String nightOf(List<String> from, String... more) throws IOException {
        Outcome outcome = run(from, List.of(more));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonObject summary = Outcome.summary(folder.resolve("report"));
        JsonObject changes = summary.has("changes") ? summary.getAsJsonObject("changes") : new JsonObject();
        String read = !changes.has("whole")
                ? changes.has("from") ? "by changes" : "whole"
                : whole(changes.get("whole").getAsString().replaceAll("\\d{9,}", "N"));
        assertThat(outcome.err().contains("reading the whole source: ")).isEqualTo(changes.has("whole"));
        assertThat(outcome.err().contains("reading what changed in the source since "))
                .isEqualTo(changes.has("from"));
        return Stream.of("new", "changed", "updated", "unchanged", "deleted", "kept", "embedded")
                .filter(name -> summary.get(name).getAsLong() > 0)
                .map(name -> name + " " + summary.get(name).getAsLong())
                .collect(Collectors.joining(", ", "", "; " + read));
    }

    private String deleting(String... more) throws IOException {
        return night(Stream.concat(DELETES.stream(), Stream.of(more)).toArray(String[]::new));
    }

    Dataset<Row> rows(String table) {
        sql("REFRESH TABLE %s", table);
        return spark().table(table);
    }

    /** What is not to be read is not there while something is done. */
    private <T> T without(long id, NightOf<T> done) throws Exception {
        String name = rows(source())
                .where(functions.col("id").equalTo(id))
                .selectExpr(file())
                .as(Encoders.STRING())
                .head();
        Path file =
                name.startsWith("/") ? Path.of(name) : Path.of(URI.create(name).getPath());
        Path aside = folder.resolve("aside");
        Files.move(file, aside);
        try {
            return done.run();
        } finally {
            Files.move(aside, file);
        }
    }

    private interface NightOf<T> {
        T run() throws Exception;
    }

    void requireFresh(String... options) throws IOException {
        String fresh = folder.resolve("fresh").toString();
        List<String> words = new ArrayList<>(List.of("embed", "--output", fresh, "--model", model));
        words.addAll(List.of("--text-column", "body", "--mode", "overwrite"));
        words.addAll(input());
        Outcome outcome = Outcome.of(words, options);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(sorted(rows(output()))).isEqualTo(sorted(spark().read().parquet(fresh)));
    }

    private static List<String> sorted(Dataset<Row> rows) {
        return rows
                .select(Stream.of("id", "title", "body", "embedding")
                        .map(functions::col)
                        .toArray(Column[]::new))
                .collectAsList()
                .stream()
                .map(Row::toString)
                .sorted()
                .toList();
    }

    @Test
    void eachNightReadsWhatChangedAndNoOtherRow() throws Exception {
        String[] where = {"--where", "title <> 'hidden'"};
        assertThat(deleting(where)).isEqualTo("new 12, embedded 12; whole");
        requireFresh(where);
        assertThat(without(12, () -> deleting(where))).isEqualTo("unchanged 12; by changes");
        assertThat(run(
                                input(),
                                Stream.concat(DELETES.stream(), Stream.of(where))
                                        .toList())
                        .err())
                .doesNotContain("the whole source");

        sql("INSERT INTO %s VALUES (13, 'new', 'the new mat'), (14, 'none', null)", source());
        sql(
                "UPDATE %s SET body = CASE id WHEN 1 THEN 'another cat' ELSE body END, title = CASE id WHEN 2 THEN 'other' ELSE title END WHERE id < 3",
                source());
        assertThat(without(12, () -> deleting(where)))
                .isEqualTo("new 2, changed 1, updated 1, unchanged 10, embedded 2; by changes");
        requireFresh(where);
        assertThat(without(12, () -> deleting(where))).isEqualTo("unchanged 14; by changes");

        sql("DELETE FROM %s WHERE id = 3", source());
        assertThat(without(12, () -> deleting(where))).isEqualTo("unchanged 13, deleted 1; by changes");
        requireFresh(where);

        sql("DELETE FROM %s WHERE id = 4", source());
        sql("INSERT INTO %s VALUES (4, 't4', 'a fourth cat')", source());
        assertThat(without(12, () -> deleting(where))).isEqualTo("changed 1, unchanged 12, embedded 1; by changes");
        requireFresh(where);

        sql("UPDATE %s SET title = 'hidden' WHERE id = 5", source());
        assertThat(without(12, () -> deleting(where))).isEqualTo("unchanged 12, deleted 1; by changes");
        requireFresh(where);
        sql("UPDATE %s SET title = 'shown' WHERE id = 5", source());
        assertThat(without(12, () -> deleting(where))).isEqualTo("new 1, unchanged 12, embedded 1; by changes");
        requireFresh(where);

        sql(
                "INSERT OVERWRITE %s SELECT id, title, IF(id = 6, 'sixth', body) AS body FROM %s WHERE id <> 7",
                source(), source());
        assertThat(deleting(where))
                .isEqualTo("changed 1, unchanged 11, deleted 1, embedded 1; "
                        + (tellsReplacedRows()
                                ? "by changes"
                                : whole("more of it was written anew since snapshot N than it holds")));
        requireFresh(where);
        assertThat(deleting(where)).isEqualTo("unchanged 12; by changes");
    }

    private static String whole(String why) {
        return "whole: " + why;
    }

    @Test
    void filesThatAreRewrittenAreNoChanges() throws Exception {
        assertThat(deleting()).isEqualTo("new 12, embedded 12; whole");
        compact(output());
        sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
        assertThat(without(12, () -> deleting())).isEqualTo("changed 1, unchanged 11, embedded 1; by changes");
        requireFresh();
        compact(source());
        assertThat(deleting()).isEqualTo("unchanged 12; by changes");
        sql("DELETE FROM %s WHERE id = 1", source());
        assertThat(deleting()).startsWith("unchanged 11, deleted 1; ");
        requireFresh();
    }

    @Test
    void anotherConditionOrPolicyReadsTheWholeSource() throws Exception {
        night("--where", "id < 6");
        String other = "; whole: the last refresh had other settings or columns";
        assertThat(night()).isEqualTo("new 7, unchanged 5, embedded 7" + other);
        assertThat(night()).isEqualTo("unchanged 12; by changes");
        sql("DELETE FROM %s WHERE id = 3", source());
        assertThat(night()).isEqualTo("unchanged 11, kept 1; by changes");
        assertThat(deleting()).isEqualTo("unchanged 11, deleted 1" + other);
        requireFresh();
        assertThat(deleting("--changes", "scan")).isEqualTo("unchanged 11; whole");
        assertThat(deleting()).isEqualTo("unchanged 11; by changes");
    }

    @Test
    void aRunThatReadsAPartLeavesTheNextOneTheWhole() throws Exception {
        night();
        sql("UPDATE %s SET body = 'another cat' WHERE id IN (1, 7)", source());
        assertThat(night("--since", "id < 5")).isEqualTo("changed 1, unchanged 3, kept 8, embedded 1; whole");
        assertThat(night())
                .startsWith("changed 1, unchanged 11, embedded 1; whole: ")
                .endsWith("does not tell what it was made of");
        requireFresh();
    }

    @Test
    void rowsThatSomebodyElseChangedInTheOutputAreMadeRight() throws Exception {
        night();
        sql("UPDATE %s SET title = 'wrong', embedding_row_hash = NULL WHERE id = 1", output());
        assertThat(night()).startsWith("updated 1, unchanged 11; whole: ");
        requireFresh();
        sql("DELETE FROM %s WHERE id = 2", output());
        assertThat(night()).startsWith("new 1, unchanged 11, embedded 1; whole: ");
        requireFresh();
        assertThat(night()).isEqualTo("unchanged 12; by changes");
    }

    @Test
    void anOutputThatIsPutBackIsMadeRight() throws Exception {
        night();
        sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
        night();
        undo(output());
        assertThat(night()).startsWith("changed 1, unchanged 11, embedded 1; ");
        requireFresh();
        assertThat(night()).isEqualTo("unchanged 12; by changes");
    }

    @Test
    void aSourceThatIsPutBackOrMadeAnewIsFollowed() throws Exception {
        night();
        sql("UPDATE %s SET body = 'another cat' WHERE id = 1", source());
        assertThat(night()).isEqualTo("changed 1, unchanged 11, embedded 1; by changes");
        undo(source());
        assertThat(night()).startsWith("changed 1, unchanged 11, embedded 1; ");
        requireFresh();
        sql("DROP TABLE %s", source());
        create();
        sql("UPDATE %s SET body = 'a third cat' WHERE id = 2", source());
        assertThat(night()).startsWith("changed 1, unchanged 11, embedded 1; whole: ");
        requireFresh();
    }

    @Test
    void aTextThatFailedIsTriedAgain() throws Exception {
        String[] fails = {"--on-error", "null", "--max-text-characters", "30", "--long-text", "mean"};
        assertThat(night(fails)).isEqualTo("new 12, embedded 5; whole");
        assertThat(night(fails))
                .startsWith("changed 7, unchanged 5; whole: ")
                .endsWith("does not tell what it was made of");
        sql("UPDATE %s SET body = 'cat' WHERE id > 3", source());
        assertThat(night(fails)).startsWith("changed 9, unchanged 3, embedded 9; whole: ");
        assertThat(night(fails)).isEqualTo("unchanged 12; by changes");
    }

    @Test
    void aKeyThatIsThereTwiceIsRefused() throws Exception {
        night();
        sql("INSERT INTO %s VALUES (1, 'twice', 'the cat')", source());
        Outcome refused = run(input(), List.of());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err())
                .contains("reading the whole source: what changed does not fit to the output, at key 1");
        assertThat(refused.errorLines()).contains("option id-column: 1 key has more than one row of the source");

        sql("DELETE FROM %s WHERE id = 1 AND title = 't1'", source());
        assertThat(night()).startsWith("changed 1, unchanged 11, embedded 1; ");
        requireFresh();
        sql("INSERT INTO %s VALUES (null, 'none', 'the cat')", source());
        assertThat(run(input(), List.of()).errorLines()).contains("option id-column: 1 row has no key");
    }

    @Test
    void aRowThatComesBackIsFoundWhateverBecameOfIt() throws Exception {
        night();
        sql("DELETE FROM %s WHERE id = 1", source());
        assertThat(night()).isEqualTo("unchanged 11, kept 1; by changes");
        sql("INSERT INTO %s VALUES (1, 't1', 'the cat sat '), (20, 'came', 'and went')", source());
        sql("DELETE FROM %s WHERE id = 20", source());
        assertThat(night()).startsWith("unchanged 12; ");
        requireFresh();
    }

    @Test
    void rowsAreFlaggedAndTakenBack() throws Exception {
        String[] flags = {"--deleted", "flag", "--max-deleted", "50%"};
        night(flags);
        sql("DELETE FROM %s WHERE id = 1", source());
        assertThat(without(12, () -> night(flags))).isEqualTo("unchanged 11; by changes");
        assertThat(rows(output())
                        .where("embedding_deleted_at IS NOT NULL")
                        .select("id")
                        .as(Encoders.LONG())
                        .collectAsList())
                .containsExactly(1L);
        assertThat(without(12, () -> night(flags))).isEqualTo("unchanged 11, kept 1; by changes");
        sql("INSERT INTO %s VALUES (1, 't1', 'the cat sat ')", source());
        assertThat(without(12, () -> night(flags))).isEqualTo("updated 1, unchanged 11; by changes");
        requireFresh();
        assertThat(rows(output()).where("embedding_deleted_at IS NOT NULL").count())
                .isZero();
    }

    @Test
    void documentsInChunksFollowToo() throws Exception {
        String[] chunks = {"--long-text", "chunks", "--max-tokens", "8"};
        night(chunks);
        long before = rows(output()).count();
        assertThat(before).isGreaterThan(12);
        sql("UPDATE %s SET body = 'cat' WHERE id = 9", source());
        sql("DELETE FROM %s WHERE id = 3", source());
        String[] all = Stream.of(chunks, DELETES.toArray(String[]::new))
                .flatMap(Stream::of)
                .toArray(String[]::new);
        assertThat(night(all))
                .isEqualTo(
                        "changed 1, unchanged 10, deleted 1, embedded 1; whole: the last refresh had other settings or columns");
        sql("UPDATE %s SET body = 'the cat sat on the mat and the dog sat on the cat' WHERE id = 8", source());
        assertThat(without(12, () -> night(all))).isEqualTo("changed 1, unchanged 10, embedded 1; by changes");
        assertThat(rows(output()).where("id = 9").count()).isEqualTo(1);
        assertThat(rows(output()).where("id = 8").count()).isGreaterThan(1);
        assertThat(night(all)).isEqualTo("unchanged 11; by changes");
    }

    @Test
    void aFunctionOfSomebodyElsesIsNotTrusted() throws Exception {
        spark().udf().register("title_of_a_test", (UDF1<String, String>) title -> title, DataTypes.StringType);
        List<String> plain = List.of("--sql", "SELECT id, upper(title) AS title, body FROM " + source());
        List<String> foreign = List.of("--sql", "SELECT id, title_of_a_test(title) AS title, body FROM " + source());
        nightOf(plain);
        sql("UPDATE %s SET title = 'other' WHERE id = 1", source());
        assertThat(nightOf(plain)).isEqualTo("updated 1, unchanged 11; by changes");
        assertThat(rows(output()).where("title = 'OTHER'").count()).isEqualTo(1);
        assertThat(nightOf(foreign))
                .isEqualTo("updated 12; whole: a function that is not Spark's own may give other rows than it did");
        assertThat(nightOf(plain)).startsWith("updated 12; whole: ");
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "a.parquet,PARQUET",
        "part-0.snappy.parquet,PARQUET",
        "a.json.gz,JSON",
        "A.JSONL,JSON",
        "a.ndjson,JSON",
        "a.csv.bz2,CSV",
        "a.tsv,CSV",
        "a.txt,TEXT",
        "a.zstd.orc,ORC"
    })
    void aFilesNameTellsItsFormat(String name, SourceFormat format) {
        assertThat(SourceFormat.ofFile(name)).contains(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.gz", "csv", "a.xml"})
    void aFilesNameMayTellNothing(String name) {
        assertThat(SourceFormat.ofFile(name))
                .isEqualTo(name.equals("csv") ? SourceFormat.ofFile("a.csv") : SourceFormat.ofFile("b"));
    }

    @Test
    void readsQuotedCellsWithLineBreaksAndDoubledQuotes() throws IOException {
        String path = file("a.csv", "id,text\n1,\"one\ntwo, \"\"three\"\"\"\n2,\n");

        assertThat(rows(files(path))).containsExactly("[1,one\ntwo, \"three\"]", "[2,null]");
    }

    @Test
    void aChosenReaderOptionReplacesTheDefaultInLettersOfEitherCase() throws IOException {
        String path = file("a.csv", "1;a\n2;b\n");

        assertThat(rows(Source.files(spark, path, withOptions(Map.of("HEADER", "false", "sep", ";")))))
                .containsExactly("[1,a]", "[2,b]");
    }

    @Test
    void readsTabsJsonTextAndCompressedFiles() throws IOException {
        Path zipped = folder.resolve("a.jsonl.gz");
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            stream.write("{\"id\": 1, \"text\": \"a\"}\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(rows(files(file("a.tsv", "id\ttext\n1\ta,b\n")))).containsExactly("[1,a,b]");
        assertThat(rows(files(zipped.toString()))).containsExactly("[1,a]");
        assertThat(rows(files(file("a.txt", "one\ntwo\n")))).containsExactly("[one]", "[two]");
    }

    @Test
    void aFolderIsWhatItsFilesAreAndAGlobChoosesSome() throws IOException {
        spark.range(3).coalesce(1).write().orc(folder.resolve("o").toString());
        file("x1.csv", "text\na\n");
        file("x2.csv", "text\nb\n");
        file("y.csv", "text\nc\n");

        assertThat(rows(files(folder.resolve("o").toString()))).containsExactly("[0]", "[1]", "[2]");
        assertThat(rows(files(folder.resolve("x*.csv").toString()))).containsExactlyInAnyOrder("[a]", "[b]");
    }

    @Test
    void readsTablesAndQueries() {
        spark.range(5).createOrReplaceTempView("five");

        assertThat(rows(Source.table(spark, "five", where("id > 2")))).containsExactly("[3]", "[4]");
        assertThat(rows(Source.query(spark, "SELECT id + 1 AS n FROM five", limited(2))))
                .hasSize(2);
        assertThat(query("SELECT 1 AS n").cheap()).isFalse();
    }

    @Test
    void refusesWhatIsNotThere() {
        assertRefused("input /nowhere/a.parquet: does not exist\n", () -> files("/nowhere/a.parquet"));
        assertRefused("input %s/*.csv: does not exist\n".formatted(folder), () -> files(folder + "/*.csv"));
        assertRefused(
                "input nosuch://x/a: cannot be reached\nNo FileSystem for scheme \"nosuch\"\n",
                () -> files("nosuch://x/a"));
        assertRefused("table nowhere: does not exist\n", () -> table("nowhere"));
        assertRefused("table a b: does not exist\n", () -> table("a b"));
        assertRefused("option sql: names what does not exist\n", () -> query("SELECT * FROM nowhere"));
        assertRefused("option sql: is not valid SQL\n", () -> query("SELEC 1"));
    }

    @Test
    void refusesFilesThatAreNotWhatTheySeem() throws IOException {
        assertRefused(
                "input %s: cannot be read as parquet\n".formatted(folder.resolve("a.parquet")),
                () -> files(file("a.parquet", "this is no parquet file at all")));
        assertRefused(
                "input %s: no line of it is JSON\n".formatted(folder.resolve("a.json")),
                () -> files(file("a.json", "{\n\"a\": 1\n}\n")));
    }

    @Test
    void refusesEmptyFoldersAndFiles() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertRefused("input %s: holds no files\n".formatted(empty), () -> files(empty.toString()));
        Files.createFile(empty.resolve("_hidden.csv"));
        assertRefused("input %s: holds no files\n".formatted(empty), () -> files(empty.toString()));
        for (String name : List.of("a.csv", "a.json")) {
            String path = file(name, "");
            assertRefused("input %s: is empty\n".formatted(path), () -> files(path));
        }
    }

    @Test
    void aFileSystemWithoutItsJarIsAWrongRequest() {
        assertRefused(
                "input s3a://bucket/a: cannot be reached\nClass org.apache.hadoop.fs.s3a.S3AFileSystem not found\n",
                () -> files("s3a://bucket/a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE"})
    void readsOneJsonArrayOverManyLines(String charset) throws IOException {
        Path path = folder.resolve("a.json");
        Files.write(path, "\ufeff[{\"text\":\n\"a\"}]".getBytes(java.nio.charset.Charset.forName(charset)));

        assertThat(rows(Source.files(spark, path.toString(), withOptions(Map.of("multiline", "true")))))
                .containsExactly("[a]");
    }

    @Test
    void linesThatAreNotJsonAreKeptAndTold() throws IOException {
        Source source = files(file("a.jsonl", "{\"text\": \"a\"}\nnot json\n"));

        assertThat(source.rows().collectAsList().stream().map(Row::toString))
                .containsExactly("[null,a]", "[not json,null]");
        assertThat(source.notes())
                .containsExactly(
                        "some lines are not JSON; they are kept in column _corrupt_record, with null elsewhere");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE five",
                "CREATE TABLE x AS SELECT 1",
                "INSERT INTO five VALUES (1)",
                "WITH a AS (SELECT 1) INSERT INTO five SELECT * FROM a",
                "SET spark.sql.ansi.enabled=true"
            })
    void refusesSqlThatWouldChangeSomething(String statement) {
        assertRefused("option sql: is not a query\n", () -> query(statement));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch = 1", "id >", "id"})
    void refusesAConditionThatDoesNotHold(String condition) {
        spark.range(5).createOrReplaceTempView("five");

        assertRefused(
                "option where: '%s' does not hold for the input\n".formatted(condition),
                () -> Source.table(spark, "five", where(condition)));
    }

    private static void assertRefused(String start, ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(start)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(3));
    }

    private static List<String> rows(Source source) {
        return source.rows().collectAsList().stream().map(Row::toString).toList();
    }

    private Source files(String path) {
        return Source.files(spark, path, withOptions(Map.of()));
    }

    private Source table(String name) {
        return Source.table(spark, name, withOptions(Map.of()));
    }

    private Source query(String query) {
        return Source.query(spark, query, withOptions(Map.of()));
    }

    private static SourceRequest withOptions(Map<String, String> options) {
        return SourceRequest.ALL.with(options);
    }

    private static SourceRequest where(String condition) {
        return SourceRequest.ALL.where(condition);
    }

    private static SourceRequest limited(int rows) {
        return SourceRequest.ALL.limit(rows);
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }
}

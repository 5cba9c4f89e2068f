/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.job.sink.store.postgresql.PostgresServer;
import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write to reach PostgreSQL, from the command line to the table and back. */
@Tag("postgresql")
class PostgresJobTest {
    private static final String SCHEMA = "\"Ünï.t \"";
    private static final Pattern WORD = Pattern.compile("'((?:[^']|'\\\\'')*)'|\\S+");

    private final SparkSession spark = SharedSpark.session();
    private final PostgresServer server = PostgresServer.plain();

    @TempDir
    Path folder;

    private String input;
    private String model;
    private Path password;

    @BeforeEach
    void writeAnInputAndAModel() throws Exception {
        input = folder.resolve("in").toString();
        spark.sql("SELECT CAST(id AS STRING) AS `a.b`, id AS `Part 'x'`, concat('text ', id) AS body FROM range(5)")
                .write()
                .parquet(input);
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        password = Files.writeString(folder.resolve("password"), server.password() + "\n");
        server.run("DROP SCHEMA IF EXISTS %s CASCADE".formatted(SCHEMA), "CREATE SCHEMA " + SCHEMA);
    }

    private Outcome embed(String table, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "embed",
                "--input",
                input,
                "--text-column",
                "body",
                "--model",
                model,
                "--output-format",
                "postgresql",
                "--sink-option",
                "url=" + server.url() + "?loginTimeout=7",
                "--sink-option",
                "dbtable=" + table,
                "--sink-option",
                "user=" + server.user()));
        command.addAll(List.of(more));
        if (command.stream().noneMatch(word -> word.startsWith("password="))) {
            command.addAll(List.of("--sink-option", "password=file:" + password));
        }
        return Outcome.of(command);
    }

    @Test
    void aTableOfAnyNameTakesKeysOfTwoColumnsAndIsFoundByThePrintedCommand() throws Exception {
        String table = SCHEMA + ".\"My \"\"t\"\".1\"";
        Outcome first = embed(table, "--id-column", "a.b,Part 'x'");
        Outcome again = embed(table, "--id-column", "a.b,part 'x'", "--mode", "append", "--where", "`a.b` > 2");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(server.ask("SELECT \"a.b\" || \"Part 'x'\" || body FROM %s ORDER BY 1".formatted(table)))
                .containsExactly("00text 0", "11text 1", "22text 2", "33text 3", "44text 4");

        String printed = again.out()
                .lines()
                .filter(line -> line.startsWith("Search it: "))
                .findFirst()
                .orElseThrow();
        assertThat(printed)
                .contains("'user=embark'", "'password=file:%s'".formatted(password), "?loginTimeout=7'")
                .doesNotContain(server.password());
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(printed.replaceFirst("Search it: \\S+ ", "").replace("\"...\"", "'text 3'"));
        while (word.find()) {
            words.add(word.group(1) == null ? word.group() : word.group(1).replace("'\\''", "'"));
        }
        Outcome found = Outcome.of(words, "--top", "1");
        assertThat(found.code()).as("%s%n%s", printed, found.err()).isZero();
        assertThat(found.out()).contains("1.0000", "text ");
    }

    @Test
    void aPasswordThatStoodInTheCommandIsLeftOutOfThePrintedOne() {
        Outcome outcome = embed(
                "\"t\"", "--id-column", "a.b", "--mode", "append", "--sink-option", "password=" + server.password());

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("--source-option 'password=...'").doesNotContain(server.password());
        assertThat(outcome.err()).doesNotContain(server.password());
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "append", "overwrite"})
    void noRowsMakeATableWithoutRows(String mode) throws Exception {
        String table = SCHEMA + ".none";
        Outcome outcome = embed(table, "--id-column", "a.b", "--mode", mode, "--where", "false");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("Embedded 0 rows");
        assertThat(server.ask("SELECT count(*) FROM " + table)).containsExactly("0");
    }

    @Test
    void aRowWithoutItsKeyIsRefusedBeforeTheTableIsMade() throws Exception {
        spark.sql("SELECT nullif(id, 3) AS id, 'a' AS body FROM range(5)")
                .write()
                .mode("overwrite")
                .parquet(input);
        Outcome outcome = embed(SCHEMA + ".t", "--id-column", "id");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.errorLines())
                .contains("column 'id': is null in a row", "A row without its key cannot be found again.");
        assertThat(server.ask("SELECT relname FROM pg_class WHERE relnamespace = '%s'::regnamespace".formatted(SCHEMA)))
                .isEmpty();
    }

    @Test
    void aTableThatExistsIsLeftAlone() throws Exception {
        server.run("CREATE TABLE %s.t (id bigint PRIMARY KEY)".formatted(SCHEMA));
        Outcome outcome = embed(SCHEMA + ".t", "--id-column", "a.b");

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("t: exists");
    }
}

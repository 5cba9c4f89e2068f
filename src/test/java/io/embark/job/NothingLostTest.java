/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that would lose something: exit code 2, three lines, and every byte as it was. */
class NothingLostTest {
    private static final SparkSession SPARK = SharedSpark.session();
    private static final String DELTA = "a table of Delta Lake";

    @TempDir
    static Path shared;

    private static String model;

    @TempDir
    Path folder;

    private Path table;

    @BeforeAll
    static void writeAModelAndTables() throws IOException {
        model = ModelFolderBuilder.in(shared.resolve("model")).write().toString();
        SPARK.range(3)
                .selectExpr("id", "'a' AS text")
                .coalesce(1)
                .write()
                .parquet(shared.resolve("rows").toString());
        SPARK.sql("CREATE DATABASE lost LOCATION '%s'".formatted(shared.resolve("lost.db")));
        SPARK.sql("CREATE TABLE lost.t USING parquet AS SELECT id, 'a' AS text FROM range(3)");
        SPARK.sql("CREATE TABLE lost.p (id BIGINT, text STRING, p INT) USING parquet PARTITIONED BY (p)");
        SPARK.sql("INSERT INTO lost.p VALUES (1, 'a', 1), (2, 'b', 2)");
    }

    @AfterAll
    static void dropTheTables() {
        SPARK.sql("DROP DATABASE lost CASCADE");
    }

    /** A folder of rows of its own for each test. */
    @BeforeEach
    void copyTheRows() throws IOException {
        table = copy(shared.resolve("rows"), folder.resolve("w"));
    }

    @AfterEach
    void forgetTheViews() {
        SPARK.catalog().dropTempView("ofw");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--input %1$s/part-*.parquet",
                "--sql 'SELECT * FROM parquet.`%1$s/part-*.parquet`'",
                "--sql 'SELECT * FROM (SELECT * FROM parquet.`file:%1$s/part-*.parquet`) WHERE id IN (SELECT 1)'",
                "--sql 'SELECT 1 AS id, max(text) AS text FROM lost.t WHERE id IN (SELECT id FROM parquet.`%1$s/part-*.parquet`)'",
                "--sql 'WITH a AS (SELECT * FROM parquet.`%1$s/../w/part-*.parquet`) SELECT * FROM a'",
                "--sql 'SELECT * FROM parquet.`%1$s-link/part-*.parquet`'",
                "--table ofw"
            })
    void anInputInTheOutputStays(String source) throws IOException {
        Files.createSymbolicLink(folder.resolve("w-link"), table);
        SPARK.read().parquet(table + "/part-*.parquet").createOrReplaceTempView("ofw");

        assertRefused(
                "output %s: contains the input".formatted(table),
                "Replacing it would delete ",
                embed("%s --output %s --mode overwrite".formatted(source.formatted(table), table)));
        assertRefused(
                "output %s: contains the input".formatted(folder),
                "Replacing it would delete ",
                embed("%s --output %s --mode overwrite".formatted(source.formatted(table), folder)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--input %1$s --where id>1",
                "--input %1$s --limit 2",
                "--input %1$s/../w --limit 2",
                "--sql 'SELECT text FROM parquet.`%1$s`'",
                "--sql 'SELECT DISTINCT * FROM parquet.`%1$s`'",
                "--sql 'SELECT w.* FROM parquet.`%1$s` w JOIN lost.t USING (id)'"
            })
    void theInputIsNotReplacedByAPartOfIt(String source) throws IOException {
        assertRefused(
                "output %s: is the input".formatted(table),
                "It would be replaced by a part of its rows or columns, and the others would be lost.",
                embed("%s --output %s --mode overwrite".formatted(source.formatted(table), table)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--input %1$s",
                "--sql 'SELECT * FROM parquet.`%1$s` ORDER BY id'",
                "--sql 'SELECT w.*, t.id AS other FROM parquet.`%1$s` w LEFT JOIN lost.t t ON t.id = w.id + 1'",
                "--sql 'SELECT * FROM parquet.`%1$s` UNION ALL SELECT * FROM lost.t'"
            })
    void theInputIsReplacedByAllOfIt(String source) {
        String line = "%s --output %s --mode overwrite --text-column text".formatted(source.formatted(table), table);
        Outcome outcome = Outcome.of(embed(line), source.startsWith("--sql") ? "--explain" : "--quiet");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(SPARK.read().parquet(table.toString()).count()).isEqualTo(3);
    }

    @Test
    void aPartitionOfTheInputStays() throws IOException {
        Path partitioned = Files.createDirectory(folder.resolve("parts"));
        copy(table, partitioned.resolve("p=1"));

        assertRefused(
                "output %s/p=1: is a part of the input".formatted(partitioned),
                "Replacing it would delete %s/p=1/part-".formatted(partitioned),
                embed("--input %1$s --output %1$s/p=1 --mode overwrite".formatted(partitioned)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lost.db | : contains database lost | Replacing it would delete %s/lost.db with all tables in it.",
                "lost.db/p/p=1 | : is a part of table lost.p | Replacing it would delete rows of this table, whose folder is %s/lost.db/p.",
                "lost.db/p | : is the folder of table lost.p | The new files would not be what the catalog says of this table: its format, partitions or buckets.",
            })
    void tablesOfTheCatalogStay(String output, String problem, String reason) throws IOException {
        String place = shared.resolve(output).toString();
        String state = FolderState.of(shared);

        assertRefused(
                "output " + place + problem,
                reason.formatted(shared),
                embed("--input %s --output %s --mode overwrite".formatted(table, place)));
        assertThat(FolderState.of(shared)).isEqualTo(state);
        // A table in a database's folder is read, and the folder of the database stays as well.
        assertRefused(
                "output %s: contains the input".formatted(shared),
                "Replacing it would delete ",
                embed("--table lost.t --output %s --mode overwrite".formatted(shared)));
        assertThat(FolderState.of(shared)).isEqualTo(state);
    }

    @Test
    void aTableInTheFolderOfATableStays() throws IOException {
        SPARK.sql("CREATE TABLE lost.outer USING parquet AS SELECT 1 AS id, 'a' AS text");
        Path outer = shared.resolve("lost.db/outer");
        SPARK.sql("CREATE TABLE lost.inner USING parquet LOCATION '%s' AS SELECT 1 AS id, 'a' AS text"
                .formatted(outer.resolve("p=1")));
        try {
            String state = FolderState.of(shared);
            assertRefused(
                    "output table lost.outer: contains the input",
                    "Replacing it would delete ",
                    embed("--table lost.inner --output-table lost.outer --mode overwrite"));
            assertRefused(
                    "output table lost.outer: contains table lost.inner",
                    "Replacing it would delete %s/p=1, the folder of this table.".formatted(outer),
                    embed("--input %s --output-table lost.outer --mode overwrite".formatted(table)));
            assertRefused(
                    "output table lost.outer: is the input",
                    "It would be replaced by a part of its rows or columns, and the others would be lost.",
                    embed("--table lost.outer --where id=1 --output-table lost.outer --mode overwrite"));
            assertThat(FolderState.of(shared)).isEqualTo(state);
        } finally {
            SPARK.sql("DROP TABLE lost.inner");
            SPARK.sql("DROP TABLE lost.outer");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "_delta_log/00000000000000000000.json | a table of Delta Lake | Add --packages io.delta:delta-spark_",
                "metadata/00000-a.metadata.json | a table of Apache Iceberg | Add --packages org.apache.iceberg:iceberg-spark-runtime-",
                "metadata/version-hint.text | a table of Apache Iceberg | Add --packages org.apache.iceberg:iceberg-spark-runtime-",
                ".hoodie/hoodie.properties | a table of Apache Hudi | Add --packages org.apache.hudi:hudi-spark",
                "schema/schema-0;snapshot/snapshot-1 | a table of Apache Paimon | Add the jar that reads such tables with --packages.",
                "_versions/1.manifest | a table of Lance | Add --packages com.lancedb:lance-spark",
                "delta_0000001_0000001_0000/bucket_00000 | a transactional table of Hive | Export it first: Spark does not read such tables."
            })
    void aTableOfAnotherMakerIsKnownOnBothSides(String marks, String words, String reading) throws IOException {
        for (String mark : marks.split(";", -1)) {
            Path file = table.resolve(mark);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "{}\n");
        }
        String is = "%s: is " + words;

        Outcome read = assertRefused(
                "input " + is.formatted(table), "Its files hold rows that were deleted or replaced", reads(table));
        assertThat(read.errorLines().get(2)).startsWith(reading);
        assertRefused(
                "option sql: reads from %s, %s".formatted(words, table),
                "Its files hold rows",
                List.of(
                        "embed",
                        "--sql",
                        "SELECT * FROM parquet.`%s`".formatted(table),
                        "--dry-run",
                        "--model",
                        model));
        assertRefused(
                "table " + is.formatted(table),
                "Its files hold rows",
                List.of("search", "--table", table.toString(), "--query", "a", "--model", model));
        for (String mode : List.of("error", "overwrite", "append")) {
            assertRefused(
                    "output " + is.formatted(table),
                    "Files that are put there are not seen by its readers",
                    embed("--table lost.t --output %s --mode %s".formatted(table, mode)));
        }
    }

    @Test
    void aTableOfAnotherMakerIsKnownAboveAndBelow() throws IOException {
        Path log = Files.createDirectories(table.resolve("_delta_log"));
        Files.writeString(log.resolve("00000000000000000000.json"), "{}\n");
        copy(table, table.resolve("p=1"));
        Path below = folder.resolve("a/b/c");
        Files.createDirectories(below.getParent());
        copy(table, below);
        copy(log, below.resolve("_delta_log"));
        String file = onlyRows(table);

        assertRefused("input %s: lies in %s, %s".formatted(file, DELTA, table), "Its files", reads(Path.of(file)));
        assertRefused(
                "input %s/a: holds %s, %s".formatted(folder, DELTA, below), "Its files", reads(folder.resolve("a")));
        assertRefused("input %s/a/b/*: is %s".formatted(folder, DELTA), "Its files", reads(folder.resolve("a/b/*")));
        assertRefused(
                "output %s/new/er: lies in %s, %s".formatted(table, DELTA, table),
                "Files that",
                embed("--table lost.t --output %s/new/er".formatted(table)));
        assertRefused(
                "output %s/a: holds %s, %s".formatted(folder, DELTA, below),
                "Files that",
                embed("--table lost.t --output %s/a --mode overwrite".formatted(folder)));
        assertRefused(
                "report %s/report: lies in %s".formatted(table, DELTA),
                "Its files would be among those of the rows in ",
                embed("--table lost.t --output %s/out --report %s/report".formatted(folder, table)));
    }

    @Test
    void theLogOfAStreamIsKept() throws IOException {
        Files.createDirectories(table.resolve("_spark_metadata"));
        for (String mode : List.of("append", "overwrite")) {
            assertRefused(
                    "output %s: is the output of a stream".formatted(table),
                    "Files that are put there are not seen by its readers",
                    embed("--table lost.t --output %s --mode %s".formatted(table, mode)));
        }
    }

    @Test
    void rowsWithoutItsPartitionsAreNotAppendedToAFolder() throws IOException {
        Path partitioned = Files.createDirectory(folder.resolve("parts"));
        copy(table, partitioned.resolve("p=1"));

        assertRefused(
                "output %s: has other columns than what would be appended".formatted(partitioned),
                "It has id, p, text; appended would be embedding, id, text.",
                embed("--table lost.t --output %s --mode append".formatted(partitioned)));
    }

    @Test
    void aColumnThatStandsInTheNamesOfFoldersIsTold() throws IOException {
        Path partitioned = Files.createDirectory(folder.resolve("parts"));
        copy(table, partitioned.resolve("key=007"));
        String line = "--input %s --text-column text --output %s/out".formatted(partitioned, folder);

        Outcome told = Outcome.of(embed(line + " --id-column key"));
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.err())
                .contains("embark: column key is read from the names of folders, as int: 007 is 7 there, unless --set"
                        + " spark.sql.sources.partitionColumnTypeInference.enabled=false\n");
        assertThat(SPARK.read().parquet(folder + "/out").select("key").distinct().collectAsList().stream()
                        .map(row -> row.get(0)))
                .containsExactly(7);
        assertThat(Outcome.of(embed(line + " --id-column id --mode overwrite --dry-run"))
                        .out())
                .doesNotContain("names of folders");
    }

    @Test
    void aLinkIsNotReplaced() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("w"));
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));

        assertRefused(
                "output %s: is a symbolic link".formatted(link),
                "It leads to %s. A new folder would take the place of the link, and the old rows would stay."
                        .formatted(table),
                embed("--table lost.t --output %s --mode overwrite".formatted(link)));
        for (String mode : List.of("error", "overwrite", "append")) {
            assertRefused(
                    "output %s: is a symbolic link".formatted(dangling),
                    "It leads to %s/nowhere.".formatted(folder),
                    embed("--table lost.t --output %s --mode %s".formatted(dangling, mode)));
        }
    }

    @Test
    void whatNoRunWroteIsNotReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("out.parquet"), "mine");
        assertRefused(
                "output %s: is a file".formatted(file),
                "A run writes a folder, which would take its place.",
                embed("--table lost.t --output %s --mode overwrite".formatted(file)));

        for (String mine : List.of("thesis.txt", "part-time-jobs.csv", ".ssh/id", "sub/part-00000", "p=1/note.txt")) {
            Path home = folder.resolve("home");
            Path kept = home.resolve(mine);
            Files.createDirectories(kept.getParent());
            Files.writeString(kept, "mine");
            Path named = mine.startsWith("p=")
                    ? kept
                    : home.resolve(Path.of(mine).getName(0).toString());
            assertRefused(
                    "output %s: holds more than the rows of an output".formatted(home),
                    "Replacing it would delete %s, which neither Spark nor a run writes.".formatted(named),
                    embed("--table lost.t --output %s --mode overwrite".formatted(home)));
            Files.move(home, folder.resolve("home-of-" + mine.replace('/', '-')));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COMMENT 'ours' | a comment",
                "TBLPROPERTIES ('retention.days'='7', a='b') | property a, property retention.days",
                "CLUSTERED BY (id) INTO 2 BUCKETS | buckets"
            })
    void aTableWithMoreThanRowsIsNotReplaced(String clause, String losses) throws IOException {
        SPARK.sql("CREATE TABLE lost.more (id BIGINT, text STRING) USING parquet " + clause);
        try {
            SPARK.sql("INSERT INTO lost.more SELECT 1, 'a'");
            String state = FolderState.of(shared);
            Outcome outcome = assertRefused(
                    "output table lost.more: cannot be replaced",
                    "It has %s, which the new table would not have.".formatted(losses),
                    embed("--table lost.t --output-table lost.more --mode overwrite"));
            assertThat(outcome.errorLines().get(2))
                    .isEqualTo(
                            "Choose another --output-table, or empty this one with Spark SQL (TRUNCATE TABLE) and use"
                                    + " --mode append.");
            assertThat(FolderState.of(shared)).isEqualTo(state);
        } finally {
            SPARK.sql("DROP TABLE lost.more");
        }
    }

    @Test
    void columnsOfATableKeepWhatIsSaidOfThem() throws IOException {
        SPARK.sql("CREATE TABLE lost.more (id BIGINT COMMENT 'key', text STRING DEFAULT 'a', c VARCHAR(3))"
                + " USING parquet");
        try {
            assertRefused(
                    "output table lost.more: cannot be replaced",
                    "It has a comment of column id, a default of column text, a length of column c,"
                            + " which the new table would not have.",
                    embed("--table lost.t --output-table lost.more --mode overwrite"));
        } finally {
            SPARK.sql("DROP TABLE lost.more");
        }
    }

    @ParameterizedTest
    @CsvSource({"orc, Add --output-format orc", "csv, Choose another --output-table"})
    void aTableStaysWhatItIs(String provider, String remedy) throws IOException {
        SPARK.sql("CREATE TABLE lost.more USING %s AS SELECT 1 AS id, 'a' AS text".formatted(provider));
        try {
            Outcome outcome = assertRefused(
                    "output table lost.more: cannot be replaced",
                    "It is a table of %s and would become one of parquet, without its history and settings."
                            .formatted(provider),
                    embed("--table lost.t --output-table lost.more --mode overwrite"));
            assertThat(outcome.errorLines().get(2)).startsWith(remedy);
        } finally {
            SPARK.sql("DROP TABLE lost.more");
        }
    }

    @Test
    void theFilesOfATableAreHeldToTheSame() throws IOException {
        SPARK.sql("CREATE TABLE lost.more USING parquet AS SELECT 1 AS id, 'a' AS text");
        Path place = shared.resolve("lost.db/more");
        try {
            Files.writeString(place.resolve("README.md"), "mine");
            assertRefused(
                    "output table lost.more: holds more than the rows of an output",
                    "Replacing it would delete %s/README.md, which".formatted(place),
                    embed("--table lost.t --output-table lost.more --mode overwrite"));
            Files.createDirectories(place.resolve("_delta_log"));
            for (String mode : List.of("overwrite", "append")) {
                assertRefused(
                        "output table lost.more: is " + DELTA,
                        "Files that are put there",
                        embed("--table lost.t --output-table lost.more --mode %s".formatted(mode)));
            }
            assertRefused(
                    "table lost.more: reads from %s, %s".formatted(DELTA, place),
                    "Its files hold rows",
                    embed("--table lost.more --output %s/out".formatted(folder)));
        } finally {
            SPARK.sql("DROP TABLE lost.more");
        }
    }

    @Test
    void aReportGetsAmongNoRowsAndReplacesNothing() throws IOException {
        Path input = Files.writeString(
                Files.createDirectories(folder.resolve("old")).resolve("failed.json"),
                "{\"id\": 1, \"text\": \"a\"}\n");
        String out = folder.resolve("out").toString();

        assertRefused(
                "report %s: is taken".formatted(input.getParent()),
                "It would replace %s, which is the input.".formatted(input),
                embed("--input %s --output %s --report %s".formatted(input, out, input.getParent())));
        assertRefused(
                "report %s: is taken".formatted(input.getParent()),
                "It would replace %s, which is no report of a run.".formatted(input),
                embed("--table lost.t --output %s --report %s".formatted(out, input.getParent())));
        assertRefused(
                "report %s: lies in the input".formatted(table),
                "Its files would be among those of the rows in ",
                embed("--input %1$s --output %2$s --report %1$s".formatted(table, out)));
        assertRefused(
                "report %s/report: lies in the output".formatted(out),
                "Its files would be among those of the rows in ",
                embed("--table lost.t --output %1$s --report %1$s/report".formatted(out)));
    }

    @Test
    void anOptionOfTheWriterNamesNoOtherPlace() throws IOException {
        for (String output : List.of("--output " + folder.resolve("out"), "--output-table lost.x")) {
            assertRefused(
                    "option sink-option: Path is not taken",
                    "Where rows are written says --output or --output-table alone.",
                    embed("--table lost.t %s --sink-option Path=%s".formatted(output, table)));
        }
    }

    /** Exit code 2, three lines of which the first two start so, and everything as it was. */
    private Outcome assertRefused(String problem, String reason, List<String> line) throws IOException {
        String before = FolderState.of(folder);
        List<String> tables = tables();
        Outcome outcome = Outcome.of(line.toArray(String[]::new));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.errorLines()).hasSize(3);
        assertThat(outcome.errorLines().get(0)).isEqualTo(problem);
        assertThat(outcome.errorLines().get(1)).startsWith(reason);
        assertThat(FolderState.of(folder)).isEqualTo(before);
        assertThat(tables()).isEqualTo(tables);
        return outcome;
    }

    private static List<String> tables() {
        return SPARK.catalog().listDatabases().collectAsList().stream()
                .flatMap(database -> Stream.of(SPARK.sessionState()
                        .catalog()
                        .externalCatalog()
                        .listTables(database.name())
                        .toString()))
                .toList();
    }

    /** A command line with quotes as a shell reads them. */
    private static List<String> embed(String line) {
        List<String> words = new ArrayList<>(List.of("embed", "--model", model));
        String[] parts = line.split("'", -1);
        for (int i = 0; i < parts.length; i++) {
            words.addAll(
                    i % 2 == 1 ? List.of(parts[i]) : List.of(parts[i].strip().split("\\s+")));
        }
        words.removeIf(String::isEmpty);
        return words;
    }

    private static List<String> reads(Path input) {
        return List.of("embed", "--input", input.toString(), "--dry-run", "--model", model);
    }

    private static String onlyRows(Path table) throws IOException {
        try (Stream<Path> files = Files.list(table)) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }
}

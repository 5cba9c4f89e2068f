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
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.InMemoryTableCatalog;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of catalogs, of databases and of any data source of Spark. */
class AnySourceTest {
    private static final SparkSession SPARK = SharedSpark.session();
    private static final String DATABASE = "jdbc:h2:mem:sources;DB_CLOSE_DELAY=-1";
    private static final Map<String, String> ARTICLES = Map.of("url", DATABASE, "dbtable", "\"s p\".\"Articles\"");

    @TempDir
    Path folder;

    @BeforeAll
    static void fillTheDatabase() throws SQLException {
        try (Connection connection = DriverManager.getConnection(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA \"s p\"");
            statement.execute(
                    "CREATE TABLE \"s p\".\"Articles\" (\"Id No\" BIGINT, \"text\" VARCHAR, amount DECIMAL(38, 0))");
            statement.execute("INSERT INTO \"s p\".\"Articles\" SELECT x, 'text ' || x, x FROM SYSTEM_RANGE(1, 96)");
            statement.execute(
                    "INSERT INTO \"s p\".\"Articles\" VALUES (1000000, 'far away', 0), (NULL, 'nameless', NULL)");
            statement.execute("CREATE TABLE \"s p\".\"Empty\" (\"Id No\" BIGINT, \"text\" VARCHAR)");
        }
        SPARK.conf().set("spark.sql.catalog.h2", "org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog");
        SPARK.conf().set("spark.sql.catalog.h2.url", DATABASE);
        SPARK.conf().set("spark.sql.catalog.h2.driver", "org.h2.Driver");
        SPARK.conf().set("spark.sql.catalog.past", InMemoryTableCatalog.class.getName());
    }

    @AfterAll
    static void emptyTheDatabase() throws SQLException {
        try (Connection connection = DriverManager.getConnection(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        }
        List.of("h2", "h2.url", "h2.driver", "past").forEach(key -> SPARK.conf().unset("spark.sql.catalog." + key));
    }

    @Test
    void aDatabaseIsReadInPartsByANumberThatNamesItsRows() {
        Source source =
                Source.format(SPARK, SourceRequest.ALL.as("jdbc").with(ARTICLES).by("Id No"));

        assertThat(source.rows().rdd().getNumPartitions()).isEqualTo(2);
        assertThat(source.rows().count()).isEqualTo(98);
        assertThat(source.rows().where("`Id No` IS NULL").count()).isEqualTo(1);
        assertThat(source.notes()).containsExactly("read in 2 parts by column Id No, from 1 to 1000000");
        assertThat(source.cheap()).isFalse();
    }

    @Test
    void theSameForATableOfACatalogAndForAQueryOfWhichPartsAreWanted() {
        Map<String, String> query = Map.of(
                "url", DATABASE, "query", "SELECT * FROM \"s p\".\"Articles\" WHERE amount > 0;", "numPartitions", "2");
        for (Source source : List.of(
                Source.format(SPARK, SourceRequest.ALL.as("JDBC").with(query).by("amount")),
                Source.table(
                        SPARK,
                        "h2.`s p`.Articles",
                        SourceRequest.ALL.by("amount").where("amount > 0")))) {
            assertThat(source.rows().rdd().getNumPartitions()).as(source.name()).isEqualTo(2);
            assertThat(source.rows().count()).isEqualTo(96);
            assertThat(source.notes()).hasSize(1);
        }
    }

    @Test
    void whoChoosesThePartsKeepsThem() {
        Map<String, String> chosen = new HashMap<>(ARTICLES);
        chosen.putAll(Map.of("partitioncolumn", "AMOUNT", "lowerBound", "0", "upperBound", "90", "numPartitions", "5"));
        Map<String, String> count = new HashMap<>(ARTICLES);
        count.put("numpartitions", "3");

        assertThat(parts(SourceRequest.ALL.with(chosen).by("Id No"))).isEqualTo(5);
        assertThat(parts(SourceRequest.ALL.with(count).by("Id No"))).isEqualTo(3);
        assertThat(parts(SourceRequest.ALL.with(ARTICLES).by("text")))
                .as("no number")
                .isEqualTo(1);
        assertThat(parts(SourceRequest.ALL.with(ARTICLES))).as("no column").isEqualTo(1);
        assertThat(parts(SourceRequest.ALL
                        .with(Map.of("url", DATABASE, "dbtable", "\"s p\".\"Empty\""))
                        .by("Id No")))
                .isEqualTo(1);
    }

    /** Each part would run it anew. */
    @Test
    void aQueryIsReadOnce() {
        for (Map.Entry<String, String> query : List.of(
                Map.entry("query", "SELECT * FROM \"s p\".\"Articles\" LIMIT 50"),
                Map.entry("dbtable", " (SELECT * FROM \"s p\".\"Articles\" LIMIT 50) a"))) {
            Map<String, String> options = Map.of("url", DATABASE, query.getKey(), query.getValue());
            assertThat(parts(SourceRequest.ALL.with(options).by("Id No")))
                    .as(query.getKey())
                    .isEqualTo(1);
        }
    }

    @Test
    void aDatabaseHasNoPath() {
        assertRefused(
                "input a.csv: is not read with format jdbc\n",
                () -> Source.files(SPARK, "a.csv", SourceRequest.ALL.as("jdbc").with(ARTICLES)));
    }

    private static int parts(SourceRequest request) {
        return Source.format(SPARK, request.as("jdbc")).rows().rdd().getNumPartitions();
    }

    @Test
    void aConditionIsTheDatabasesOwnMatter() {
        Source first = Source.format(
                SPARK,
                SourceRequest.ALL.as("jdbc").with(ARTICLES).by("Id No").where("`Id No` > 90 AND text LIKE 'text 9%'"));
        Source second = Source.table(
                SPARK,
                "h2.`s p`.Articles",
                SourceRequest.ALL.by("Id No").where("`Id No` > 90 AND text LIKE 'text 9%'"));

        assertThat(plan(first.rows())).contains("*GreaterThan(Id No,90)", "*StringStartsWith(text,text 9)");
        assertThat(plan(second.rows()))
                .contains("`Id No` > 90", "text LIKE 'text 9%'")
                .doesNotContain("Filter (");
        assertThat(first.rows().count()).isEqualTo(6);
        assertThat(second.rows().count()).isEqualTo(6);
    }

    private static String plan(Dataset<Row> rows) {
        return rows.queryExecution().executedPlan().toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "parqet | option format: 'parqet' is no data source of this Spark | Did you mean parquet?",
                "Delt | option format: 'Delt' is no data source of this Spark | Did you mean delta?",
                "mongodb | option format: 'mongodb' is no data source of this Spark | Add --packages org.mongodb.spark:mongo-spark-connector_",
                "org.example.Nothing | option format: 'org.example.Nothing' is no data source of this Spark | Add its jar with --packages GROUP:ARTIFACT:VERSION, or name one of parquet",
                "jdbc | option source-option: 'url' is missing | Add --source-option url=jdbc:..., and dbtable or query.",
                "xyzzy.Source | option format: 'xyzzy.Source' is no data source of this Spark | Add its jar",
            })
    void aDataSourceThatIsNotThereIsToldWithWhatBringsIt(String format, String problem, String remedy) {
        assertThatThrownBy(() -> Source.format(SPARK, SourceRequest.ALL.as(format)))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith(problem + "\n")
                .hasMessageContaining("\n" + remedy);
    }

    @Test
    void anyDataSourceOfSparkIsReadByItsNameOrItsClass() throws IOException {
        Files.writeString(folder.resolve("a[1].bin"), "abc");
        String path = folder.resolve("a[1].bin").toString();

        for (String format :
                List.of("binaryFile", "org.apache.spark.sql.execution.datasources.binaryfile.BinaryFileFormat")) {
            Source source = Source.files(SPARK, path, SourceRequest.ALL.as(format));
            assertThat(source.rows().select("length").head().getLong(0)).isEqualTo(3);
            assertThat(source.path()).contains(path);
        }
        assertRefused(
                "input /nowhere: cannot be read as binaryFile\n",
                () -> Source.files(SPARK, "/nowhere", SourceRequest.ALL.as("binaryFile")));
    }

    @Test
    void aTemporaryViewOfARunningSessionIsATable() {
        SPARK.range(3).createOrReplaceTempView("running_view");
        SPARK.range(4).createOrReplaceGlobalTempView("everywhere");

        assertThat(Source.table(SPARK, "running_view", SourceRequest.ALL).rows().count())
                .isEqualTo(3);
        assertThat(Source.table(SPARK, "global_temp.everywhere", SourceRequest.ALL)
                        .rows()
                        .count())
                .isEqualTo(4);
        assertRefused(
                "option source-option: 'sep' is not read\nTable running_view is a view",
                () -> Source.table(SPARK, "running_view", SourceRequest.ALL.with(Map.of("sep", ";"))));
        assertRefused(
                "option format: 'csv' is not heeded for table running_view\n",
                () -> Source.table(SPARK, "running_view", SourceRequest.ALL.as("csv")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "past.db.t VERSION AS OF 'one'",
                "past.db.t version as of 'one'",
                "past.db.t FOR SYSTEM_VERSION AS OF 'one'",
                "past.`db`.t  VERSION  AS  OF  'one'"
            })
    void aTableIsReadAsItWas(String reference) throws Exception {
        pastTables();

        assertThat(Source.table(SPARK, reference, SourceRequest.ALL)
                        .rows()
                        .schema()
                        .fieldNames())
                .containsExactly("old");
        assertThat(Source.pathOrTable(SPARK, reference, SourceRequest.ALL)
                        .rows()
                        .schema()
                        .fieldNames())
                .containsExactly("old");
        assertThat(Source.table(SPARK, "past.db.t", SourceRequest.ALL)
                        .rows()
                        .schema()
                        .fieldNames())
                .containsExactly("now");
    }

    @Test
    void anOptionOfAReaderThatNamesAVersionIsHeeded() throws Exception {
        pastTables();

        assertThat(Source.table(SPARK, "past.db.t", SourceRequest.ALL.with(Map.of("versionasof", "one")))
                        .rows()
                        .schema()
                        .fieldNames())
                .containsExactly("old");
        assertRefused(
                "table past.db.t: does not exist\n",
                () -> Source.table(
                        SPARK,
                        "past.db.t",
                        SourceRequest.ALL.with(Map.of("versionAsOf", "1", "timestampAsOf", "2020-01-01"))));
    }

    private static void pastTables() throws Exception {
        InMemoryTableCatalog catalog =
                (InMemoryTableCatalog) SPARK.sessionState().catalogManager().catalog("past");
        for (Map.Entry<String, String> table : Map.of("t", "now", "tone", "old").entrySet()) {
            Identifier name = Identifier.of(new String[] {"db"}, table.getKey());
            if (!catalog.tableExists(name)) {
                catalog.createTable(
                        name,
                        SPARK.range(0).toDF(table.getValue()).schema(),
                        new org.apache.spark.sql.connector.expressions.Transform[0],
                        Map.of());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nowhere | table nowhere: does not exist",
                "nolake.db.t | table nolake.db.t: there is no catalog nolake",
                "nolake.t | table nolake.t: there is no catalog or database nolake",
                "nolake.db.t VERSION AS OF 1 | table nolake.db.t VERSION AS OF 1: there is no catalog nolake",
                "past.db.u | table past.db.u: does not exist",
                "delta.`/a` | table delta.`/a`: cannot be read by its path",
                "running VERSION AS OF 1 | table running VERSION AS OF 1: has no earlier states",
                "running VERSION AS OF 1 WHERE id = 1 | table running VERSION AS OF 1 WHERE id = 1: does not exist",
                "running VERSION AS OF 1 JOIN running | table running VERSION AS OF 1 JOIN running: does not exist",
                "running VERSION AS OF 1 UNION ALL SELECT 1 | table running VERSION AS OF 1 UNION ALL SELECT 1: does not exist",
            })
    void aTableThatCannotBeReadIsTold(String reference, String problem) {
        SPARK.range(3).createOrReplaceTempView("running");

        assertRefused(problem + "\n", () -> Source.table(SPARK, reference, SourceRequest.ALL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nolake.db.t | No file or folder is there. No setting spark.sql.catalog.nolake says what catalog nolake is.~"
                        + "Add --set spark.sql.catalog.nolake=CLASS with its settings, and its jar with --packages, as"
                        + " conf/iceberg.conf does. A relative path starts at ",
                "nolake.t | No file or folder is there. The session's catalog has no database nolake, and no setting"
                        + " spark.sql.catalog.nolake says what catalog nolake is.~Check the name. For a catalog: Add --set ",
                "passt.db.t | No file or folder is there. No setting spark.sql.catalog.passt says what catalog passt is.~"
                        + "Did you mean past? A relative path starts at ",
                "nowhere | No file or folder is there. No table or view has this name.~Check the name and the catalog",
                "default.t | No file or folder is there. No table or view has this name.~Check the name and the catalog",
                "a.b.parquet | No file or folder is there.~Check the path; a relative one starts at ",
                "a-b | No file or folder is there.~Check the path; a relative one starts at ",
            })
    void whatIsNeitherAPathNorATableIsToldAsBoth(String reference, String lines) {
        assertRefused(
                "table %s: does not exist\n%s".formatted(reference, lines.replace('~', '\n')),
                () -> Source.pathOrTable(SPARK, reference, SourceRequest.ALL));
    }

    /** Only the catalog can say what ails it. */
    @Test
    void aCatalogThatIsSetIsAskedForWhatIsSearched() {
        SPARK.conf().set("spark.sql.catalog.broken", "org.apache.iceberg.spark.Missing");
        try {
            assertRefused(
                    "table broken.db.t: cannot be read\n",
                    () -> Source.pathOrTable(SPARK, "broken.db.t", SourceRequest.ALL));
            assertRefused(
                    "table past.db.u: does not exist\n",
                    () -> Source.pathOrTable(SPARK, "past.db.u", SourceRequest.ALL));
        } finally {
            SPARK.conf().unset("spark.sql.catalog.broken");
        }
    }

    @Test
    void aQueryThatNamesACatalogThatIsNotThereIsTold() {
        for (String query : List.of(
                "SELECT id, text FROM nolake.db.t",
                "WITH a AS (SELECT * FROM nolake.db.t VERSION AS OF 1) SELECT * FROM a",
                "SELECT 1 AS id WHERE EXISTS (SELECT * FROM nolake.db.t)")) {
            assertRefused(
                    "option sql: there is no catalog nolake\nNo setting spark.sql.catalog.nolake says",
                    () -> Source.query(SPARK, query, SourceRequest.ALL));
        }
        assertRefused(
                "option sql: names what does not exist\n",
                () -> Source.query(SPARK, "SELECT nothing FROM past.db.t", SourceRequest.ALL));
    }

    @Test
    void anOptionThatATableDoesNotReadIsRefused() {
        SPARK.sql("CREATE TABLE plain_options (a STRING) USING csv");
        try {
            assertRefused(
                    "option source-option: 'sepp' does not exist\n",
                    () -> Source.table(SPARK, "plain_options", SourceRequest.ALL.with(Map.of("sepp", ";"))));
            assertThat(Source.table(SPARK, "plain_options", SourceRequest.ALL.with(Map.of("nullValue", "x")))
                            .rows()
                            .count())
                    .isZero();
            assertRefused(
                    "option source-option: 'fetchsizze' does not exist\n",
                    () -> Source.table(SPARK, "h2.`s p`.Articles", SourceRequest.ALL.with(Map.of("fetchsizze", "3"))));
        } finally {
            SPARK.sql("DROP TABLE plain_options");
        }
    }

    private static void assertRefused(String start, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(EmbarkException.class).hasMessageStartingWith(start);
    }
}

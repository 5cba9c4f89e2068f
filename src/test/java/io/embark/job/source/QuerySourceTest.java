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
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A query is a query: whatever else Spark would run is refused before it runs. */
class QuerySourceTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    static Path folder;

    private Path kept;

    @BeforeEach
    void writeWhatAStatementCouldDestroy() throws IOException {
        kept = Files.createDirectories(folder.resolve("kept"));
        Files.writeString(kept.resolve("part-0.txt"), "x");
        spark.range(3).selectExpr("id", "'a' AS text").createOrReplaceTempView("three");
    }

    @AfterEach
    void forgetTheView() {
        spark.catalog().dropTempView("three");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INSERT OVERWRITE DIRECTORY '%s' USING parquet SELECT 1 AS id | INSERT INTO DIR",
                "FROM (SELECT 1 AS id) INSERT OVERWRITE DIRECTORY '%s' USING parquet SELECT * | INSERT INTO DIR",
                "WITH a AS (SELECT 1 AS id) INSERT OVERWRITE DIRECTORY '%s' USING parquet SELECT * FROM a | INSERT INTO DIR",
                "FROM three INSERT OVERWRITE DIRECTORY '%s' USING csv SELECT id INSERT INTO t SELECT id | INSERT INTO DIR",
                "INSERT OVERWRITE LOCAL DIRECTORY '%s' STORED AS textfile SELECT 1 | INSERT INTO DIR",
                "INSERT INTO three SELECT 1, 'b' | INSERT INTO",
                "INSERT OVERWRITE three SELECT 1, 'b' | INSERT INTO",
                "CREATE TABLE x USING parquet LOCATION '%s' AS SELECT 1 AS id | CREATE TABLE AS SELECT",
                "CREATE TABLE x (id INT) USING parquet | CREATE TABLE",
                "CREATE OR REPLACE TEMP VIEW three AS SELECT 1 | CREATE VIEW",
                "CREATE TEMPORARY FUNCTION f AS 'java.lang.String' | CREATE FUNCTION",
                "CREATE DATABASE x | CREATE NAMESPACE",
                "DROP TABLE three | DROP TABLE",
                "DROP VIEW three | DROP VIEW",
                "ALTER TABLE three RENAME TO four | RENAME TABLE",
                "TRUNCATE TABLE three | TRUNCATE TABLE",
                "DELETE FROM three | DELETE FROM TABLE",
                "UPDATE three SET id = 1 | UPDATE TABLE",
                "MERGE INTO three USING three AS s ON true WHEN MATCHED THEN DELETE | MERGE INTO TABLE",
                "LOAD DATA INPATH '%s' INTO TABLE three | LOAD DATA",
                "MSCK REPAIR TABLE three | REPAIR TABLE",
                "ANALYZE TABLE three COMPUTE STATISTICS | ANALYZE TABLE",
                "CACHE TABLE three | CACHE TABLE",
                "CACHE TABLE x AS SELECT 1 | CACHE TABLE AS SELECT",
                "UNCACHE TABLE three | UNCACHE TABLE",
                "CLEAR CACHE | CLEAR CACHE",
                "REFRESH TABLE three | REFRESH TABLE",
                "SET spark.sql.ansi.enabled=true | SET",
                "RESET | RESET",
                "USE default | SET CATALOG AND NAMESPACE",
                "ADD JAR '%s' | ADD JARS",
                "ADD FILE '%s' | ADD FILES",
                "EXPLAIN SELECT 1 | EXPLAIN",
                "SHOW TABLES | SHOW TABLES",
                "DESCRIBE three | DESCRIBE RELATION",
                "SELECT TRANSFORM (id) USING 'cat' AS (text) FROM three | TRANSFORM, which runs a program",
                "SELECT (SELECT max(a) FROM (SELECT TRANSFORM (id) USING 'cat' AS (a) FROM three)) AS text"
                        + " | TRANSFORM, which runs a program",
                "WITH a AS (SELECT TRANSFORM (id) USING 'cat' AS (text) FROM three) SELECT * FROM a"
                        + " | TRANSFORM, which runs a program"
            })
    void refusesAStatementByNameAndRunsNothing(String statement, String named) throws IOException {
        List<String> tables = tables();

        assertThatThrownBy(() -> query(statement.formatted(kept)))
                .isInstanceOf(EmbarkException.class)
                .hasMessage("""
                        option sql: is not a query
                        It holds %s, and only what reads and changes nothing is run.
                        Give a SELECT, and name the output with --output or --output-table; run all else in Spark SQL before.""".formatted(named));
        assertThat(kept.resolve("part-0.txt")).hasContent("x");
        assertThat(kept.toFile().list()).hasSize(1);
        assertThat(tables()).isEqualTo(tables);
        assertThat(spark.catalog().isCached("three")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT reflect('java.util.UUID', 'randomUUID') AS text",
                "SELECT * FROM three WHERE java_method('java.lang.Thread', 'activeCount') = '1'",
                "SELECT * FROM three WHERE EXISTS (SELECT Reflect('java.lang.Thread', 'activeCount'))"
            })
    void refusesFunctionsThatCallAnything(String query) {
        assertThatThrownBy(() -> query(query))
                .isInstanceOf(EmbarkException.class)
                .hasMessageMatching(
                        "(?s)option sql: calls (reflect|java_method)\nThis function runs any method of Java,"
                                + " whatever that does; only what reads and changes nothing is run.\nUse a function of .+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TABLE three",
                "VALUES (1, 'a')",
                "FROM three SELECT *",
                "SELECT * FROM range(3)",
                "SELECT explode(array('a', 'b')) AS text",
                "SELECT * FROM explode(array('a', 'b'))",
                "SELECT * FROM three LATERAL VIEW explode(array(1, 2)) AS n",
                "SELECT * FROM three, LATERAL (SELECT three.id + 1)",
                "WITH a AS (SELECT * FROM three), b AS (SELECT * FROM a) SELECT * FROM a JOIN b USING (id)",
                "SELECT id, (SELECT max(id) FROM three) FROM three WHERE id IN (SELECT id FROM three) OR EXISTS (TABLE three)",
                "SELECT text, count(*), sum(id) OVER (PARTITION BY text) FROM three GROUP BY text, id HAVING count(*) > 0",
                "SELECT text, count(*) FROM three GROUP BY CUBE (text, id)",
                "SELECT *, rank() OVER w FROM three WINDOW w AS (PARTITION BY text ORDER BY id)",
                "SELECT DISTINCT text FROM three UNION ALL SELECT text FROM three EXCEPT SELECT 'b'",
                "SELECT text FROM three INTERSECT SELECT 'a' ORDER BY text LIMIT 1 OFFSET 0",
                "SELECT /*+ REPARTITION(3) */ * FROM three DISTRIBUTE BY id SORT BY id",
                "SELECT /*+ BROADCAST(a) */ * FROM three a JOIN three b ON a.id = b.id",
                "SELECT * FROM three TABLESAMPLE (50 PERCENT)",
                "SELECT * FROM three PIVOT (count(*) FOR text IN ('a'))",
                "SELECT * FROM (SELECT id, id AS b FROM three) UNPIVOT (v FOR n IN (id, b))",
                "SELECT * FROM IDENTIFIER('thr' || 'ee')",
                "SELECT embed(text) AS v, text FROM three"
            })
    void aQueryIsRead(String query) {
        assertThat(query(query).rows().columns()).isNotEmpty();
    }

    @Test
    void filesAndTablesAreReadInAQuery() {
        String path = folder.resolve("files").toString();
        spark.range(3).write().mode("overwrite").parquet(path);
        spark.sql("CREATE TABLE ofqueries USING parquet AS SELECT 1 AS id");
        try {
            assertThat(query("SELECT * FROM parquet.`%s` JOIN ofqueries USING (id)".formatted(path))
                            .rows()
                            .count())
                    .isEqualTo(1);
            assertThat(Source.pathOrTable(spark, "parquet.`%s`".formatted(path), request(Optional.empty()))
                            .rows()
                            .count())
                    .isEqualTo(3);
        } finally {
            spark.sql("DROP TABLE ofqueries");
        }
    }

    @Test
    void whatAViewHoldsIsHeldToTheSame() {
        spark.sql("CREATE TEMP VIEW runs AS SELECT TRANSFORM (id) USING 'cat' AS (text) FROM three");
        try {
            String reason = "It holds TRANSFORM, which runs a program, and only";
            assertThatThrownBy(() -> query("SELECT * FROM runs"))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageContaining(reason);
            assertThatThrownBy(() -> Source.table(spark, "runs", request(Optional.empty())))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("table runs: is not a query\n" + reason);
        } finally {
            spark.catalog().dropTempView("runs");
        }
    }

    @Test
    void aConditionIsHeldToTheSame() {
        assertThatThrownBy(() -> Source.table(
                        spark,
                        "three",
                        request(Optional.of("id IN (SELECT TRANSFORM (id) USING 'cat' AS (a INT) FROM three)"))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option where: is not a query\nIt holds TRANSFORM");
        assertThatThrownBy(() -> Source.pathOrTable(
                        spark, "three", request(Optional.of("reflect('java.lang.Thread', 'activeCount') = 'a'"))))
                .isInstanceOf(EmbarkException.class)
                .hasMessageStartingWith("option where: calls reflect\n");
        assertThat(Source.table(spark, "three", request(Optional.of("id IN (SELECT id FROM three WHERE id > 1)")))
                        .rows()
                        .count())
                .isEqualTo(1);
    }

    private List<String> tables() {
        return spark.catalog().listTables().collectAsList().stream()
                .map(table -> table.name())
                .toList();
    }

    private Source query(String query) {
        return Source.query(spark, query, request(Optional.empty()));
    }

    private static SourceRequest request(Optional<String> where) {
        return where.map(SourceRequest.ALL::where).orElse(SourceRequest.ALL);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.spark.SharedSpark;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatabaseInputTest {
    private static final SparkSession SPARK = SharedSpark.session();
    private static final String URL = "jdbc:h2:mem:guarded;DB_CLOSE_DELAY=-1";

    /** The same database by another address. */
    private static final String OUTPUT = "jdbc:postgresql://10.0.0.1/guarded?ssl=true";

    @BeforeAll
    static void fill() throws SQLException {
        execute("CREATE TABLE ARTICLES (ID BIGINT, BODY VARCHAR)");
        execute("CREATE TABLE ARTICLES_OLD (ID BIGINT, BODY VARCHAR)");
    }

    @AfterAll
    static void drop() throws SQLException {
        execute("DROP ALL OBJECTS");
    }

    private static void execute(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(URL);
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private static Dataset<Row> read(String table) {
        return SPARK.read()
                .format("jdbc")
                .option("url", URL)
                .option("dbtable", table)
                .load();
    }

    private static void require(Dataset<Row> rows) {
        DatabaseInput.requireWhole("table articles", OUTPUT, "articles", rows);
    }

    @Test
    void refusesAPartOfTheTableThatIsReplaced() {
        read("ARTICLES").createOrReplaceTempView("guarded_articles");
        for (Dataset<Row> part : List.of(
                read("ARTICLES").limit(10),
                read("ARTICLES").where("id > 1"),
                read("ARTICLES").select("id"),
                read("PUBLIC.ARTICLES").distinct(),
                read("(SELECT * FROM ARTICLES) a"),
                SPARK.sql("SELECT * FROM range(3) WHERE id IN (SELECT id FROM guarded_articles)"))) {
            assertThatThrownBy(() -> require(part))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessage("""
                    table articles: is the input
                    It would be replaced by a part of its rows or columns, and the others would be lost.
                    Choose another place to write to, or read every row and column of it.""");
        }
    }

    @Test
    void takesTheWholeTableAndOthers() {
        assertThatCode(() -> require(read("ARTICLES").selectExpr("*", "1 AS n")))
                .doesNotThrowAnyException();
        assertThatCode(() -> require(read("ARTICLES_OLD").limit(3))).doesNotThrowAnyException();
        assertThatCode(() -> DatabaseInput.requireWhole(
                        "table articles",
                        "jdbc:postgresql://10.0.0.1/other",
                        "articles",
                        read("ARTICLES").limit(3)))
                .doesNotThrowAnyException();
    }
}

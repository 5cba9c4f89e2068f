/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.InMemoryRowLevelOperationTableCatalog;
import org.apache.spark.sql.connector.catalog.InMemoryTableCatalog;
import org.apache.spark.sql.connector.distributions.Distributions;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.SortDirection;
import org.apache.spark.sql.connector.expressions.SortOrder;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.Option;

/**
 * {@code MERGE}, {@code DELETE} and {@code UPDATE} of tables that take changed rows, or groups of rows with a changed one among
 * them: the rows of which a branch asks for a vector are embedded, and no others.
 */
class RowLevelWriteTest extends PlannedRows {
    private static final String FILTERS = "spark.sql.optimizer.runtime.rowLevelOperationGroupFilter.enabled";

    @BeforeEach
    void nameTheCatalog() {
        spark.conf().set("spark.sql.catalog.rowlevel", InMemoryRowLevelOperationTableCatalog.class.getName());
        rows.createOrReplaceTempView("texts");
    }

    @AfterEach
    void dropTheTable() {
        spark.sql("DROP TABLE IF EXISTS rowlevel.target");
        spark.catalog().dropTempView("texts");
        spark.conf().unset(FILTERS);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void aMergeEmbedsTheRowsWhoseBranchIsTaken(boolean deltas, boolean split) throws TimeoutException {
        create(deltas, split);
        spark.sql("UPDATE rowlevel.target SET text = 'old' WHERE pk IN (2, 3)");
        String merge = """
                MERGE INTO rowlevel.target AS t
                USING (SELECT cast(id AS INT) AS id, text FROM texts WHERE id < 18) AS s ON t.pk = s.id
                WHEN MATCHED AND s.id = 3 THEN DELETE
                WHEN MATCHED AND t.text <> s.text THEN UPDATE SET text = s.text, emb = %1$s
                WHEN NOT MATCHED AND s.id < 17 THEN INSERT (pk, text, emb) VALUES (s.id, s.text, %1$s)""".formatted(call("s.text"));

        assertThat(embeddedBy(merge)).as("one changed, two new").isEqualTo(3);
        assertThat(table()).hasSize(16).allSatisfy(row -> {
            if (row.getInt(0) == 2 || row.getInt(0) >= 15) {
                assertVector(row, "emb", text(row.getInt(0)));
            } else {
                assertThat(row.isNullAt(2)).isTrue();
            }
        });
        spark.sql("INSERT INTO rowlevel.target VALUES (3, '%s', null)".formatted(text(3)));
        assertThat(embeddedBy(merge.replace("s.id = 3", "s.id = 99")))
                .as("none")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void aMergeEmbedsOfItsTargetWhatItsSourceLacks(boolean deltas, boolean split) throws TimeoutException {
        create(deltas, split);

        assertThat(embeddedBy("""
                MERGE INTO rowlevel.target AS t
                USING (SELECT cast(id AS INT) AS id, other FROM texts WHERE id < 10) AS s ON t.pk = s.id
                WHEN MATCHED AND s.id < 2 THEN UPDATE SET text = s.other, emb = %s
                WHEN NOT MATCHED BY SOURCE AND t.pk > 12 THEN UPDATE SET emb = %s""".formatted(call("s.other"), call("t.text")))).isEqualTo(4);
        assertThat(table()).hasSize(15).allSatisfy(row -> {
            if (row.getInt(0) < 2) {
                assertVector(row, "emb", other(row.getInt(0)));
            } else if (row.getInt(0) > 12) {
                assertVector(row, "emb", text(row.getInt(0)));
            } else {
                assertThat(row.isNullAt(2)).isTrue();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void aMergeDecidesByAVectorWhatItDoes(boolean deltas, boolean split) throws TimeoutException {
        create(deltas, split);
        float threshold = threshold();

        assertThat(embeddedBy("""
                MERGE INTO rowlevel.target AS t
                USING (SELECT cast(id AS INT) AS id, text FROM texts) AS s ON t.pk = s.id
                WHEN MATCHED AND s.id < 10 AND %1$s[0] > cast(%2$s AS FLOAT) THEN UPDATE SET emb = %1$s
                WHEN MATCHED AND s.id > 12 THEN DELETE""".formatted(call("s.text"), threshold))).isEqualTo(10);
        assertThat(table()).hasSize(13).allSatisfy(row -> {
            if (row.getInt(0) < 10 && model.vector(text(row.getInt(0)))[0] > threshold) {
                assertVector(row, "emb", text(row.getInt(0)));
            } else {
                assertThat(row.isNullAt(2)).isTrue();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"false, true, 30", "false, false, 15", "true, true, 15"})
    void aVectorDecidesWhatIsDeleted(boolean deltas, boolean filters, long most) throws TimeoutException {
        create(deltas, false);
        spark.conf().set(FILTERS, filters);
        float threshold = threshold();

        assertThat(embeddedBy("DELETE FROM rowlevel.target WHERE %s[0] > cast(%s AS FLOAT)"
                        .formatted(call("text"), threshold)))
                .isBetween(15L, most);
        assertThat(table())
                .extracting(row -> (long) row.getInt(0))
                .containsExactlyElementsOf(LongStream.range(0, 15)
                        .boxed()
                        .filter(id -> model.vector(text(id))[0] <= threshold)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"false, true, 30", "false, false, 15", "true, true, 15"})
    void aVectorDecidesWhatIsUpdated(boolean deltas, boolean filters, long most) throws TimeoutException {
        create(deltas, false);
        spark.conf().set(FILTERS, filters);
        float threshold = threshold();

        assertThat(embeddedBy("UPDATE rowlevel.target SET emb = %1$s WHERE %1$s[0] > cast(%2$s AS FLOAT)"
                        .formatted(call("text"), threshold)))
                .isBetween(15L, most);
        assertThat(table()).hasSize(15).allSatisfy(row -> {
            if (model.vector(text(row.getInt(0)))[0] > threshold) {
                assertVector(row, "emb", text(row.getInt(0)));
            } else {
                assertThat(row.isNullAt(2)).isTrue();
            }
        });
    }

    /** A writer that wants its rows in order sorts them by ranges, which Spark finds in a sample of them. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void eachRowIsEmbeddedOnceOnItsWayIntoASortedTable(boolean adaptive, boolean strict) throws Exception {
        adapt(adaptive);
        SortOrder[] order = {Expressions.sort(Expressions.column("id"), SortDirection.ASCENDING)};
        InMemoryTableCatalog catalog =
                (InMemoryTableCatalog) spark.sessionState().catalogManager().catalog("rowlevel");
        catalog.createTable(
                Identifier.of(new String[0], "target"),
                new StructType().add("id", "long").add("emb", "array<float>"),
                new Transform[0],
                Map.of(),
                Distributions.ordered(order),
                order,
                strict ? Option.apply((Object) 3) : Option.empty(),
                Option.empty(),
                strict,
                Integer.MAX_VALUE);

        assertThat(embeddedBy("INSERT INTO rowlevel.target SELECT id, %s FROM texts".formatted(call("text"))))
                .isEqualTo(20);
        assertThat(spark.table("rowlevel.target").collectAsList())
                .hasSize(20)
                .allSatisfy(row -> assertVector(row, "emb", text(row.getLong(0))));
    }

    private void create(boolean deltas, boolean split) {
        spark.sql("CREATE TABLE rowlevel.target (pk INT NOT NULL, text STRING, emb ARRAY<FLOAT>) PARTITIONED BY (pk)"
                + " TBLPROPERTIES ('supports-deltas' = '%s', 'split-updates' = '%s')".formatted(deltas, split));
        spark.sql("INSERT INTO rowlevel.target SELECT cast(id AS INT), text, null FROM texts WHERE id < 15");
    }

    private List<Row> table() {
        return spark.table("rowlevel.target").orderBy("pk").collectAsList();
    }

    private static String call(String text) {
        return "embed(%s, '%s')".formatted(text, model.options().get(EmbedOptions.MODEL));
    }

    private long embeddedBy(String command) throws TimeoutException {
        return CountedTexts.embeddedDuring(() -> spark.sql(command));
    }
}

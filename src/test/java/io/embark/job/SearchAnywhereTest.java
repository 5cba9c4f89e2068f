/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.util.QueryExecutionListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches of what is no folder of Embark's, or not of one model. */
class SearchAnywhereTest {
    private static final String DATABASE = "jdbc:h2:mem:search;DB_CLOSE_DELAY=-1";

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private String input;
    private String first;
    private String second;

    @BeforeEach
    void writeAnInputAndTwoModels() throws IOException {
        input = Files.writeString(
                        folder.resolve("in.csv"), "id,text\n7,the cat sat on the mat\n8,a dog ran\n9,a cat\n10,b c d\n")
                .toString();
        first = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        second = ModelFolderBuilder.in(folder.resolve("other"))
                .set("sentence_bert_config.json", "max_seq_length", "9")
                .write()
                .toString();
    }

    @Test
    void aDatabaseThatGivesVectorsAsTextIsSearchedWithItsConditionPushedDown() throws Exception {
        String output = embed(first);
        try (Connection connection = DriverManager.getConnection(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE \"articles\" (\"id\" BIGINT, \"text\" VARCHAR, \"embedding\" VARCHAR)");
            PreparedStatement insert = connection.prepareStatement("INSERT INTO \"articles\" VALUES (?, ?, ?)");
            for (Row row : spark.read().parquet(output).collectAsList()) {
                insert.setLong(1, Long.parseLong(row.getString(0)));
                insert.setString(2, row.getString(1));
                insert.setString(3, row.getList(2).toString());
                insert.execute();
            }
            PlansOfRuns plans = new PlansOfRuns();
            spark.listenerManager().register(plans);
            Outcome outcome = Outcome.of(
                    "search",
                    "--format",
                    "jdbc",
                    "--source-option",
                    "url=" + DATABASE,
                    "--source-option",
                    "dbtable=\"articles\"",
                    "--id-column",
                    "id",
                    "--where",
                    "id > 7",
                    "--query",
                    "a dog ran",
                    "--model",
                    first);
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
            spark.listenerManager().unregister(plans);

            assertThat(outcome.code()).as(outcome.err()).isZero();
            List<String> lines = outcome.out().lines().toList();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(0)).matches("score +id +text");
            assertThat(lines.get(1)).matches("1\\.0000 +8 +a dog ran");
            assertThat(outcome.err()).contains("read in 2 parts by column id, from 7 to 10");
            assertThat(plans.all)
                    .filteredOn(plan -> plan.contains("Scan JDBCRelation(\"articles\")"))
                    .isNotEmpty()
                    .allMatch(plan -> plan.contains("*GreaterThan(id,7)"));
            statement.execute("SHUTDOWN");
        }
    }

    @Test
    void whereARowSaysItsModelTheRowWins() {
        String mine = fingerprint(embed(first));
        String others = fingerprint(embed(second));
        // The label of the column is that of the first model, for all rows.
        Dataset<Row> both = read(first)
                .withColumn(
                        "embedding_fingerprint",
                        functions.expr(("CASE WHEN id = '7' THEN '%s' WHEN id = '8' THEN substr('%s', 1, 16)"
                                        + " WHEN id = '9' THEN '%s' END")
                                .formatted(others, mine, others)));
        String mixed = folder.resolve("mixed").toString();
        both.write().parquet(mixed);
        Outcome outcome = Outcome.of("search", "--table", mixed, "--query", "a dog ran", "--id-column", "id");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines().skip(1).map(line -> line.split(" +", -1)[1]))
                .containsExactlyInAnyOrder("8", "10");
        assertThat(outcome.err())
                .contains("left out: 2 rows with vectors of another model, fingerprint " + others.substring(0, 12));

        Outcome other =
                Outcome.of("search", "--table", mixed, "--query", "a dog ran", "--id-column", "id", "--model", second);
        assertThat(other.out().lines().skip(1).map(line -> line.split(" +", -1)[1]))
                .containsExactlyInAnyOrder("7", "9");
        Outcome none = Outcome.of("search", "--table", mixed, "--where", "id = 7", "--query", "a", "--model", first);
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.errorLines())
                .containsExactly(
                        "table %s: none of its rows was embedded with this model".formatted(mixed),
                        "Most have fingerprint %.12s.".formatted(others),
                        "Name the model of these rows with --model, or embed the table anew.");
    }

    @Test
    void aUnionOfTwoModelsIsRefused() {
        embed(first);
        embed(second);
        read(first).createOrReplaceTempView("first_part");
        read(second).createOrReplaceTempView("second_part");
        spark.sql(
                "CREATE OR REPLACE TEMPORARY VIEW both_parts AS SELECT id, v AS embedding FROM"
                        + " (SELECT id, embedding AS v FROM first_part WHERE id > 7 UNION ALL SELECT id, embedding FROM second_part)");
        Outcome both = Outcome.of("search", "--table", "both_parts", "--query", "a");
        Outcome one = Outcome.of("search", "--table", "first_part", "--query", "a");

        assertThat(one.code()).as(one.err()).isZero();
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.errorLines())
                .first()
                .isEqualTo("table both_parts: column 'embedding' holds vectors of several models");
        assertThat(both.errorLines().get(1))
                .contains(fingerprint(outputOf(first)).substring(0, 12))
                .contains(fingerprint(outputOf(second)).substring(0, 12));
    }

    @Test
    void aViewOfARunningSessionIsEmbeddedAndSearched() {
        spark.read().option("header", "true").csv(input).createOrReplaceTempView("running_texts");
        Outcome outcome = Outcome.of(
                "embed",
                "--table",
                "running_texts",
                "--text-column",
                "text",
                "--output",
                outputOf(first),
                "--model",
                first);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        read(first).createOrReplaceTempView("running_vectors");
        assertThat(Outcome.of("search", "--table", "running_vectors", "--query", "a dog ran")
                        .out()
                        .lines())
                .hasSize(5);
    }

    private String embed(String model) {
        Outcome outcome = Outcome.of(
                "embed", "--input", input, "--text-column", "text", "--output", outputOf(model), "--model", model);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outputOf(model);
    }

    private static String outputOf(String model) {
        return model + "_output";
    }

    private Dataset<Row> read(String model) {
        return spark.read().parquet(outputOf(model));
    }

    private String fingerprint(String output) {
        return EmbeddingMetadata.columns(spark.read().parquet(output).schema()).stream()
                .map(column -> EmbeddingMetadata.of(column).orElseThrow().fingerprint())
                .findFirst()
                .orElseThrow();
    }

    /** The plans that ran, as Spark shows them. */
    private static final class PlansOfRuns implements QueryExecutionListener {
        private final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        public void onSuccess(String name, QueryExecution execution, long duration) {
            all.add(execution.executedPlan().toString());
        }

        @Override
        public void onFailure(String name, QueryExecution execution, Exception exception) {
            all.add(exception.toString());
        }
    }
}

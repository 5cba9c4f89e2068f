/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.SharedSpark;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL that people give is a query, under every command and preview; what would change something is not run. */
class ReadsOnlyTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    private Path kept;
    private String model;

    @BeforeEach
    void writeATableAndAModel() throws IOException {
        kept = folder.resolve("p");
        spark.range(3).selectExpr("id", "'a' AS text").write().parquet(kept.toString());
        model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--explain", "--dry-run", "--quiet"})
    void aStatementThatWritesAFolderIsNotRun(String preview) throws IOException {
        String before = FolderState.of(folder);
        for (String form : new String[] {"%s SELECT 1 AS id", "FROM (SELECT 1 AS id) %s SELECT id"}) {
            String statement = form.formatted("INSERT OVERWRITE DIRECTORY '%s' USING parquet".formatted(kept));
            Outcome outcome = Outcome.of(
                    "embed",
                    "--sql",
                    statement,
                    "--output",
                    folder.resolve("out").toString(),
                    "--model",
                    model,
                    preview);

            assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.errorLines())
                    .startsWith(
                            "option sql: is not a query",
                            "It holds INSERT INTO DIR, and only what reads and changes nothing is run.")
                    .hasSize(3);
        }
        assertThat(FolderState.of(folder)).isEqualTo(before);
    }

    @Test
    void aConditionThatRunsAProgramIsNotRun() throws IOException {
        Path file = folder.resolve("made");
        String condition =
                "id IN (SELECT TRANSFORM (id) USING 'touch %s' AS (a BIGINT) FROM parquet.`%s`)".formatted(file, kept);
        Outcome embed =
                Outcome.of("embed", "--input", kept.toString(), "--where", condition, "--dry-run", "--model", model);
        Outcome search = Outcome.of(
                "search", "--table", kept.toString(), "--where", condition, "--query", "a", "--model", model);

        for (Outcome outcome : new Outcome[] {embed, search}) {
            assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
            assertThat(outcome.errorLines())
                    .startsWith(
                            "option where: is not a query",
                            "It holds TRANSFORM, which runs a program, and only what reads and changes nothing is run.");
        }
        assertThat(file).doesNotExist();
    }
}

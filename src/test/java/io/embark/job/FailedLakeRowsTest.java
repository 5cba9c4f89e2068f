/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.model.ModelFolderBuilder;
import io.embark.spark.LakeSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of Delta Lake and Iceberg, which commit by themselves, where too many texts fail. */
@Tag("lakes")
class FailedLakeRowsTest {
    private final SparkSession spark = LakeSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"failed_delta,delta", "lake.db.failed,iceberg"})
    void theTableHasNoNewVersionOfIt(String table, String format) throws IOException {
        String model = ModelFolderBuilder.in(folder.resolve("model")).write().toString();
        List<String> run = List.of(
                "embed",
                "--sql",
                "select id, if(id % 4 = 0, 'the cat sat on the mat', 'a cat') as text from range(40)",
                "--output-table",
                table,
                "--output-format",
                format,
                "--model",
                model,
                "--id-column",
                "id",
                "--long-text",
                "fail",
                "--max-tokens",
                "7",
                "--on-error",
                "null",
                "--error-column",
                "why");
        try {
            assertThat(Outcome.of(run, "--max-failed", "24%").code()).isEqualTo(3);
            assertThat(spark.catalog().tableExists(table)).isFalse();

            Outcome made = Outcome.of(run, "--max-failed", "25%");
            assertThat(made.code()).as(made.err()).isZero();
            assertThat(made.out())
                    .contains("  texts   40 asked for, ")
                    .contains("; 30 embedded, 0 null, 0 truncated, 10 failed");
            assertThat(EmbeddingMetadata.of(spark.table(table).schema().apply("embedding")))
                    .as("kept by Delta Lake alone")
                    .matches(label -> label.isPresent() == format.equals("delta"));
            assertThat(spark.table(table)
                            .where("why = 'more tokens than the limit'")
                            .count())
                    .isEqualTo(10);
            long versions = versions(table, format);

            for (String mode : List.of("overwrite", "append")) {
                Outcome refused = Outcome.of(run, "--max-failed", "9", "--mode", mode);
                assertThat(refused.code()).as(refused.err()).isEqualTo(3);
                assertThat(refused.errorLines().get(0))
                        .isEqualTo("10 of 40 texts could not be embedded, and --max-failed allows 9");
            }
            assertThat(versions(table, format)).isEqualTo(versions);
            assertThat(Outcome.of(run, "--max-failed", "10", "--mode", "overwrite")
                            .code())
                    .isZero();
            assertThat(spark.table(table).count()).isEqualTo(40);
        } finally {
            spark.sql("DROP TABLE IF EXISTS " + table);
        }
    }

    private long versions(String table, String format) {
        return format.equals("delta")
                ? spark.sql("DESCRIBE HISTORY " + table).count()
                : spark.table(table + ".snapshots").count();
    }
}

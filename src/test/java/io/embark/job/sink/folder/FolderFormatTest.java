/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.job.sink.Capability;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds what each format says of itself to what Spark does with it. */
class FolderFormatTest {
    private final SparkSession spark = SharedSpark.session();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(FolderFormat.class)
    void keepsMetadata(FolderFormat format) {
        write(vectors(), format, "errorifexists");

        assertThat(EmbeddingMetadata.of(reread(format).schema().apply("embedding"))
                        .isPresent())
                .isEqualTo(format.keeps().contains(Capability.KEEPS_METADATA));
    }

    @ParameterizedTest
    @EnumSource(FolderFormat.class)
    void keepsTypes(FolderFormat format) {
        write(vectors(), format, "errorifexists");

        assertThat(types(reread(format).schema()).equals(types(vectors().schema())))
                .isEqualTo(format.keepsTypes());
    }

    private Dataset<Row> vectors() {
        return spark.range(2)
                .selectExpr("id", "CAST(id AS TINYINT) AS small", "DATE'2026-01-02' AS day", "1.50BD AS price")
                .withColumn(
                        "embedding",
                        functions
                                .lit(new float[] {0.1f, 0.2f})
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", 2, EmbedOptions.defaults())
                                                .toMetadata()));
    }

    private void write(Dataset<Row> rows, FolderFormat format, String mode) {
        rows.write().format(format.sparkName()).mode(mode).save(path());
    }

    private Dataset<Row> reread(FolderFormat format) {
        return spark.read().format(format.sparkName()).load(path());
    }

    private String path() {
        return folder.resolve("out").toString();
    }

    private static List<String> types(StructType schema) {
        return Arrays.stream(schema.fields())
                .map(StructField::toDDL)
                .map(field -> field.replace(" NOT NULL", ""))
                .sorted()
                .toList();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.spark.SharedSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
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

        assertThat(types(reread(format).schema())
                        .equals(types(format.kept(vectors().schema()))))
                .isEqualTo(format.keepsTypes());
    }

    @Test
    void asksForTheJarOfAvro() {
        Thread thread = Thread.currentThread();
        ClassLoader all = thread.getContextClassLoader();
        thread.setContextClassLoader(new ClassLoader(all) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return Collections.enumeration(Collections.list(super.getResources(name)).stream()
                        .filter(place -> !place.toString().contains("spark-avro"))
                        .toList());
            }
        });
        try {
            assertThatThrownBy(() -> new FolderKind()
                            .open(
                                    spark,
                                    SinkRequest.folder(path(), WriteMode.ERROR).as("avro")))
                    .isInstanceOf(EmbarkException.class)
                    .hasMessageStartingWith("option output-format: 'avro' is no data source of this Spark\n")
                    .hasMessageMatching("(?s).*\nAdd --packages org.apache.spark:spark-avro_2.1[23]:[0-9.]+\\.");
        } finally {
            thread.setContextClassLoader(all);
        }
    }

    @Test
    void keepsSmallNumbersInAvroAsInt() {
        Dataset<Row> rows = vectors().withColumn("codes", functions.expr("array(small)"));
        Sink sink = new FolderKind()
                .open(spark, SinkRequest.folder(path(), WriteMode.APPEND).as("AVRO"));
        sink.write(rows);
        sink.check(rows.schema(), Source.of(spark.range(1).toDF(), "test", Optional.empty(), true));
        sink.write(rows);

        assertThat(reread(FolderFormat.AVRO).schema().apply("codes").dataType().simpleString())
                .isEqualTo("array<int>");
        assertThat(sink.read(rows.schema()).exceptAll(rows).exceptAll(rows).count())
                .isZero();
        assertThat(sink.read(rows.schema()).schema().apply("small").dataType())
                .isEqualTo(rows.schema().apply("small").dataType());
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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkKind;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderKind;
import io.embark.job.source.Source;
import io.embark.spark.LakeSpark;
import io.embark.spark.call.EmbeddingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leaves 20,000 rows as Parquet, Delta and Iceberg below target/lakes, for other clients to compare, and the times. */
@Tag("lakes")
class LakeRowsTest {
    private static final Path FOLDER = Path.of("target/lakes/rows").toAbsolutePath();
    private static final int ROWS = 20_000;
    private static final int DIMENSION = 384;

    private final SparkSession spark = LakeSpark.session();

    @Test
    void writesTwentyThousandRowsInEachFormat() throws IOException {
        FileUtil.fullyDelete(FOLDER.toFile());
        Files.createDirectories(FOLDER);
        spark.conf().set("spark.sql.catalog.rows", "org.apache.iceberg.spark.SparkCatalog");
        spark.conf().set("spark.sql.catalog.rows.type", "hadoop");
        spark.conf()
                .set(
                        "spark.sql.catalog.rows.warehouse",
                        FOLDER.resolve("iceberg").toString());

        StringBuilder figures = new StringBuilder();
        double parquet = write("parquet", new FolderKind(), folder("parquet"), folder("parquet"), 1, figures);
        write("delta", new CatalogKind(), folder("delta"), folder("delta"), parquet, figures);
        write("iceberg", new CatalogKind(), iceberg(WriteMode.APPEND), iceberg(WriteMode.OVERWRITE), parquet, figures);
        Files.writeString(FOLDER.resolve("figures.txt"), figures);
    }

    private static SinkRequest folder(String format) {
        return SinkRequest.folder(FOLDER.resolve(format).toString(), WriteMode.OVERWRITE)
                .as(format);
    }

    private static SinkRequest iceberg(WriteMode mode) {
        return SinkRequest.table("rows.db.t", mode);
    }

    /** Creates the output, replaces it twice and appends to it; the second replacement is timed. */
    private double write(
            String name,
            SinkKind kind,
            SinkRequest create,
            SinkRequest overwrite,
            double parquet,
            StringBuilder figures) {
        Dataset<Row> all = rows(0, ROWS);
        write(kind.open(spark, create), all);
        write(kind.open(spark, overwrite), all);
        long started = System.nanoTime();
        write(kind.open(spark, overwrite), rows(0, ROWS - 1000));
        double seconds = (System.nanoTime() - started) / 1e9;
        Sink append = kind.open(
                spark,
                new SinkRequest(
                        overwrite.path(),
                        overwrite.table(),
                        overwrite.format(),
                        WriteMode.APPEND,
                        overwrite.options(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        false));
        write(append, rows(ROWS - 1000, ROWS));

        assertThat(append.read(all.schema()).count()).isEqualTo(ROWS);
        figures.append(String.format(
                Locale.ROOT,
                "%s: %,d rows of %d components, create, overwrite twice, append; one overwrite %.2f s, %.2f times that of Parquet%n",
                name,
                ROWS,
                DIMENSION,
                seconds,
                name.equals("parquet") ? 1.0 : seconds / parquet));
        return seconds;
    }

    private void write(Sink sink, Dataset<Row> rows) {
        sink.check(rows.schema(), Source.of(rows, "test", Optional.empty(), true));
        sink.write(rows);
    }

    private Dataset<Row> rows(int from, int to) {
        return spark.range(from, to, 1, 2)
                .toDF()
                .select(
                        functions.col("id"),
                        functions.expr("concat('text ', id)").as("text"),
                        functions
                                .expr("transform(sequence(1, %d), i -> CAST(hash(id, i) / 2147483647D AS FLOAT))"
                                        .formatted(DIMENSION))
                                .as(
                                        "embedding",
                                        EmbeddingMetadata.of("m", "f", DIMENSION, EmbedOptions.defaults())
                                                .toMetadata()));
    }
}

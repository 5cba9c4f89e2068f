/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.FileSourceScanExec;
import org.apache.spark.sql.execution.datasources.v2.BatchScanExec;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are read no further than Spark would read them for the texts alone: the same columns, the same filters. */
class ScanTest extends PlannedRows {
    private static final String READERS = "spark.sql.sources.useV1SourceList";

    @AfterEach
    void restoreTheReaders() {
        spark.conf().unset(READERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", ""})
    void readsTheColumnsAndFiltersOfTheTextsAlone(String firstVersion) {
        spark.conf().set(READERS, firstVersion);
        Dataset<Row> table = table("columns");
        Dataset<Row> embedded = table.withColumn("emb", model.embed("text"));

        assertThat(scan(embedded.select("id", "emb"))).isEqualTo(scan(table.select("id", "text")));
        assertThat(scan(embedded.filter("half = 0").select("emb")))
                .isEqualTo(scan(table.filter("half = 0").select("text")))
                .contains("EqualTo(half,0)");
        assertThat(scan(embedded.filter(first("text").gt(0).and(col("half").equalTo(0)))
                        .select("emb", "id")))
                .isEqualTo(scan(table.filter("half = 0").select("text", "id")));
        assertThat(scan(embedded.filter("emb IS NOT NULL").select("emb")))
                .isEqualTo(scan(table.filter("text IS NOT NULL").select("text")));
        assertThat(scan(embedded.select("half"))).isEqualTo(scan(table.select("half")));
        assertThat(scan(embedded.groupBy("half").agg(functions.max(col("emb").getItem(0)))))
                .isEqualTo(scan(table.groupBy("half").agg(functions.max("text"))));
        assertThat(scan(embedded.filter("id > 3").orderBy("id").limit(2).select("emb")))
                .isEqualTo(scan(table.filter("id > 3").orderBy("id").limit(2).select("text")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", ""})
    void readsThePartitionsAsked(String firstVersion) {
        spark.conf().set(READERS, firstVersion);
        String path = folder.resolve("parted" + firstVersion).toString();
        rows.write().partitionBy("half").parquet(path);
        Dataset<Row> table = spark.read().parquet(path);
        Dataset<Row> embedded = table.withColumn("emb", model.embed("text"))
                .filter(col("half").equalTo(1).and(first("text").gt(-9)));

        assertThat(scan(embedded.select("emb")))
                .isEqualTo(scan(table.filter("half = 1").select("text")))
                .contains("half");
        assertThat(collect(embedded)).hasSize(10);
    }

    private Dataset<Row> table(String name) {
        String path = folder.resolve(name).toString();
        rows.write().mode("overwrite").parquet(path);
        return spark.read().parquet(path);
    }

    /** What is read: columns, filters on data and on partitions, without the identities of columns. */
    private static String scan(Dataset<Row> rows) {
        List<FileSourceScanExec> files = Plans.find(rows.queryExecution().executedPlan(), FileSourceScanExec.class);
        List<BatchScanExec> batches = Plans.find(rows.queryExecution().executedPlan(), BatchScanExec.class);
        assertThat(files.size() + batches.size()).isEqualTo(1);
        String scan = files.isEmpty()
                ? batches.get(0).scan().description()
                : files.get(0).metadata().toString();
        return scan.replaceAll("#\\d+L?", "");
    }
}

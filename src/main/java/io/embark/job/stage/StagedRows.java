/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.job.table.LiteralPath;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a stage, read again.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StagedRows {
    private StagedRows() {}

    /**
     * Reads files of one write.
     *
     * @param schema the columns with which they were written; in what is read, all may be null
     * @return the rows, lazily, in no order; empty if there is no file
     */
    public static Optional<Dataset<Row>> read(SparkSession spark, List<StagedFile> files, StructType schema) {
        if (files.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(spark.read()
                .schema(schema)
                .option("ignoreCorruptFiles", false)
                .option("ignoreMissingFiles", false)
                .parquet(files.stream()
                        .map(file -> LiteralPath.escaped(file.path()))
                        .toArray(String[]::new)));
    }
}

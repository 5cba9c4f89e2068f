/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/** Writes ten rows to a stage, in files of four, and halts when the last of them is computed, as a process that is killed. */
final class HaltedStage {
    /** What the program ends with. */
    static final int KILLED = 77;

    private HaltedStage() {}

    /**
     * Writes them.
     *
     * @param args the output beside which the stage lies
     */
    public static void main(String[] args) throws IOException {
        SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
        FileSystem files = FileSystem.get(spark.sessionState().newHadoopConf());
        try (StageFolder stage = StageFolder.open(files, files.makeQualified(new Path(args[0])), args[0])) {
            StageWriter.write(rows(spark), stage, CommitEvery.parse("commit-every", "4"));
        }
    }

    private static Dataset<Row> rows(SparkSession spark) {
        UDF1<Long, Long> halting = id -> {
            if (id == 9) {
                Runtime.getRuntime().halt(KILLED);
            }
            return id;
        };
        return spark.range(0, 10, 1, 1)
                .select(udf(halting, DataTypes.LongType)
                        .asNondeterministic()
                        .apply(col("id"))
                        .as("id"));
    }
}

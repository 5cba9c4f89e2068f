/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.guard.Replacement;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.PartitionErrors;
import io.embark.job.sink.Partitions;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.WriteMode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A folder that is written, and how.
 *
 * @param reference the folder as it was named
 * @param options the options of Spark's writer
 * @param partitions the columns whose values become folders
 */
record FolderOutput(
        SparkSession spark,
        String reference,
        FolderFormat format,
        WriteMode mode,
        Map<String, String> options,
        List<String> partitions) {
    /** The option that names the folder. */
    static final String OPTION = "--output";

    /** The files beside those of the rows that go with them, whose names are the same in each version. */
    static final List<String> MARKS = List.of(RangesRecord.FILE);

    /** The same with other partitions. */
    FolderOutput by(List<String> columns) {
        return new FolderOutput(spark, reference, format, mode, options, columns);
    }

    /**
     * The columns that rows are partitioned by: those that were asked for, else those of what is there.
     *
     * @throws io.embark.EmbarkException if rows are appended to an output of others, or only some of them are to be replaced
     */
    List<String> partitions(StructType schema) throws IOException {
        List<String> asked = Partitions.ofFolders(schema, partitions);
        if (mode == WriteMode.ERROR) {
            return asked;
        }
        List<String> there = FolderPartitions.of(files(), target());
        if (mode == WriteMode.OVERWRITE) {
            boolean hasParts = !asked.isEmpty() || !there.isEmpty();
            if (hasParts && Partitions.othersStay(spark, options)) {
                throw PartitionErrors.areReplacedTogether(name());
            }
            boolean follows = asked.isEmpty() && there.stream().allMatch(name -> has(schema, name));
            return follows ? there : asked;
        }
        if (!files().exists(target())) {
            return asked;
        }
        Partitions.requireSame(name(), there, asked);
        return there;
    }

    private static boolean has(StructType schema, String name) {
        return Arrays.stream(schema.fieldNames()).anyMatch(name::equalsIgnoreCase);
    }

    /** The folder as errors call it. */
    String name() {
        return "output " + reference;
    }

    FileSystem files() throws IOException {
        return new Path(reference).getFileSystem(spark.sessionState().newHadoopConf());
    }

    Path target() throws IOException {
        FileSystem files = files();
        return new Path(reference).makeQualified(files.getUri(), files.getWorkingDirectory());
    }

    DataFrameWriter<Row> writer(Dataset<Row> rows) {
        Dataset<Row> named = rows;
        for (String name : partitions) {
            // Readers would take two spellings for two columns.
            named = named.withColumnRenamed(name, name);
        }
        return named.write().format(format.sparkName()).options(options).partitionBy(partitions.toArray(String[]::new));
    }

    Replacement replacement() throws IOException {
        return new Replacement(spark, name(), target());
    }

    /** Looks again, since somebody may have put something there while this run embedded. */
    void requireStillWritable() throws IOException {
        if (mode != WriteMode.APPEND && files().exists(target())) {
            if (mode == WriteMode.ERROR) {
                throw OutputErrors.existsByNow(name(), OPTION);
            }
            replacement().requireOnlyWhatRunsWrite();
        }
    }
}

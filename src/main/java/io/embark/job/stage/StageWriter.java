/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.Job;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SQLExecution;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Map;
import scala.collection.immutable.Map$;

/**
 * Writes rows to a stage. What a task finished is there for good while the job still runs, which Spark's own writers do not do.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StageWriter {
    private StageWriter() {}

    /**
     * Computes rows in one job, and keeps them.
     *
     * @return the files that hold each row once: those of the tasks that came to their end
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if rows with such columns cannot be kept
     */
    public static List<StagedFile> write(Dataset<Row> rows, StageFolder stage, CommitEvery every) {
        StructType schema = rows.schema();
        requireKept(schema);
        SparkSession spark = rows.sparkSession();
        StageTask task = task(spark, schema, stage, every);
        QueryExecution query = rows.queryExecution();
        // Within it, since a plan that adapts itself runs its first stages when it is asked for its rows.
        List<String> written = SQLExecution.withNewExecutionId(
                query,
                Option.apply("stage"),
                () -> query.toRdd().toJavaRDD().mapPartitions(task).collect());
        return written.stream().map(StagedFile::of).sorted(StagedFile.ORDER).toList();
    }

    private static void requireKept(StructType schema) {
        unkept(schema).ifPresent(column -> {
            throw StageErrors.cannotBeKept(column);
        });
    }

    /** A column whose type no file of a stage has; empty if rows with such columns can be kept. */
    public static Optional<StructField> unkept(StructType schema) {
        ParquetFileFormat format = new ParquetFileFormat();
        return Arrays.stream(schema.fields())
                .filter(column -> !format.supportDataType(column.dataType()))
                .findFirst();
    }

    private static StageTask task(SparkSession spark, StructType schema, StageFolder stage, CommitEvery every) {
        try {
            Job job = Job.getInstance(spark.sessionState().newHadoopConf());
            job.setOutputKeyClass(Void.class);
            job.setOutputValueClass(InternalRow.class);
            OutputWriterFactory writers = new ParquetFileFormat().prepareWrite(spark, job, options(), schema);
            Configuration conf = job.getConfiguration();
            // All values as they are, whatever the files of others are to look like.
            conf.set(SQLConf.PARQUET_OUTPUT_TIMESTAMP_TYPE().key(), "TIMESTAMP_MICROS");
            conf.set(SQLConf.PARQUET_WRITE_LEGACY_FORMAT().key(), "false");
            return new StageTask(
                    new SerializableConfiguration(conf),
                    writers,
                    schema,
                    stage.rows().toString(),
                    stage.nextWrite(),
                    every);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> options() {
        // Vectors hardly shrink, and the files live for one run.
        Map<String, String> none = Map$.MODULE$.empty();
        return none.$plus(new Tuple2<>("compression", "snappy"));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.base.Redaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.executor.OutputMetrics;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the rows of a partition to files of a stage, one after the other. Each counts from when it is complete, whatever becomes
 * of the task.
 *
 * @param conf of Hadoop, with what the writer wants to know
 * @param writers makes the writer of a file
 * @param schema the columns
 * @param stage the folder of the stage
 * @param write which write of the run this is
 * @param every when a file is complete
 */
record StageTask(
        SerializableConfiguration conf,
        OutputWriterFactory writers,
        StructType schema,
        String stage,
        int write,
        CommitEvery every)
        implements FlatMapFunction<Iterator<InternalRow>, String> {
    private static final Logger LOG = LoggerFactory.getLogger(StageTask.class);

    @Override
    public Iterator<String> call(Iterator<InternalRow> rows) throws IOException {
        return new Attempt(TaskContext.get()).write(rows);
    }

    /** One try of the partition. */
    private final class Attempt {
        private final TaskContext task;
        private final Configuration hadoop = conf.value();
        private final Path folder = new Path(stage);
        private final List<StagedFile> done = new ArrayList<>();

        private OutputWriter writer;
        private long rowsInFile;
        private long fileBegan;

        private Attempt(TaskContext task) {
            this.task = task;
        }

        private Iterator<String> write(Iterator<InternalRow> rows) throws IOException {
            boolean complete = false;
            try {
                while (rows.hasNext()) {
                    InternalRow row = rows.next();
                    // Rows come in bursts: the time is asked for before the first row of a new one, not within it.
                    if (writer != null && every.isOver(System.nanoTime() - fileBegan)) {
                        publish();
                    }
                    if (writer == null) {
                        open();
                    }
                    writer.write(row);
                    rowsInFile++;
                    if (every.isReachedBy(rowsInFile)) {
                        publish();
                    }
                }
                if (writer != null) {
                    publish();
                }
                complete = true;
                return done.stream().map(StagedFile::told).iterator();
            } finally {
                if (!complete) {
                    abort();
                }
            }
        }

        private StageName name() {
            return new StageName(write, task.partitionId(), task.taskAttemptId(), done.size());
        }

        private void open() {
            TaskAttemptContext context = new TaskAttemptContextImpl(
                    hadoop, new TaskAttemptID("embark", write, TaskType.MAP, task.partitionId(), task.attemptNumber()));
            writer = SQLConf.withExistingConf(
                    asTheyAre(),
                    () -> writers.newInstance(name().unfinished(folder).toString(), schema, context));
            rowsInFile = 0;
            fileBegan = System.nanoTime();
        }

        /** Spark's own settings, but for days before 1582, which it would refuse. */
        private static SQLConf asTheyAre() {
            SQLConf settings = new SQLConf();
            settings.setConfString(SQLConf.PARQUET_REBASE_MODE_IN_WRITE().key(), "CORRECTED");
            return settings;
        }

        private void publish() throws IOException {
            writer.close();
            writer = null;
            StageName name = name();
            Path finished = name.finished(folder);
            FileSystem files = finished.getFileSystem(hadoop);
            if (!files.rename(name.unfinished(folder), finished)) {
                throw new IOException("rename to %s failed".formatted(finished));
            }
            done.add(name.file(folder, rowsInFile, files.getFileStatus(finished).getLen()));
            OutputMetrics metrics = task.taskMetrics().outputMetrics();
            metrics.setRecordsWritten(done.stream().mapToLong(StagedFile::rows).sum());
            metrics.setBytesWritten(done.stream().mapToLong(StagedFile::bytes).sum());
        }

        /** What led here matters more than what goes wrong now. */
        private void abort() {
            Path unfinished = name().unfinished(folder);
            try {
                if (writer != null) {
                    writer.close();
                }
            } catch (RuntimeException e) {
                LOG.debug("Not closed: {}: {}", shown(unfinished), Redaction.text(String.valueOf(e.getMessage())));
            }
            try {
                if (unfinished.getFileSystem(hadoop).delete(unfinished, false)) {
                    LOG.debug("Removed: {}", shown(unfinished));
                }
            } catch (IOException | RuntimeException e) {
                LOG.debug("Left behind: {}: {}", shown(unfinished), Redaction.text(String.valueOf(e.getMessage())));
            }
        }

        private static String shown(Path path) {
            return Redaction.text(path.toString());
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitterFactory;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.internal.io.FileCommitProtocol;
import org.apache.spark.internal.io.FileNameSpec;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;
import scala.Option;

/**
 * How Spark's tasks write files to a store of objects: each attempt under names of its own, in the folder where they stay, so
 * that nothing is copied when a task or the job is done. Which of them count is written down at the end. Where the store has a
 * committer of its own, that one decides when they are seen, and an {@link ObjectJournal} is written before it does.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ObjectFiles extends SQLHadoopMapReduceCommitProtocol {
    @Serial
    private static final long serialVersionUID = 1;

    private static final String STAGING = "org.apache.hadoop.fs.s3a.commit.staging.";
    private static final String PROTOCOL = "spark.sql.sources.commitProtocolClass";

    /** The option of Spark's writer for files that lie hidden until an {@link ObjectCommit}. */
    public static final String HIDDEN = "embark.hidden";

    /** The option for the store's own committer, which writes straight into the output: the folder of the run. */
    public static final String RUN = "embark.run";

    /**
     * What a session had set before its writes.
     *
     * @param before the class; empty if none was set
     * @param writes how many are under way
     */
    private record Held(Optional<String> before, int writes) {}

    private static final Map<SparkSession, Held> HELD = new HashMap<>();

    /** The runs of this process that the store's own committer writes for, by their folders. */
    private static final Map<String, RunFolder> RUNS = new ConcurrentHashMap<>();

    private final String folder;

    /** The driver's: the files of all tasks. */
    private final transient List<String> ofJob = new ArrayList<>();

    /** The task's: the files of this attempt. */
    private transient List<String> ofTask;

    /** Whether the write has one of our options. */
    private transient boolean ours;

    /** Where the store's committer wants them. */
    private transient Path work;

    /** Made by Spark. */
    public ObjectFiles(String job, String folder, boolean dynamicPartitionOverwrite) {
        super(job, folder, dynamicPartitionOverwrite);
        this.folder = folder;
    }

    /** Writes rows so. Only a session says how files are written; a write with neither option is as it always was. */
    public static void write(SparkSession spark, Runnable save) {
        begin(spark);
        try {
            save.run();
        } finally {
            end(spark);
        }
    }

    /** Writes the rows of a run by the store's own committer; the writer has to have the option {@link #RUN}. */
    public static void write(SparkSession spark, RunFolder run, Runnable save) {
        String folder = run.places().folder().toString();
        RUNS.put(folder, run);
        try {
            write(spark, save);
        } finally {
            RUNS.remove(folder);
        }
    }

    private static synchronized void begin(SparkSession spark) {
        Held held = HELD.computeIfAbsent(spark, ObjectFiles::held);
        HELD.put(spark, new Held(held.before(), held.writes() + 1));
        spark.conf().set(PROTOCOL, ObjectFiles.class.getName());
    }

    private static Held held(SparkSession spark) {
        boolean isSet = spark.sessionState().conf().contains(PROTOCOL);
        return new Held(isSet ? Optional.of(spark.conf().get(PROTOCOL)) : Optional.empty(), 0);
    }

    private static synchronized void end(SparkSession spark) {
        Held held = HELD.get(spark);
        if (held.writes() > 1) {
            HELD.put(spark, new Held(held.before(), held.writes() - 1));
            return;
        }
        HELD.remove(spark);
        held.before().ifPresentOrElse(before -> spark.conf().set(PROTOCOL, before), () -> spark.conf()
                .unset(PROTOCOL));
    }

    /** Whether a committer of the store's own is set for a place: S3A's magic one, or one that a factory makes for its scheme. */
    public static boolean hasCommitter(Path place, Configuration conf) throws IOException {
        return ofStore(place, new TaskAttemptContextImpl(conf, new TaskAttemptID()))
                .isPresent();
    }

    private static Optional<PathOutputCommitter> ofStore(Path place, TaskAttemptContext context) throws IOException {
        PathOutputCommitter committer = PathOutputCommitterFactory.getCommitterFactory(
                        place, context.getConfiguration())
                .createOutputCommitter(place, context);
        // The staging committers of S3A rename what they write by themselves, so that nobody knows the files of a
        // killed run.
        boolean renames = committer.getClass().getName().startsWith(STAGING);
        return renames || committer instanceof FileOutputCommitter ? Optional.empty() : Optional.of(committer);
    }

    @Override
    public OutputCommitter setupCommitter(TaskAttemptContext context) {
        Configuration conf = context.getConfiguration();
        ours = conf.get(RUN) != null || conf.get(HIDDEN) != null;
        if (!ours) {
            return super.setupCommitter(context);
        }
        if (conf.get(RUN) == null) {
            return new Hidden();
        }
        try {
            PathOutputCommitter committer = ofStore(new Path(folder), context)
                    .orElseThrow(() -> new IllegalStateException("no committer is set for " + folder));
            work = committer.getWorkPath();
            return new Announced(committer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void setupTask(TaskAttemptContext context) {
        ofTask = new ArrayList<>();
        super.setupTask(context);
    }

    @Override
    public String newTaskTempFile(TaskAttemptContext context, Option<String> partition, FileNameSpec spec) {
        if (!ours) {
            return super.newTaskTempFile(context, partition, spec);
        }
        // Of two attempts of a task, one may write on after the other was chosen.
        FileNameSpec ofAttempt = new FileNameSpec(
                spec.prefix(), "-%s%s".formatted(context.getTaskAttemptID().getId(), spec.suffix()));
        String file = getFilename(context, ofAttempt);
        String name = partition.isDefined() ? partition.get() + "/" + file : file;
        ofTask.add(name);
        return new Path(work == null ? new Path(folder) : work, name).toString();
    }

    @Override
    public FileCommitProtocol.TaskCommitMessage commitTask(TaskAttemptContext context) {
        FileCommitProtocol.TaskCommitMessage message = super.commitTask(context);
        return ours ? new Written(message.obj(), List.copyOf(ofTask)) : message;
    }

    @Override
    public void abortTask(TaskAttemptContext context) {
        super.abortTask(context);
        if (ours && work == null) {
            for (String name : ofTask) {
                Path file = new Path(folder, name);
                try {
                    file.getFileSystem(context.getConfiguration()).delete(file, false);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void onTaskCommit(FileCommitProtocol.TaskCommitMessage message) {
        super.onTaskCommit(message);
        if (message instanceof Written written) {
            ofJob.addAll(written.names);
        }
    }

    /** What a task tells the driver. */
    private static final class Written extends FileCommitProtocol.TaskCommitMessage {
        @Serial
        private static final long serialVersionUID = 1;

        private final List<String> names;

        Written(Object ofSpark, List<String> names) {
            super(ofSpark);
            this.names = names;
        }
    }

    /** Nothing is to be done for a task; for a job, its files are listed. */
    private final class Hidden extends OutputCommitter {
        @Override
        public void commitJob(JobContext context) throws IOException {
            Path rows = new Path(folder);
            FileSystem files = rows.getFileSystem(context.getConfiguration());
            new ObjectJournal(ObjectJournal.Aim.APPEND, ofJob, List.of(), List.of())
                    .write(files, ObjectJournal.ofRows(rows));
            if (context.getConfiguration().getBoolean(FileOutputCommitter.SUCCESSFUL_JOB_OUTPUT_DIR_MARKER, true)) {
                files.create(new Path(rows, ObjectCommit.SUCCESS), true).close();
            }
        }

        @Override
        public void setupJob(JobContext context) {}

        @Override
        public void setupTask(TaskAttemptContext context) {}

        @Override
        public boolean needsTaskCommit(TaskAttemptContext context) {
            return false;
        }

        @Override
        public void commitTask(TaskAttemptContext context) {}

        @Override
        public void abortTask(TaskAttemptContext context) {}
    }

    /** The store's own committer, about whose work a journal is kept. */
    private final class Announced extends OutputCommitter {
        private final PathOutputCommitter committer;

        Announced(PathOutputCommitter committer) {
            this.committer = committer;
        }

        @Override
        public void commitJob(JobContext context) throws IOException {
            FileSystem files = new Path(folder).getFileSystem(context.getConfiguration());
            RunFolder run = RUNS.get(context.getConfiguration().get(RUN));
            run.beginCommit();
            ObjectCommit.announce(files, run.places(), ofJob);
            committer.commitJob(context);
            ObjectCommit.confirm(files, run.places(), ofJob);
        }

        @Override
        public void abortJob(JobContext context, JobStatus.State state) throws IOException {
            committer.abortJob(context, state);
        }

        @Override
        public void setupJob(JobContext context) throws IOException {
            committer.setupJob(context);
        }

        @Override
        public void setupTask(TaskAttemptContext context) throws IOException {
            committer.setupTask(context);
        }

        @Override
        public boolean needsTaskCommit(TaskAttemptContext context) throws IOException {
            return committer.needsTaskCommit(context);
        }

        @Override
        public void commitTask(TaskAttemptContext context) throws IOException {
            committer.commitTask(context);
        }

        @Override
        public void abortTask(TaskAttemptContext context) throws IOException {
            committer.abortTask(context);
        }
    }
}

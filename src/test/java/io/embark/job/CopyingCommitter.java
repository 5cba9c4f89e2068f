/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitterFactory;

/** A committer of the store's own, for {@link CopyingFileSystem}: it shows the files of a job one after the other. */
public final class CopyingCommitter extends PathOutputCommitter {
    /** What sets it. */
    static final String OPTION = "mapreduce.outputcommitter.factory.scheme." + CopyingFileSystem.SCHEME;

    private final Path output;
    private final FileOutputCommitter committer;

    private CopyingCommitter(Path output, TaskAttemptContext context) throws IOException {
        super(output, context);
        this.output = output;
        this.committer = new FileOutputCommitter(output, context);
    }

    /** Made by Hadoop. */
    public static final class Factory extends PathOutputCommitterFactory {
        @Override
        public PathOutputCommitter createOutputCommitter(Path output, TaskAttemptContext context) throws IOException {
            return new CopyingCommitter(output, context);
        }
    }

    @Override
    public Path getOutputPath() {
        return output;
    }

    @Override
    public Path getWorkPath() throws IOException {
        return committer.getWorkPath();
    }

    @Override
    public void setupJob(JobContext context) throws IOException {
        committer.setupJob(context);
    }

    @Override
    public void commitJob(JobContext context) throws IOException {
        committer.commitJob(context);
    }

    @Override
    public void abortJob(JobContext context, JobStatus.State state) throws IOException {
        committer.abortJob(context, state);
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

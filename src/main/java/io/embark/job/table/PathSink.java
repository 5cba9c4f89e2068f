/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.base.Redaction;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.guard.WrittenFolder;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of files.
 *
 * <p>A new output is written to a hidden sibling, {@code .NAME.embark-unfinished-ID}, and renamed when it is complete; one
 * that it replaces is first renamed to {@code .NAME.embark-replaced-ID}, and deleted last. So the output may also be the
 * input. What a killed run leaves behind is one of these, which nothing reads; if it was killed between the two renames, the
 * old output is the {@code embark-replaced} one. On object stores, where a rename copies, the swap takes as long as a copy.
 *
 * <p>Appending leaves it to Spark's commit protocol (version 1: files appear when the whole job commits).
 */
final class PathSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(PathSink.class);

    /** The option that names the folder. */
    private static final String OPTION = "--output";

    private final SparkSession spark;
    private final String reference;

    /** The folder as errors call it. */
    private final String output;

    private final SinkFormat format;
    private final WriteMode mode;
    private final Map<String, String> options;

    PathSink(SparkSession spark, String reference, SinkRequest request) {
        this.spark = spark;
        this.reference = reference;
        this.output = "output " + reference;
        this.format = request.format();
        this.mode = request.mode();
        this.options = request.options();
    }

    @Override
    public void check(StructType schema, Source source) {
        // Hadoop throws anything for a file system that is unknown or lacks its jar.
        SparkCall.translate(() -> checkTarget(schema, source), e -> OutputErrors.isUnreachable(output, e));
    }

    private Void checkTarget(StructType schema, Source source) throws IOException {
        FileSystem files = files();
        Path target = target(files);
        if (target.getParent() == null) {
            throw OutputErrors.isRoot(output);
        }

        ForeignTables.requireNoneWritten(output, target, spark.sessionState().newHadoopConf());
        if (files.exists(target)) {
            checkExisting(files, target, schema, source);
        } else {
            new Replacement(spark, output, target).requireNoLink();
        }
        checkWritable(files, target.getParent());
        return null;
    }

    private void checkExisting(FileSystem files, Path target, StructType schema, Source source) throws IOException {
        switch (mode) {
            case ERROR -> throw OutputErrors.exists(output, OPTION);
            case OVERWRITE ->
                new Replacement(spark, output, target).check(source.rows(), Optional.empty(), format.sparkName());
            case APPEND -> {
                if (!files.getFileStatus(target).isDirectory()) {
                    throw OutputErrors.isAFile(output);
                }
                WrittenFolder.requireNoPartitions(output, files, target);

                StructType existing = SparkCall.translate(
                        () -> spark.read()
                                .format(format.sparkName())
                                .load(LiteralPath.escaped(target.toString()))
                                .schema(),
                        e -> AppendErrors.isOfAnotherFormat(output, format, e));
                AppendCheck.check(output, existing, schema, format.keepsTypes());
                if (!keepsMetadata()) {
                    AppendCheck.checkRanges(output, RangesRecord.read(files, target), schema);
                }
            }
        }
    }

    private void checkWritable(FileSystem files, Path folder) throws IOException {
        Path existing = folder;
        while (!files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        FileStatus status = files.getFileStatus(existing);
        if (!status.isDirectory()) {
            throw OutputErrors.isBelowAFile(output, existing);
        }

        try {
            files.access(existing, FsAction.WRITE_EXECUTE);
        } catch (AccessControlException e) {
            throw OutputErrors.isForbidden(output, e);
        }
    }

    @Override
    public void write(Dataset<Row> rows) {
        if (mode == WriteMode.APPEND || format.commitsByItself()) {
            rows.write()
                    .format(format.sparkName())
                    .option("mapreduce.fileoutputcommitter.algorithm.version", "1")
                    .options(options)
                    .mode(mode.key())
                    .save(reference);
            try {
                RangesRecord.write(files(), target(files()), rows.schema());
            } catch (IOException e) {
                throw OutputErrors.isUnreachable(output, e);
            }
            return;
        }

        FileSystem files;
        Path target;
        Path unfinished;
        try {
            files = files();
            target = target(files);
            unfinished = sibling(target, "unfinished");
            if (!files.mkdirs(unfinished)) {
                throw new IOException("mkdirs of %s failed".formatted(unfinished));
            }
            // Tasks that have not noticed yet that the job failed may write on after it is deleted below.
            files.deleteOnExit(unfinished);
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(output, e);
        }

        try {
            rows.write()
                    .format(format.sparkName())
                    .options(options)
                    .mode("overwrite")
                    .save(unfinished.toString());
            RangesRecord.write(files, unfinished, rows.schema());
            swap(files, unfinished, target);
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(output, e);
        } finally {
            deleteQuietly(files, unfinished);
        }
    }

    private void swap(FileSystem files, Path unfinished, Path target) {
        Path replaced = sibling(target, "replaced");
        try {
            boolean there = files.exists(target);
            if (there && mode == WriteMode.ERROR) {
                throw OutputErrors.existsByNow(output, OPTION);
            }

            if (there) {
                rename(files, target, replaced);
            }
            try {
                rename(files, unfinished, target);
            } catch (IOException e) {
                if (there) {
                    rename(files, replaced, target);
                }
                throw e;
            }
        } catch (IOException e) {
            throw OutputErrors.cannotBePutInItsPlace(output, e);
        }
        deleteQuietly(files, replaced);
    }

    private static void rename(FileSystem files, Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("rename of %s to %s failed".formatted(from, to));
        }
    }

    /** What cannot be deleted is hidden and harmless, and the error that led here matters more. */
    private static void deleteQuietly(FileSystem files, Path path) {
        try {
            files.delete(path, true);
        } catch (IOException e) {
            LOG.warn("Left behind: {}: {}", Redaction.text(path.toString()), Failures.line(e));
        }
    }

    private static Path sibling(Path target, String state) {
        String id = UUID.randomUUID().toString().substring(0, 8);
        return new Path(target.getParent(), ".%s.embark-%s-%s".formatted(target.getName(), state, id));
    }

    private FileSystem files() throws IOException {
        return new Path(reference).getFileSystem(spark.sessionState().newHadoopConf());
    }

    private Path target(FileSystem files) {
        return new Path(reference).makeQualified(files.getUri(), files.getWorkingDirectory());
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return spark.read().format(format.sparkName()).schema(schema).load(LiteralPath.escaped(reference));
    }

    @Override
    public Optional<String> recordedRanges() {
        if (mode != WriteMode.APPEND) {
            return Optional.empty();
        }
        try {
            return RangesRecord.read(files(), target(files()));
        } catch (IOException | RuntimeException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    @Override
    public String rangesFile() {
        return "%s/%s".formatted(reference.replaceFirst("/+$", ""), RangesRecord.FILE);
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public boolean keepsMetadata() {
        return format.keepsMetadata();
    }

    @Override
    public boolean readsBack() {
        return format.readsBack();
    }

    @Override
    public String description() {
        return "%s (%s)".formatted(reference, format.sparkName());
    }
}

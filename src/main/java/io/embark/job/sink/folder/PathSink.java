/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.commit.FolderCommit;
import io.embark.job.commit.FolderRecovery;
import io.embark.job.commit.RunFolder;
import io.embark.job.commit.RunPlaces;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.guard.WrittenFolder;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.AppendErrors;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.SparkCall;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A folder of files.
 *
 * <p>A new output is written to a hidden folder beside it, and renamed when it is complete, after one that it replaces was
 * renamed into the hidden folder too; so the output may also be the input. Rows are appended by moving their files. What a
 * killed run leaves is settled by the next one ({@link FolderRecovery}).
 *
 * <p>On stores of objects a rename copies, so the swap takes as long as a copy and is not one step; appending leaves it to
 * Spark's commit protocol there (version 1: files appear one by one when the whole job commits).
 */
final class PathSink implements Sink {
    /** The option that names the folder. */
    private static final String OPTION = "--output";

    private final SparkSession spark;
    private final String reference;

    /** The folder as errors call it. */
    private final String output;

    private final FolderFormat format;
    private final WriteMode mode;
    private final Map<String, String> options;

    PathSink(SparkSession spark, String reference, FolderFormat format, SinkRequest request) {
        this.spark = spark;
        this.reference = reference;
        this.output = "output " + reference;
        this.format = format;
        this.mode = request.mode();
        this.options = request.options();
    }

    @Override
    public void check(StructType schema, Source source) {
        // Hadoop throws anything for a file system that is unknown or lacks its jar.
        SparkCall.translate(() -> checkTarget(schema, source), e -> OutputErrors.isUnreachable(output, e));
    }

    private Void checkTarget(StructType schema, Source source) throws IOException {
        format.requireNames(output, schema);
        FileSystem files = files();
        Path target = target(files);
        if (target.getParent() == null) {
            throw OutputErrors.isRoot(output);
        }

        ForeignTables.requireNoneWritten(output, target, spark.sessionState().newHadoopConf());
        RunFolder.requireAlone(files, target, output);
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
                        e -> AppendErrors.isOfAnotherFormat(output, format.sparkName(), e));
                boolean saysNothing = !format.keepsTypes() && existing.isEmpty();
                if (!saysNothing) {
                    AppendCheck.check(output, existing, schema, format.keepsTypes());
                }
                if (!can(Capability.KEEPS_METADATA)) {
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
    public void write(Dataset<Row> rows, Runnable beforeTheyAreSeen) {
        if (appendsByItself()) {
            beforeTheyAreSeen.run();
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

        try {
            FileSystem files = files();
            Path target = target(files);
            try (RunFolder run = RunFolder.open(files, target, RunPlaces.Kind.FOLDER, output)) {
                Path unfinished = run.places().rows();
                rows.write()
                        .format(format.sparkName())
                        .options(options)
                        .mode("error")
                        .save(unfinished.toString());
                RangesRecord.write(files, unfinished, rows.schema());
                if (mode == WriteMode.OVERWRITE && files.exists(target)) {
                    // Somebody may have put something there while this run embedded.
                    new Replacement(spark, output, target).requireOnlyWhatRunsWrite();
                    FolderAccess.copy(files, target, unfinished);
                }
                beforeTheyAreSeen.run();
                commit(run, files.exists(target));
            }
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    /** To stores that copy what they rename, Spark's own committer, or that of the store, appends at less cost. */
    private boolean appendsByItself() {
        if (mode != WriteMode.APPEND) {
            return false;
        }
        try {
            return !FolderCommit.renamesAtOnce(files());
        } catch (IOException | RuntimeException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    private void commit(RunFolder run, boolean there) {
        if (there && mode == WriteMode.ERROR) {
            throw OutputErrors.existsByNow(output, OPTION);
        }
        try {
            if (!there) {
                run.commit(FolderCommit::put);
            } else if (mode == WriteMode.APPEND) {
                run.commit((files, places) -> FolderCommit.append(files, places, List.of(RangesRecord.FILE), true));
            } else {
                run.commit(FolderCommit::replace);
            }
        } catch (IOException e) {
            throw OutputErrors.cannotBePutInItsPlace(output, e);
        }
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
    public Optional<String> folder() {
        return Optional.of(reference);
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all =
                EnumSet.of(Capability.CREATES, Capability.APPENDS, Capability.REPLACES_AT_ONCE, Capability.READS_BACK);
        all.addAll(format.keeps());
        return all;
    }

    @Override
    public Optional<String> note() {
        try {
            return FolderCommit.renamesAtOnce(files())
                    ? Optional.empty()
                    : Optional.of(
                            "this store has no rename that is done or not: if the run is killed in its last moments, while %s, %s may hold %s"
                                    .formatted(
                                            mode == WriteMode.APPEND
                                                    ? "files are committed"
                                                    : "the output is put in its place",
                                            reference,
                                            "a part of the new rows"));
        } catch (IOException | RuntimeException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    @Override
    public String description() {
        return "%s (%s)".formatted(reference, format.sparkName());
    }
}

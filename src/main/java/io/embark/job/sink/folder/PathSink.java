/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.commit.FolderCommit;
import io.embark.job.commit.FolderRecovery;
import io.embark.job.commit.RunFolder;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.AppendErrors;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.LiteralPath;
import io.embark.job.table.SparkCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A folder of files. The output may also be the input: what is new is complete before what is there is touched. What a killed
 * run leaves is settled by the next one ({@link FolderRecovery}).
 */
final class PathSink implements Sink {
    private final SparkSession spark;
    private final FolderOutput folder;

    /** The folder as errors call it. */
    private final String output;

    private final FolderFormat format;
    private final WriteMode mode;

    /** The columns that were checked, which say of partitions what names of folders cannot; empty before. */
    private StructType checked = new StructType();

    /** Where the rows of this run are while they are hidden. */
    private Optional<Path> unseen = Optional.empty();

    PathSink(SparkSession spark, String reference, FolderFormat format, SinkRequest request) {
        this.spark = spark;
        this.folder =
                new FolderOutput(spark, reference, format, request.mode(), request.options(), request.partitionBy());
        this.output = folder.name();
        this.format = format;
        this.mode = request.mode();
    }

    @Override
    public void check(StructType schema, Source source) {
        checked = schema;
        // Hadoop throws anything for a file system that is unknown or lacks its jar.
        SparkCall.run(() -> checkTarget(schema, source), e -> OutputErrors.isUnreachable(output, e));
    }

    private void checkTarget(StructType schema, Source source) throws IOException {
        format.requireNames(output, schema);
        FileSystem files = folder.files();
        Path target = folder.target();
        if (target.getParent() == null) {
            throw OutputErrors.isRoot(output);
        }

        ForeignTables.requireNoneWritten(output, target, spark.sessionState().newHadoopConf());
        RunFolder.requireAlone(files, target, output);
        List<String> partitions = folder.partitions(schema);
        if (files.exists(target)) {
            checkExisting(files, target, schema, source, partitions);
        } else {
            new Replacement(spark, output, target).requireNoLink();
        }
        checkWritable(files, target.getParent());
    }

    private void checkExisting(FileSystem files, Path target, StructType schema, Source source, List<String> partitions)
            throws IOException {
        switch (mode) {
            case ERROR -> throw OutputErrors.exists(output, FolderOutput.OPTION);
            case OVERWRITE ->
                new Replacement(spark, output, target).check(source.rows(), Optional.empty(), format.sparkName());
            case APPEND -> {
                if (!files.getFileStatus(target).isDirectory()) {
                    throw OutputErrors.isAFile(output);
                }
                StructType existing = SparkCall.translate(
                        () -> spark.read()
                                .format(format.sparkName())
                                .load(LiteralPath.escaped(target.toString()))
                                .schema(),
                        e -> AppendErrors.isOfAnotherFormat(output, format.sparkName(), e));
                boolean saysNothing = !format.keepsTypes() && existing.isEmpty();
                if (!saysNothing) {
                    StructType kept = format.kept(schema);
                    AppendCheck.check(output, typedAs(existing, kept, partitions), kept, format.keepsTypes());
                }
                if (!can(Capability.KEEPS_METADATA)) {
                    AppendCheck.checkRanges(output, RangesRecord.read(files, target), schema);
                }
            }
        }
    }

    /** What is there, where the types of partitions are taken to be those of the new rows: names of folders have none. */
    private static StructType typedAs(StructType existing, StructType added, List<String> partitions) {
        return new StructType(Arrays.stream(existing.fields())
                .map(field -> partitions.contains(field.name())
                        ? Arrays.stream(added.fields())
                                .filter(other -> other.name().equalsIgnoreCase(field.name()))
                                .findFirst()
                                .map(other -> DataTypes.createStructField(field.name(), other.dataType(), true))
                                .orElse(field)
                        : field)
                .toArray(StructField[]::new));
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
        try {
            FolderOutput partitioned = folder.by(folder.partitions(rows.schema()));
            Consumer<Optional<Path>> hidden = place -> {
                unseen = place;
                beforeTheyAreSeen.run();
                unseen = Optional.empty();
            };
            if (renamesAtOnce()) {
                new RenamedFolder(partitioned).write(rows, place -> hidden.accept(Optional.of(place)));
            } else {
                new ObjectFolder(partitioned).write(rows, hidden);
            }
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    private boolean renamesAtOnce() {
        return SparkCall.translate(
                () -> FolderCommit.renamesAtOnce(folder.files()), e -> OutputErrors.isUnreachable(output, e));
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return read(schema, folder.reference());
    }

    @Override
    public Optional<Dataset<Row>> unseen(StructType schema) {
        return unseen.map(place -> read(schema, place.toString()));
    }

    private Dataset<Row> read(StructType schema, String place) {
        Dataset<Row> read = spark.read()
                .format(format.sparkName())
                .schema(format.kept(schema))
                .load(LiteralPath.escaped(place));
        return read.select(Arrays.stream(schema.fields())
                .map(field -> as(field, read.schema().apply(field.name())))
                .toArray(Column[]::new));
    }

    private static Column as(StructField written, StructField kept) {
        Column column = Columns.named(written.name());
        return kept.dataType().sameType(written.dataType())
                ? column
                : column.cast(written.dataType().asNullable()).as(written.name(), written.metadata());
    }

    /** Formats without types would bring keys back as other values. */
    @Override
    public Optional<Refreshing> refreshing() {
        return format.keepsTypes()
                ? Optional.of(new RewrittenRefresh(
                        this,
                        this::there,
                        () -> new RewrittenRefresh.Located(folder.files(), folder.target()),
                        this::partitions))
                : Optional.empty();
    }

    private List<String> partitions() {
        return SparkCall.translate(() -> folder.partitions(checked), e -> OutputErrors.isUnreachable(output, e));
    }

    private Optional<Dataset<Row>> there() {
        return SparkCall.translate(
                () -> {
                    if (!folder.files().exists(folder.target())) {
                        return Optional.empty();
                    }
                    DataFrameReader reader = spark.read().format(format.sparkName());
                    String place = LiteralPath.escaped(folder.target().toString());
                    StructType found = reader.load(place).schema();
                    List<String> partitions = FolderPartitions.of(folder.files(), folder.target());
                    return Optional.of(
                            partitions.isEmpty()
                                    ? reader.load(place)
                                    : reader.schema(typedAs(found, checked, partitions))
                                            .load(place));
                },
                e -> OutputErrors.isUnreachable(output, e));
    }

    @Override
    public boolean holdsThisRunAlone() {
        return mode != WriteMode.APPEND;
    }

    @Override
    public Optional<String> recordedRanges() {
        if (mode != WriteMode.APPEND) {
            return Optional.empty();
        }
        try {
            return RangesRecord.read(folder.files(), folder.target());
        } catch (IOException | RuntimeException e) {
            throw OutputErrors.isUnreachable(output, e);
        }
    }

    @Override
    public Optional<String> folder() {
        return Optional.of(folder.reference());
    }

    @Override
    public String reference() {
        return folder.reference();
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.of(Capability.CREATES, Capability.APPENDS, Capability.READS_BACK);
        all.add(Capability.ALL_OR_NOTHING);
        all.add(renamesAtOnce() ? Capability.REPLACES_AT_ONCE : Capability.REPLACES);
        all.addAll(format.keeps());
        return all;
    }

    @Override
    public Optional<String> note() {
        return SparkCall.translate(
                () -> {
                    List<String> notes = new ArrayList<>();
                    List<String> partitions = folder.partitions().isEmpty() && mode != WriteMode.ERROR
                            ? FolderPartitions.of(folder.files(), folder.target())
                            : folder.partitions();
                    if (!partitions.isEmpty()) {
                        notes.add(FolderPartitions.note(partitions));
                    }
                    if (!renamesAtOnce()) {
                        notes.add(new ObjectFolder(folder).note());
                    }
                    return notes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", notes));
                },
                e -> OutputErrors.isUnreachable(output, e));
    }

    @Override
    public String description() {
        return "%s (%s)".formatted(folder.reference(), format.sparkName());
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.EmbedCall;
import io.embark.job.embed.FullDisk;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.RunErrors;
import io.embark.job.settings.JobSettings;
import io.embark.job.sink.OutputErrors;
import io.embark.job.source.Source;
import io.embark.job.stage.CommitEvery;
import io.embark.job.stage.StageFolder;
import io.embark.job.stage.StageWriter;
import io.embark.job.stage.StagedRows;
import io.embark.job.table.Columns;
import io.embark.job.table.TablePin;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The source of a run, which reads it several times: keys and hashes first, then the rows to embed and those to update. Of a place
 * that others write to meanwhile and that keeps no versions, such as a table of a database, each read would see other rows, and a
 * key that was new may stand there twice by then. So it is read once, and its rows are kept in a folder as long as the run goes on.
 *
 * @param source what is read in its place
 * @param folder where its rows are kept; empty where each read sees the same
 */
record KeptSource(Source source, Optional<StageFolder> folder) implements AutoCloseable {
    /** A file counts from when it is complete, and one that is lost is read anew. */
    private static final CommitEvery EVERY = CommitEvery.parse("", "1h");

    /** Reads the rows of a run that will write, where they may be others later. */
    static KeptSource of(Sides sides) {
        RefreshCall refresh = sides.refresh();
        Source source = sides.source();
        // The time of now, or another table, may be within the condition.
        boolean isPinned = source.version().isPresent() && !refresh.settings().isChosen(JobSettings.SINCE);
        boolean isKept = isPinned
                || refresh.settings().isChosen(JobSettings.LIMIT)
                // A preview writes nothing, and rows of a program are as it keeps them.
                || refresh.settings().isOn(JobSettings.DRY_RUN)
                || !RequestedTables.namesSource(refresh.settings());
        if (isKept) {
            return new KeptSource(source, Optional.empty());
        }
        Optional<Dataset<Row>> settled = TablePin.settled(source.rows());
        if (settled.isPresent()) {
            return new KeptSource(source.with(settled.get()), Optional.empty());
        }
        Optional<StructField> unkept = StageWriter.unkept(source.rows().schema());
        if (unkept.isPresent()) {
            refresh.note("each read of %s may see other rows, and no file has a column such as %s, %s: it is not kept"
                    .formatted(
                            source.name(),
                            unkept.get().name(),
                            unkept.get().dataType().simpleString()));
            return new KeptSource(source, Optional.empty());
        }
        return kept(refresh, source);
    }

    private static KeptSource kept(RefreshCall refresh, Source source) {
        try {
            StagePlace at = StagePlace.of(refresh).ofSource();
            StageFolder folder =
                    StageFolder.open(at.files(), at.target(), refresh.sink().description());
            try {
                StageFolder.discardLeft(at.files(), at.target());
                refresh.note("reading %s once, into a hidden folder of %s: each read may see other rows"
                        .formatted(source.name(), at.target().getParent()));
                Dataset<Row> rows = kept(source.rows(), folder);
                return new KeptSource(
                        // Files are counted for next to nothing.
                        new Source(rows, source.name(), source.path(), true, source.notes(), source.version()),
                        Optional.of(folder));
            } catch (Throwable e) {
                // Spark throws checked exceptions without declaring them.
                folder.discardThis();
                if (FullDisk.isToldBy(e)) {
                    throw diskIsFull(refresh.embed(), at, e);
                }
                throw e;
            }
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(refresh.sink().description(), e);
        }
    }

    private static RuntimeException diskIsFull(EmbedCall call, StagePlace at, Throwable e) {
        Path folder = at.target().getParent();
        return RunErrors.diskIsFull(FullDisk.disks(call.spark(), Optional.of(folder), e), e);
    }

    /** Under names that any file can have. */
    private static Dataset<Row> kept(Dataset<Row> rows, StageFolder folder) {
        StructField[] fields = rows.schema().fields();
        List<String> names =
                IntStream.range(0, fields.length).mapToObj("c%s"::formatted).toList();
        StructType schema = new StructType(IntStream.range(0, fields.length)
                .mapToObj(i -> DataTypes.createStructField(names.get(i), fields[i].dataType(), true))
                .toArray(StructField[]::new));
        Dataset<Row> named = rows.toDF(names.toArray(String[]::new));
        return StagedRows.read(rows.sparkSession(), StageWriter.write(named, folder, EVERY), schema)
                .orElseGet(() -> rows.sparkSession().createDataFrame(List.<Row>of(), schema))
                .select(IntStream.range(0, fields.length)
                        .mapToObj(i -> Columns.named(names.get(i)).as(fields[i].name(), fields[i].metadata()))
                        .toArray(Column[]::new));
    }

    /** Lets go of the rows. */
    @Override
    public void close() {
        folder.ifPresent(StageFolder::discardThis);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.commit.FolderCommit;
import io.embark.job.commit.RunFolder;
import io.embark.job.commit.RunPlaces;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.Sink;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.sink.folder.FolderKind;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.execution.command.DDLUtils;
import scala.Option;

/** The files of a table, which rows are appended to by moving files among them where the table is plain enough for that. */
final class TableFiles {
    /** What Spark notes of a column of char or varchar, whose length it checks when it inserts. */
    private static final String LENGTH = "__CHAR_VARCHAR_TYPE_STRING";

    private final SparkSession spark;
    private final SessionTables tables;
    private final CatalogTable table;

    TableFiles(SparkSession spark, CatalogTable table) {
        this.spark = spark;
        this.tables = new SessionTables(spark);
        this.table = table;
    }

    /**
     * Whether rows can be added as files, all or none; else Spark inserts them.
     *
     * @param output the table as errors call it
     */
    boolean canBeMoved(String output) {
        return DDLUtils.isDatasourceTable(table)
                && FolderFormat.named(table.provider().get()).isPresent()
                && table.partitionColumnNames().isEmpty()
                && table.bucketSpec().isEmpty()
                && Arrays.stream(table.schema().fields())
                        .noneMatch(column -> column.metadata().contains(LENGTH))
                && SparkCall.translate(this::isThere, e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    private boolean isThere() throws IOException {
        Path place = tables.place(table);
        return tables.files(place).exists(place);
    }

    /**
     * What people should know before rows are added as files; empty where that is one step.
     *
     * @param output the table as errors call it
     */
    Optional<String> note(String output) {
        return SparkCall.translate(
                () -> {
                    Path place = tables.place(table);
                    return !canBeMoved(output) || FolderCommit.renamesAtOnce(tables.files(place))
                            ? Optional.empty()
                            : folder(place).note();
                },
                e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    /** The folder on a store of objects, where files are added in a way of their own. */
    private Sink folder(Path place) {
        FolderFormat format = FolderFormat.named(table.provider().get()).orElseThrow();
        return FolderKind.appending(spark, place, format, writerOptions());
    }

    /**
     * Appends rows, whose columns are in the table's order.
     *
     * @param output the table as errors call it
     */
    void append(Dataset<Row> rows, String output, Runnable beforeTheyAreSeen) throws IOException {
        Path place = tables.place(table);
        FileSystem files = tables.files(place);
        if (!FolderCommit.renamesAtOnce(files)) {
            folder(place).write(rows, beforeTheyAreSeen);
            forgetWhatWasKnown();
            return;
        }
        try (RunFolder run = RunFolder.open(files, place, RunPlaces.Kind.FOLDER, output)) {
            Path unfinished = run.places().rows();
            rows.write()
                    .format(table.provider().get())
                    .options(writerOptions())
                    .mode("error")
                    .save(unfinished.toString());
            RangesRecord.write(files, unfinished, rows.schema());
            beforeTheyAreSeen.run();
            run.commit((system, places) -> {
                // A table whose folder is away would seem to be empty.
                FolderCommit.append(system, places, List.of(RangesRecord.FILE), false);
                forgetWhatWasKnown();
            });
        }
    }

    private void forgetWhatWasKnown() {
        if (table.stats().isDefined()) {
            spark.sessionState().catalog().alterTableStats(table.identifier(), Option.empty());
        }
        tables.refresh(table.identifier());
    }

    private Map<String, String> writerOptions() {
        Map<String, String> options = new HashMap<>(Scala.map(table.storage().properties()));
        options.keySet().removeAll(Set.of("path", "serialization.format"));
        return options;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;

/**
 * Whether a folder can be replaced without the loss of anything but the rows of the output itself.
 *
 * @param output the output as errors call it
 * @param folder its folder
 * @hidden Public for Embark's other rooms only.
 */
public record Replacement(SparkSession spark, String output, Path folder) {
    /**
     * Checks it against what lies in the folder, what is read and what the catalog knows.
     *
     * @param rows what is read, which may be the output itself
     * @param own the table that the output is; empty if it is a folder
     * @param format the format that is written, as Spark calls it
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if something would be lost
     */
    public void check(Dataset<Row> rows, Optional<TableIdentifier> own, String format) throws IOException {
        requireApart(rows);
        new CatalogFolders(spark, output, place(folder), format).check(own);
        if (files().exists(folder)) {
            requireOnlyWhatRunsWrite();
        }
    }

    /** The same by the folder alone: for one that may have appeared, or changed, while a run embedded. */
    public void requireOnlyWhatRunsWrite() throws IOException {
        requireAFolder();
        requireOnlyRows();
    }

    /** Refuses a link, whose place a new folder would take. */
    public void requireNoLink() throws IOException {
        Optional<String> link = Place.link(folder, conf());
        if (link.isPresent()) {
            throw GuardErrors.isALink(output, link.get());
        }
    }

    private void requireAFolder() throws IOException {
        requireNoLink();
        if (!files().getFileStatus(folder).isDirectory()) {
            throw GuardErrors.isAFile(output);
        }
    }

    private void requireOnlyRows() throws IOException {
        ForeignTables.requireNoneWritten(output, folder, conf());
        Optional<Path> foreign = WrittenFolder.foreign(files(), folder);
        if (foreign.isPresent()) {
            throw GuardErrors.holdsWhatNoRunWrote(output, foreign.get());
        }
    }

    /** The same by what is read alone: for a table whose own record keeps the rest. */
    public void requireApart(Dataset<Row> rows) throws IOException {
        Place target = place(folder);
        for (ReadRelation read : ReadRelation.of(rows)) {
            for (Path root : read.roots()) {
                requireApart(target, root, read, rows);
            }
        }
    }

    private void requireApart(Place target, Path root, ReadRelation read, Dataset<Row> rows) throws IOException {
        switch (target.to(place(root))) {
            case SAME -> {
                if (!KeptRows.keepsAllOf(rows.queryExecution().analyzed(), read.plan())) {
                    throw GuardErrors.isTheInputInPart(output);
                }
            }
            case ABOVE -> throw GuardErrors.containsInput(output, root);
            case BELOW -> requireNothingRead(target, read.files().get());
            case APART -> {}
        }
    }

    private void requireNothingRead(Place target, List<Path> files) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        for (Path file : files) {
            if (folders.add(file.getParent())) {
                Place.Relation relation = target.to(place(file.getParent()));
                if (relation == Place.Relation.SAME || relation == Place.Relation.ABOVE) {
                    throw GuardErrors.isPartOfTheInput(output, file);
                }
            }
        }
    }

    private FileSystem files() throws IOException {
        return folder.getFileSystem(conf());
    }

    private Place place(Path path) throws IOException {
        return Place.of(path, conf());
    }

    private Configuration conf() {
        return spark.sessionState().newHadoopConf();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.base.Redaction;
import io.embark.job.commit.FolderRecovery;
import io.embark.job.commit.RunPlaces;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what killed runs left of outputs, before anybody reads or writes them. What cannot be looked at is passed over: whoever
 * opens it next says why.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final SparkSession spark;
    private final boolean mayWrite;

    /** @param mayWrite whether to settle what is found, rather than to say what would be done */
    public Recovery(SparkSession spark, boolean mayWrite) {
        this.spark = spark;
        this.mayWrite = mayWrite;
    }

    /** Settles what is beside a folder, and says what was found and done, a line for each run. */
    public List<String> ofFolder(String path) {
        try {
            Path folder = new Path(path);
            FileSystem files = folder.getFileSystem(spark.sessionState().newHadoopConf());
            return ofPlace(
                    files, folder.makeQualified(files.getUri(), files.getWorkingDirectory()), path, Optional.empty());
        } catch (IOException | RuntimeException e) {
            LOG.debug("Not looked at: {}: {}", Redaction.text(path), Failures.line(e));
            return List.of();
        }
    }

    /** The same for a table of the session's catalog; nothing if the name is none of such a table. */
    public List<String> ofTable(String name) {
        try {
            SessionTables tables = new SessionTables(spark);
            Optional<TableIdentifier> table = SessionTables.identifier(tables.parts(name));
            List<String> lines = new ArrayList<>();
            if (table.isPresent()) {
                for (Path place : tables.places(table.get())) {
                    lines.addAll(ofPlace(tables.files(place), place, "table " + name, table));
                }
            }
            return lines;
        } catch (Exception e) {
            // Spark throws its checked exceptions undeclared.
            LOG.debug("Not looked at: {}: {}", name, Failures.line(e));
            return List.of();
        }
    }

    private List<String> ofPlace(FileSystem files, Path place, String output, Optional<TableIdentifier> table)
            throws IOException {
        List<String> lines = new ArrayList<>();
        for (RunPlaces places : FolderRecovery.dead(files, place)) {
            lines.add(settle(files, places, output, table));
        }
        return lines;
    }

    private String settle(FileSystem files, RunPlaces places, String output, Optional<TableIdentifier> table)
            throws IOException {
        Optional<TableRecovery> known = table.filter(name -> places.kind() != RunPlaces.Kind.FOLDER)
                .map(name -> new TableRecovery(new SessionTables(spark), files, places, name));
        return switch (places.kind()) {
            case FOLDER -> FolderRecovery.settle(files, places, output, mayWrite);
            case FORGOTTEN_TABLE ->
                known.filter(TableRecovery::isKnown).isPresent()
                        ? FolderRecovery.settle(output, places, mayWrite, known.get())
                        : FolderRecovery.settle(files, places, output, mayWrite);
            case TABLE ->
                known.isPresent()
                        ? FolderRecovery.settle(output, places, mayWrite, known.get())
                        : "%s: a run that was killed (%s) left the table that has its files here; embark search --table NAME settles it"
                                .formatted(output, places.run());
            // Its rows wait for the next refresh.
            case STAGE -> throw new IllegalArgumentException(places.kind().name());
        };
    }
}

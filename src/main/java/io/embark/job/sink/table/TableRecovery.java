/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.commit.FolderRecovery;
import io.embark.job.commit.RunPlaces;
import io.embark.job.commit.RunState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.TableIdentifier;

/**
 * Settles what a dead run left of a table that it replaced. Renaming a table is two steps, one in the catalog and one in the
 * file system, and a run may have been killed between them: then one table has no folder and one folder has no table.
 */
final class TableRecovery implements FolderRecovery.Settlement {
    private final SessionTables tables;
    private final FileSystem files;
    private final RunPlaces places;

    private final TableIdentifier target;
    private final TableIdentifier unfinished;
    private final TableIdentifier replaced;

    TableRecovery(SessionTables tables, FileSystem files, RunPlaces places, TableIdentifier target) {
        this.tables = tables;
        this.files = files;
        this.places = places;
        this.target = target;
        this.unfinished = SessionTables.named(target, places.unfinishedTable(target.table()));
        this.replaced = SessionTables.named(target, places.replacedTable(target.table()));
    }

    /** Whether the catalog has something to do with it. */
    boolean isKnown() {
        return tables.exists(unfinished) || tables.exists(replaced);
    }

    @Override
    public RunState state() {
        boolean there = tables.exists(target);
        boolean complete = tables.exists(unfinished);
        if (!tables.exists(replaced)) {
            return RunState.NOT_BEGUN;
        }
        if (there) {
            return complete ? RunState.TAKEN_BY_ANOTHER : RunState.REPLACED;
        }
        return complete ? RunState.REPLACING : RunState.TAKEN_AWAY;
    }

    @Override
    public void settle() throws IOException {
        RunState state = state();
        moveFolderToItsTable();
        switch (state) {
            case REPLACING -> tables.rename(unfinished, target);
            case TAKEN_AWAY -> tables.rename(replaced, target);
            case NOT_BEGUN, REPLACED, APPENDING, APPENDED, TAKEN_BY_ANOTHER, ADDING, FINISHING, CLEARING, MIXED -> {}
        }
        tables.drop(unfinished);
        tables.drop(replaced);
        FolderRecovery.delete(files, places);
        tables.refresh(target);
    }

    private void moveFolderToItsTable() throws IOException {
        List<Path> wanted = new ArrayList<>();
        List<Path> unclaimed = new ArrayList<>();
        for (TableIdentifier table : List.of(target, unfinished, replaced)) {
            Path place = tables.defaultPlace(table);
            boolean claimed = tables.exists(table);
            boolean there = files.exists(place);
            if (claimed
                    && !there
                    && tables.place(tables.metadata(table, table.toString())).equals(place)) {
                wanted.add(place);
            } else if (!claimed && there) {
                unclaimed.add(place);
            }
        }
        if (wanted.size() == 1 && unclaimed.size() == 1 && !files.rename(unclaimed.get(0), wanted.get(0))) {
            throw new IOException("rename of %s to %s failed".formatted(unclaimed.get(0), wanted.get(0)));
        }
    }
}

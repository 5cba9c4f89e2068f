/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.commit.FolderCommit;
import io.embark.job.commit.RunFolder;
import io.embark.job.commit.RunPlaces;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.WriteMode;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A folder where a rename is one step: what is new is written to a hidden folder beside it, and renamed when it is complete,
 * after one that it replaces was renamed into the hidden folder too. Rows are appended by moving their files.
 */
record RenamedFolder(FolderOutput output) {
    void write(Dataset<Row> rows, Consumer<Path> beforeTheyAreSeen) throws IOException {
        FileSystem files = output.files();
        Path target = output.target();
        try (RunFolder run = RunFolder.open(files, target, RunPlaces.Kind.FOLDER, output.name())) {
            Path unfinished = run.places().rows();
            output.writer(rows).mode("error").save(unfinished.toString());
            RangesRecord.write(files, unfinished, rows.schema());
            output.requireStillWritable();
            boolean there = files.exists(target);
            if (there && output.mode() == WriteMode.OVERWRITE) {
                FolderAccess.copy(files, target, unfinished);
            }
            beforeTheyAreSeen.accept(unfinished);
            try {
                run.commit(commit(there));
            } catch (IOException e) {
                throw OutputErrors.cannotBePutInItsPlace(output.name(), e);
            }
        }
    }

    private RunFolder.Commit commit(boolean there) {
        if (!there) {
            return FolderCommit::put;
        }
        return output.mode() == WriteMode.APPEND
                ? (files, places) -> FolderCommit.append(files, places, FolderOutput.MARKS, true)
                : FolderCommit::replace;
    }
}

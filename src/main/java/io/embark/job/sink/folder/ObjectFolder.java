/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.commit.ObjectCommit;
import io.embark.job.commit.ObjectFiles;
import io.embark.job.commit.RunFolder;
import io.embark.job.commit.RunPlaces;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.WriteMode;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A folder on a store of objects, where a rename is a copy. New files are written once, to a hidden folder beside it, and copied
 * once, into it; or by the store's own committer straight into it, where one is set. Files of a version that is replaced are
 * deleted then, one by one.
 */
record ObjectFolder(FolderOutput output) {
    /** @param beforeTheyAreSeen takes the folder in which all rows lie hidden; none where the store's committer hides them */
    void write(Dataset<Row> rows, Consumer<Optional<Path>> beforeTheyAreSeen) throws IOException {
        FileSystem files = output.files();
        try (RunFolder run = RunFolder.open(files, output.target(), RunPlaces.Kind.FOLDER, output.name())) {
            if (hasCommitter()) {
                writeByCommitter(files, run, rows, beforeTheyAreSeen);
            } else {
                writeHidden(files, run, rows, beforeTheyAreSeen);
            }
        }
    }

    private void writeHidden(
            FileSystem files, RunFolder run, Dataset<Row> rows, Consumer<Optional<Path>> beforeTheyAreSeen)
            throws IOException {
        Path unfinished = run.places().rows();
        Set<String> before = appends() ? Set.of() : ObjectCommit.listed(files, run.places());
        ObjectFiles.write(output.spark(), () -> output.writer(rows)
                .option(ObjectFiles.HIDDEN, true)
                .mode("error")
                .save(unfinished.toString()));
        RangesRecord.write(files, unfinished, rows.schema());
        output.requireStillWritable();
        beforeTheyAreSeen.accept(Optional.of(unfinished));
        commit(
                run,
                appends()
                        ? (store, places) -> ObjectCommit.append(store, places, FolderOutput.MARKS)
                        : (store, places) -> ObjectCommit.replace(store, places, before, FolderOutput.MARKS));
    }

    private void writeByCommitter(
            FileSystem files, RunFolder run, Dataset<Row> rows, Consumer<Optional<Path>> beforeTheyAreSeen)
            throws IOException {
        RunPlaces places = run.places();
        Path target = output.target();
        RangesRecord.write(files, places.rows(), rows.schema());
        output.requireStillWritable();
        ObjectCommit.prepare(files, places, !appends(), FolderOutput.MARKS);
        try {
            ObjectFiles.write(output.spark(), run, () -> output.writer(rows)
                    .option(ObjectFiles.RUN, places.folder().toString())
                    .mode("append")
                    .save(target.toString()));
            beforeTheyAreSeen.accept(Optional.empty());
        } catch (Exception e) {
            // Spark throws its checked exceptions undeclared.
            ObjectCommit.takeBack(files, places, e);
            throw e;
        }
        commit(run, ObjectCommit::finish);
    }

    private void commit(RunFolder run, RunFolder.Commit commit) {
        try {
            run.commit(commit);
        } catch (IOException e) {
            throw OutputErrors.cannotBePutInItsPlace(output.name(), e);
        }
    }

    private boolean appends() {
        return output.mode() == WriteMode.APPEND;
    }

    private boolean hasCommitter() throws IOException {
        return ObjectFiles.hasCommitter(
                output.target(), output.spark().sessionState().newHadoopConf());
    }

    /** What readers see, for people. */
    String note() throws IOException {
        return "this store has no rename that is done or not: while the new files are %s, after all rows are embedded%s, readers see %s; if the run is killed then, the next run or search of it settles what is left%s"
                .formatted(
                        hasCommitter() ? "completed by its committer" : "copied into place",
                        output.mode() == WriteMode.OVERWRITE ? ", and the old ones deleted" : "",
                        output.mode() == WriteMode.OVERWRITE ? "rows of both versions" : "a part of the new rows",
                        hasCommitter() ? "" : ". A committer of the store's own copies nothing");
    }
}

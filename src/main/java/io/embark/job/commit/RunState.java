/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a run stopped, told by which of its places are there.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum RunState {
    /** Nothing of it was to be seen. */
    NOT_BEGUN(true, "left rows that nobody saw", "removed them"),
    /** The new version is in its place, the old one is left over. */
    REPLACED(true, "had replaced it and left the version before", "removed this"),
    /** The old version was taken away, the new one is complete. */
    REPLACING(false, "had taken the old version away and completed the new one", "put the new one in its place"),
    /** The old version was taken away, and there is no new one. */
    TAKEN_AWAY(false, "had taken the old version away", "put it back"),
    /** All files are in the output. */
    APPENDED(true, "had appended all its rows", "removed what else it left; do not append them again"),
    /** Some files may be in the output, or the output is away. */
    APPENDING(false, "was appending its rows", "took them out again, so the output is as it was before"),
    /** The old version was taken away, and somebody else put something in its place. */
    TAKEN_BY_ANOTHER(
            false, "had taken the old version away, and somebody else has put another in its place since", "left both"),
    /** On a store of objects: some of the new files may be in the output. */
    ADDING(false, "was adding its files", "took them out again, so the output is as it was before"),
    /** On a store of objects: all new files are complete, and some are in the output, beside those of the old version. */
    FINISHING(false, "had completed the new version and was putting its files in their place", "put the others there"),
    /** On a store of objects: all new files are in the output, beside some of the old version. */
    CLEARING(false, "had put the new version beside the one before", "deleted the files of that one"),
    /** On a store of objects: as {@link #FINISHING}, beside files that somebody else put there. */
    MIXED(
            false,
            "was putting the new version in its place, and somebody else has put other files there since",
            "left both");

    private final boolean settled;
    private final String found;
    private final String done;

    RunState(boolean settled, String found, String done) {
        this.settled = settled;
        this.found = found;
        this.done = done;
    }

    static RunState of(FileSystem files, RunPlaces places) throws IOException {
        Optional<ObjectJournal> journal = ObjectJournal.read(files, places.journal());
        if (journal.isPresent()) {
            return of(files, places, journal.get());
        }
        boolean there = files.exists(places.target());
        boolean old = files.exists(places.old());
        List<String> moves = Moves.read(files, places);
        if (!moves.isEmpty()) {
            if (!old && Moves.waiting(files, places, moves).isEmpty()) {
                return APPENDED;
            }
            return old && there ? TAKEN_BY_ANOTHER : APPENDING;
        }
        if (!old) {
            return NOT_BEGUN;
        }
        boolean rows = files.exists(places.rows());
        if (there) {
            return rows ? TAKEN_BY_ANOTHER : REPLACED;
        }
        return rows ? REPLACING : TAKEN_AWAY;
    }

    private static RunState of(FileSystem files, RunPlaces places, ObjectJournal journal) throws IOException {
        boolean waits = !journal.waiting(files, places).isEmpty();
        return switch (journal.aim()) {
            case BACK -> ADDING;
            case APPEND -> waits ? ADDING : APPENDED;
            case REPLACE -> {
                if (waits) {
                    yield journal.others(ObjectJournal.names(files, places.target()))
                                    .isEmpty()
                            ? FINISHING
                            : MIXED;
                }
                yield journal.clears(files, places) ? CLEARING : REPLACED;
            }
        };
    }

    /** What somebody has to look at before any run writes the output; empty if the next run settles all of it. */
    Optional<Path> open(RunPlaces places) {
        return switch (this) {
            case TAKEN_BY_ANOTHER -> Optional.of(places.old());
            case MIXED -> Optional.of(places.rows());
            case NOT_BEGUN, REPLACED, REPLACING, TAKEN_AWAY, APPENDED, APPENDING, ADDING, FINISHING, CLEARING ->
                Optional.empty();
        };
    }

    /** Whether the output is as it should be, so that what else there is of the run can go. */
    boolean isSettled() {
        return settled;
    }

    /** What was found, for people: what the run did before it was killed. */
    String found() {
        return found;
    }

    /** What was done about it. */
    String done() {
        return done;
    }
}

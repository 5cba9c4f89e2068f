/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;

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
            false, "had taken the old version away, and somebody else has put another in its place since", "left both");

    private final boolean settled;
    private final String found;
    private final String done;

    RunState(boolean settled, String found, String done) {
        this.settled = settled;
        this.found = found;
        this.done = done;
    }

    static RunState of(FileSystem files, RunPlaces places) throws IOException {
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

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Settles what dead runs left beside an output: begun replacements are finished, begun appends taken back, left-overs removed.
 * What a living run keeps is left alone. Two that settle the same at the same time do no harm: each step is a rename or a
 * deletion of something that only the dead run named so.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FolderRecovery {
    private FolderRecovery() {}

    /** The places of dead runs beside an output. */
    public static List<RunPlaces> dead(FileSystem files, Path target) throws IOException {
        List<RunPlaces> dead = new ArrayList<>();
        for (RunPlaces places : RunPlaces.beside(files, target)) {
            if (!places.live(files)) {
                dead.add(places);
            }
        }
        return dead;
    }

    /**
     * Settles what a dead run left, as far as it are folders.
     *
     * @param output the output as people call it
     * @param mayWrite whether to do it, rather than to say what would be done
     * @return what was found and done
     */
    public static String settle(FileSystem files, RunPlaces places, String output, boolean mayWrite)
            throws IOException {
        RunState state = RunState.of(files, places);
        return settle(output, places, mayWrite, new Settlement() {
            @Override
            public RunState state() {
                return state;
            }

            @Override
            public void settle() throws IOException {
                FolderRecovery.settle(files, places, state);
            }
        });
    }

    /** How a kind of output is settled. */
    public interface Settlement {
        /** Where the run stopped. */
        RunState state();

        /** Makes the output as it should be, and removes everything else of the run. */
        void settle() throws IOException;
    }

    /** Settles what a dead run left, and words it. */
    public static String settle(String output, RunPlaces places, boolean mayWrite, Settlement settlement) {
        RunState state = settlement.state();
        String found = "%s: the run that was killed here (%s) %s".formatted(output, places.run(), state.found());
        Optional<Path> open = state.open(places);
        if (open.isPresent()) {
            return "%s; compare the two, and move or delete %s".formatted(found, open.get());
        }
        if (!mayWrite) {
            return "%s; the next run settles it".formatted(found);
        }
        try {
            settlement.settle();
            return "%s; %s".formatted(found, state.done());
        } catch (IOException e) {
            return "%s; it cannot be settled from here (%s): run embark search or embed as somebody who may write there"
                    .formatted(
                            found,
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static void settle(FileSystem files, RunPlaces places, RunState state) throws IOException {
        switch (state) {
            case NOT_BEGUN -> ObjectCommit.takeOutUnseen(files, places);
            // On a store of objects a mark may be missing.
            case REPLACED, APPENDED, FINISHING, CLEARING -> ObjectCommit.finish(files, places);
            case ADDING -> {
                ObjectCommit.takeOut(files, places);
                ObjectCommit.takeOutUnseen(files, places);
            }
            case REPLACING -> Renames.renameUnlessDone(files, places.rows(), places.target());
            case TAKEN_AWAY -> Renames.renameUnlessDone(files, places.old(), places.target());
            case APPENDING -> FolderCommit.takeOut(files, places);
            case TAKEN_BY_ANOTHER, MIXED -> throw new IllegalArgumentException(state.name());
        }
        delete(files, places);
    }

    /** Removes all places of a run. */
    public static void delete(FileSystem files, RunPlaces places) throws IOException {
        if (!places.kind().isInOneFolder()) {
            files.delete(places.rows(), true);
            files.delete(places.old(), true);
        }
        files.delete(places.folder(), true);
    }
}

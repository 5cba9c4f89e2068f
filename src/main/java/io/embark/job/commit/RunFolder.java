/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hidden places of a run of this process, held from before the first row is written until its output is in its place; no
 * other run writes the same output meanwhile. Closing it removes them, unless an output lies in them that is nowhere else.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RunFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

    private final FileSystem files;
    private final RunPlaces places;
    private final LifeSign sign;

    /** From the beginning of the commit until everything is tidied up. */
    private Unbroken unbroken;

    private RunFolder(FileSystem files, RunPlaces places) {
        this.files = files;
        this.places = places;
        this.sign = new LifeSign(files, places);
    }

    /**
     * Takes the places beside an output.
     *
     * @param output the output as errors call it
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if another run writes it, or one that died left it in a state that
     *     somebody has to look at
     */
    public static RunFolder open(FileSystem files, Path target, RunPlaces.Kind kind, String output) throws IOException {
        RunFolder run = new RunFolder(files, RunPlaces.here(kind, target));
        try {
            run.sign.begin();
            // Tasks that have not noticed yet that the job failed may write on after all was deleted.
            files.deleteOnExit(run.places.folder());
            // Of two runs that begin at the same time, each may have looked before the other came; now one sees both.
            run.requireAlone(output);
            return run;
        } catch (IOException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    /**
     * Looks whether an output can be written.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} as {@link #open} does
     */
    public static void requireAlone(FileSystem files, Path target, String output) throws IOException {
        for (RunPlaces other : RunPlaces.beside(files, target)) {
            if (other.live(files)) {
                throw CommitErrors.isWrittenByAnother(output, other);
            }
            Optional<Path> open = RunState.of(files, other).open(other);
            if (open.isPresent()) {
                throw CommitErrors.isUnsettled(output, open.get());
            }
        }
    }

    private void requireAlone(String output) throws IOException {
        for (RunPlaces other : RunPlaces.beside(files, places.target())) {
            if (!other.equals(places) && other.live(files)) {
                throw CommitErrors.isWrittenByAnother(output, other);
            }
            // What was not settled before this run would hide behind what it writes.
            if (!other.equals(places) && files.exists(other.old())) {
                throw CommitErrors.isUnsettled(output, other.old());
            }
            if (!other.equals(places)
                    && files.exists(other.journal())
                    && !RunState.of(files, other).isSettled()) {
                throw CommitErrors.isUnsettled(output, other.rows());
            }
        }
    }

    public RunPlaces places() {
        return places;
    }

    /**
     * Puts the output in its place. A process that is told to end waits for it; one that ends already does not begin.
     *
     * @throws IOException if that fails; the output is as it was before, unless what failed hinders that too
     */
    public void commit(Commit commit) throws IOException {
        beginCommit();
        commit.run(files, places);
    }

    /**
     * To be called before the first new file is seen: from then on what tells of it has to outlive a process that is told to end.
     *
     * @throws IOException if the process ends already
     */
    void beginCommit() throws IOException {
        if (unbroken == null) {
            unbroken = Unbroken.begin();
            files.cancelDeleteOnExit(places.folder());
        }
    }

    /** The renames that make up a commit. */
    @FunctionalInterface
    public interface Commit {
        void run(FileSystem files, RunPlaces places) throws IOException;
    }

    @Override
    public void close() {
        sign.stop();
        try {
            if (RunState.of(files, places).isSettled()) {
                FolderRecovery.delete(files, places);
            } else {
                LOG.warn("Left for the next run to settle: {}", places.shown());
            }
        } catch (IOException | RuntimeException e) {
            // What led here matters more, and the next run finds it.
            LOG.warn("Left behind: {}: {}", places.shown(), Redaction.text(String.valueOf(e.getMessage())));
        } finally {
            sign.close();
            if (unbroken != null) {
                unbroken.end();
            }
        }
    }
}

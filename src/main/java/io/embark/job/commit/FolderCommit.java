/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The renames by which the rows that a run wrote become the output. If one fails, those before it are undone.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class FolderCommit {
    /** Stores of objects, in which a folder is renamed by copying what has its name as a prefix. */
    private static final Set<String> COPYING =
            Set.of("s3", "s3a", "s3n", "gs", "wasb", "wasbs", "oss", "cos", "cosn", "obs", "swift", "o3");

    /** Stores of Azure, whose accounts have folders or not. */
    private static final Set<String> WITH_FOLDERS_OR_NOT = Set.of("abfs", "abfss");

    private FolderCommit() {}

    /** Whether a rename is one step here, that is done or not. */
    public static boolean renamesAtOnce(FileSystem files) throws IOException {
        String scheme = files.getUri().getScheme().toLowerCase(Locale.ROOT);
        if (WITH_FOLDERS_OR_NOT.contains(scheme)) {
            // Only an account with a hierarchical namespace has access lists.
            return files.hasPathCapability(files.makeQualified(new Path("/")), CommonPathCapabilities.FS_ACLS);
        }
        return !COPYING.contains(scheme);
    }

    /** Makes the rows the output, where there is none. */
    public static void put(FileSystem files, RunPlaces places) throws IOException {
        Renames.rename(files, places.rows(), places.target());
    }

    /** Makes the rows the output instead of the one that is there. */
    public static void replace(FileSystem files, RunPlaces places) throws IOException {
        Renames.rename(files, places.target(), places.old());
        try {
            Renames.rename(files, places.rows(), places.target());
        } catch (IOException | RuntimeException e) {
            undo(() -> Renames.rename(files, places.old(), places.target()), e);
            throw e;
        }
    }

    /**
     * Adds the files of the rows to the output. The last rename decides: before it a killed run's files are taken out again,
     * after it the append is done.
     *
     * @param hidden files that readers pass over, to be added if the output has none of this name
     * @param aside whether several files are added while the output is away, so that no reader sees some of them only; where it
     *     cannot be taken away, as a mount point, they are added before everybody's eyes
     */
    public static void append(FileSystem files, RunPlaces places, List<String> hidden, boolean aside)
            throws IOException {
        List<String> names = Moves.list(files, places, hidden);
        for (String name : names) {
            Renames.requireFree(files, new Path(places.target(), name));
        }
        Moves.write(files, places, names);
        try {
            boolean away = aside && names.size() > 1 && takeAway(files, places);
            Path into = away ? places.old() : places.target();
            for (String name : names) {
                Path to = new Path(into, name);
                if (name.contains("/")) {
                    files.mkdirs(to.getParent());
                }
                Renames.rename(files, new Path(places.rows(), name), to);
            }
            if (away) {
                Renames.rename(files, places.old(), places.target());
            }
        } catch (IOException | RuntimeException e) {
            undo(() -> takeOut(files, places), e);
            throw e;
        }
    }

    private static boolean takeAway(FileSystem files, RunPlaces places) throws IOException {
        // A relative link would lead elsewhere from there.
        if (!renamesAtOnce(files) || isLocalLink(places.target())) {
            return false;
        }
        try {
            return files.rename(places.target(), places.old());
        } catch (IOException e) {
            if (files.exists(places.target())) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isLocalLink(Path path) {
        return "file".equals(path.toUri().getScheme())
                && Files.isSymbolicLink(java.nio.file.Path.of(path.toUri().getPath()));
    }

    /** Takes the files of an append out of the output, and puts the output back if it is away. */
    static void takeOut(FileSystem files, RunPlaces places) throws IOException {
        boolean away = files.exists(places.old());
        Path from = away ? places.old() : places.target();
        List<String> moves = Moves.read(files, places);
        List<String> waiting = Moves.waiting(files, places, moves);
        for (String name : moves) {
            if (!waiting.contains(name)) {
                files.delete(new Path(from, name), false);
            }
        }
        if (away) {
            Renames.renameUnlessDone(files, places.old(), places.target());
        }
        // From here on nothing of the append is left to be seen.
        files.delete(places.moves(), false);
    }

    private static void undo(Undo step, Exception failure) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private interface Undo {
        void run() throws IOException;
    }
}

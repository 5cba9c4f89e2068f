/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Renames that never write over anything. What Hadoop's file systems do with a place that is taken differs: some move into it. */
final class Renames {
    private Renames() {}

    static void rename(FileSystem files, Path from, Path to) throws IOException {
        requireFree(files, to);
        if (!files.rename(from, to)) {
            throw new IOException("rename of %s to %s failed".formatted(from, to));
        }
    }

    static void requireFree(FileSystem files, Path path) throws IOException {
        if (files.exists(path)) {
            throw new FileAlreadyExistsException("%s exists".formatted(path));
        }
    }

    /** The same where somebody else may do it at the same time. */
    static void renameUnlessDone(FileSystem files, Path from, Path to) throws IOException {
        try {
            rename(files, from, to);
        } catch (IOException e) {
            if (!files.exists(to) || files.exists(from)) {
                throw e;
            }
        }
    }
}

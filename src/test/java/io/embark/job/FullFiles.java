/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** Local files of which none can be written, as on a full disk. */
public final class FullFiles extends RawLocalFileSystem {
    static long free;

    /** Whether files stay, as where the right to delete is missing. */
    static boolean keepsAll;

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        if (keepsAll) {
            throw new IOException("Access Denied");
        }
        return super.delete(path, recursive);
    }

    @Override
    public FsStatus getStatus(Path path) {
        return new FsStatus(1 << 30, (1 << 30) - free, free);
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        throw new IOException("No space left on device");
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        throw new IOException("No space left on device");
    }
}

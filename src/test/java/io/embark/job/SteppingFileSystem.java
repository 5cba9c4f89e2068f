/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system, whose steps somebody watches: each creation of a file or folder, each rename and each deletion below a
 * folder, before and after it is done. Everything between two steps leaves the names in the file system as they are.
 */
public final class SteppingFileSystem extends LocalFileSystem {
    /** What is called before and after each step, one at a time. */
    public interface Watcher {
        void see(Step step) throws IOException;
    }

    /**
     * A step.
     *
     * @param done whether it is done, rather than about to be
     */
    public record Step(int number, boolean done, String action, String path) {}

    private static String root = "nothing";
    private static Watcher watcher = step -> {};
    private static int number;

    /** Watches the steps below a folder from now on. */
    public static synchronized void watch(java.nio.file.Path folder, Watcher with) {
        root = folder.toString();
        watcher = with;
        number = 0;
    }

    static synchronized <T> T step(String action, Path path, Call<T> call) throws IOException {
        String name = path.toUri().getPath();
        if (!name.startsWith(root)) {
            return call.run();
        }
        // Steps take others, such as the creation of a file that of its folder.
        number++;
        int mine = number;
        watcher.see(new Step(mine, false, action, name));
        T result = call.run();
        watcher.see(new Step(mine, true, action, name));
        return result;
    }

    interface Call<T> {
        T run() throws IOException;
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        return step("rename", from, () -> super.rename(from, to));
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        return step("delete", path, () -> super.delete(path, recursive));
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        return step("mkdirs", path, () -> super.mkdirs(path));
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
        return step(
                "create",
                path,
                () -> super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Locks between the processes of a host, on files that are made for it. A lock ends with its process, however that ends. Who
 * may write into the folder of such a file may lock it. Thread-safe.
 *
 * <p>To the system a lock belongs to the process, and goes when the process closes the file, through whichever channel. So
 * the threads of this process exclude each other here, and no file is opened twice at a time.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ProcessLocks {
    /** Shared locks, kept to the end of this process. */
    private static final Map<Path, FileChannel> HELD = new HashMap<>();

    private ProcessLocks() {}

    /** Does something while nobody else does so under the same file. */
    public static <T> T exclusively(Path file, Supplier<T> action) throws IOException {
        synchronized (monitor(file)) {
            try (FileChannel channel = open(file);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IOException("the lock was lost");
                }
                return action.get();
            }
        }
    }

    /** Says until this process ends that it uses what the file stands for. Waits while somebody has it alone. */
    public static synchronized void hold(Path file) throws IOException {
        if (HELD.containsKey(file)) {
            return;
        }
        FileChannel channel = openToHold(file);
        try {
            channel.lock(0, Long.MAX_VALUE, true);
        } catch (OverlappingFileLockException e) {
            // This class was loaded twice in this process; then the process holds it already.
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        HELD.put(file, channel);
    }

    /** Does something if no process {@link #hold}s the file, this one included. */
    public static synchronized boolean ifUnheld(Path file, Runnable action) throws IOException {
        if (HELD.containsKey(file)) {
            return false;
        }
        synchronized (monitor(file)) {
            try (FileChannel channel = open(file);
                    FileLock lock = channel.tryLock()) {
                if (lock == null) {
                    return false;
                }
                action.run();
                return true;
            } catch (OverlappingFileLockException e) {
                return false;
            }
        }
    }

    /** One for all class loaders that have this class: of two locks of one process on one file, Java refuses the second. */
    private static Object monitor(Path file) {
        return file.toString().intern();
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            // Without leave to create: the kernel refuses it for the files of others in sticky folders
            // (protected_regular).
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            FileChannel made = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            SharedMode.inherit(file);
            return made;
        }
    }

    /** A shared lock needs no leave to write. */
    private static FileChannel openToHold(Path file) throws IOException {
        try {
            return open(file);
        } catch (FileSystemException e) {
            return FileChannel.open(file, StandardOpenOption.READ);
        }
    }
}

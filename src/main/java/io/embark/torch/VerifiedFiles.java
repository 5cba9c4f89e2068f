/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.EmbarkException;
import io.embark.host.CacheDirectory;
import io.embark.host.FinishedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The record that the files of a folder had the right hashes: since when the system runs, and for each file its inode, size and
 * times. libtorch has 450 MB, and hashing them takes as long as half a start. Whoever writes into a file changes its times; a
 * disk that loses bits is found at the next boot.
 */
final class VerifiedFiles {
    /** What the names of files and folders begin with that are not finished; left by a process that was killed. */
    static final String UNFINISHED = ".unfinished-";

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,ctime";

    private final Path folder;

    VerifiedFiles(Path folder) {
        this.folder = folder;
    }

    /** Whether these files were verified, and nothing happened to them since. */
    boolean knows(List<String> names) {
        try {
            String state = state(names);
            for (Path record : records()) {
                if (isOurs(record) && Files.readString(record).equals(state)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux, or no record: hashed each time then.
            return false;
        }
    }

    /** Remembers that these files are right. Not being able to is no reason to fail. */
    void remember(List<String> names) {
        for (Path record : records()) {
            Path own = record.resolveSibling(UNFINISHED + UUID.randomUUID());
            try {
                CacheDirectory.createPrivateFolder(record.getParent());
                Files.createFile(own, CacheDirectory.permissions(own, "rw-r--r--"));
                Files.writeString(own, state(names));
                Files.move(own, record, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (IOException | UnsupportedOperationException e) {
                FinishedFolder.deleteQuietly(own);
            }
        }
    }

    /** Beside the folder; and for one in a cache that only others may write, with this user's own. */
    private List<Path> records() {
        String name = folder.getFileName() + ".verified";
        try {
            return List.of(
                    folder.resolveSibling(name),
                    CacheDirectory.ofUser().natives().resolve(name));
        } catch (EmbarkException e) {
            // He has no folder of his own.
            return List.of(folder.resolveSibling(name));
        }
    }

    private static boolean isOurs(Path record) throws IOException {
        return Files.isRegularFile(record, LinkOption.NOFOLLOW_LINKS)
                && CacheDirectory.isOurs(record)
                && CacheDirectory.stranger(record.getParent().toRealPath()).isEmpty();
    }

    private String state(List<String> names) throws IOException {
        StringBuilder state = new StringBuilder(Files.readString(BOOT));
        for (String name : names) {
            state.append("%s %s\n"
                    .formatted(
                            name,
                            new TreeMap<>(Files.readAttributes(
                                    folder.resolve(name), ATTRIBUTES, LinkOption.NOFOLLOW_LINKS))));
        }
        return state.toString();
    }
}

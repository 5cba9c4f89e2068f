/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.base.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who can change what lies on this host, besides root and the user of this process. Where a file system knows no owners, as
 * those of Windows, everything counts as the user's.
 */
final class Owners {
    static final int GROUP_WRITES = 0020;
    static final int OTHERS_WRITE = 0002;
    static final int STICKY = 01000;

    private static final int ROOT = 0;
    private static final int SELF = self();
    /** The owner whom the kernel shows for those without a number in this user namespace; -1 outside of such. */
    private static final int OUTSIDE = outside();

    private Owners() {}

    /** The number of the user whose rights this process has. */
    static int user() {
        return SELF;
    }

    /** Whether nobody but root and the user can change a file, or what a folder lists; a symbolic link is neither. */
    static boolean isOurs(Path entry) {
        try {
            return !knowsOwners(entry)
                    || (!Files.isSymbolicLink(entry) && wrong(entry).isEmpty());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Who else could put something else in the place of what a folder holds, in a sentence: by writing there, or into any of
     * the folders on the way to it. That is what sshd's StrictModes asks, but for sticky folders, where nobody renames what is
     * another's. Empty if nobody can.
     *
     * @param folder the real path of a folder that is there
     */
    static Optional<String> stranger(Path folder) throws IOException {
        if (!knowsOwners(folder)) {
            return Optional.empty();
        }

        Optional<String> wrong = wrong(folder);
        for (Path above = folder.getParent(); above != null && wrong.isEmpty(); above = above.getParent()) {
            wrong = wrongAbove(above);
        }
        return wrong;
    }

    private static Optional<String> wrongAbove(Path folder) throws IOException {
        Map<String, Object> attributes = attributes(folder);
        int owner = (int) attributes.get("uid");
        boolean sticky = ((int) attributes.get("mode") & STICKY) != 0;
        // In a container without root, root's own folders belong to nobody.
        if (sticky && (isTrusted(owner) || owner == OUTSIDE)) {
            return Optional.empty();
        }
        return owner == OUTSIDE ? writers(folder, attributes) : wrong(folder);
    }

    private static Optional<String> wrong(Path entry) throws IOException {
        Map<String, Object> attributes = attributes(entry);
        int owner = (int) attributes.get("uid");
        return isTrusted(owner)
                ? writers(entry, attributes)
                : Optional.of(String.format(
                        Locale.ROOT, "%s belongs to user %d, and this is user %d", shown(entry), owner, SELF));
    }

    private static Optional<String> writers(Path entry, Map<String, Object> attributes) throws IOException {
        int mode = (int) attributes.get("mode");
        if ((mode & OTHERS_WRITE) != 0) {
            return Optional.of("%s can be written by everybody".formatted(shown(entry)));
        }
        return (mode & GROUP_WRITES) != 0 && !isOwnersGroup(entry)
                ? Optional.of("%s can be written by a group".formatted(shown(entry)))
                : Optional.empty();
    }

    /** Many systems give each user a group of his own, of the same name. */
    private static boolean isOwnersGroup(Path entry) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(entry, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.owner().getName().equals(attributes.group().getName());
    }

    private static boolean isTrusted(int owner) {
        return owner == ROOT || owner == SELF;
    }

    static Map<String, Object> attributes(Path entry) throws IOException {
        return Files.readAttributes(
                entry, "unix:uid,mode,dev,ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
    }

    static boolean knowsOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static String shown(Path path) {
        return Shown.line(path.toString());
    }

    private static int self() {
        try {
            // The third word is the effective user. /proc/self itself belongs to root where a program was given rights.
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Uid:")) {
                    return Integer.parseUnsignedInt(line.split("\\s+", 4)[2]);
                }
            }
        } catch (IOException e) {
            // No Linux: asked of a file below.
        }
        try {
            Path own = Files.createTempFile("embark", null);
            try {
                return knowsOwners(own) ? (int) Files.getAttribute(own, "unix:uid") : ROOT;
            } finally {
                Files.delete(own);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the user of this process is not known", e);
        }
    }

    private static int outside() {
        try {
            String[] map =
                    Files.readString(Path.of("/proc/self/uid_map")).strip().split("\\s+", -1);
            boolean whole = map.length == 3 && map[2].equals("4294967295");
            return whole
                    ? -1
                    : Integer.parseInt(Files.readString(Path.of("/proc/sys/kernel/overflowuid"))
                            .strip());
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }
}

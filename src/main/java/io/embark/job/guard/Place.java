/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * A place on a file system, compared with others by what it is and not by how somebody wrote it: by a relative path, another
 * scheme of the same store, through a link, in letters of another case or through a second mount.
 *
 * @param store the file system, alike for all of its spellings
 * @param path the path in it, absolute and without links as far as it exists
 * @param local whether it is one of this machine, where the operating system can tell
 */
record Place(String store, Path path, boolean local) {
    /** How one place lies to another. */
    enum Relation {
        SAME,
        ABOVE,
        BELOW,
        APART
    }

    static Place of(Path path, Configuration conf) throws IOException {
        Optional<FileSystem> files = fileSystem(path, conf);
        if (files.isEmpty()) {
            return new Place(store(path.toUri()), new Path(path.toUri().getPath()), false);
        }
        FileSystem found = files.get();
        Path whole = path.makeQualified(found.getUri(), found.getWorkingDirectory());
        if (isLocal(found)) {
            return new Place(store(found.getUri()), new Path(real(local(whole)).toString()), true);
        }
        Path real = found.getScheme().equals("viewfs") && found.exists(whole) ? found.resolvePath(whole) : whole;
        return new Place(store(real.toUri()), new Path(real.toUri().getPath()), false);
    }

    /** None where only the reader of a table knows the store, as that of Iceberg may. */
    private static Optional<FileSystem> fileSystem(Path path, Configuration conf) throws IOException {
        try {
            return Optional.of(path.getFileSystem(conf));
        } catch (UnsupportedFileSystemException e) {
            return Optional.empty();
        }
    }

    /** The link that a path is, with what it leads to; empty if it is none. Only local file systems have links. */
    static Optional<String> link(Path path, Configuration conf) throws IOException {
        FileSystem files = path.getFileSystem(conf);
        if (!isLocal(files)) {
            return Optional.empty();
        }
        java.nio.file.Path local = local(path.makeQualified(files.getUri(), files.getWorkingDirectory()));
        return Files.isSymbolicLink(local)
                ? Optional.of(local.resolveSibling(Files.readSymbolicLink(local))
                        .normalize()
                        .toString())
                : Optional.empty();
    }

    Relation to(Place other) throws IOException {
        if (is(other)) {
            return Relation.SAME;
        }
        if (isAbove(other)) {
            return Relation.ABOVE;
        }
        return other.isAbove(this) ? Relation.BELOW : Relation.APART;
    }

    private boolean isAbove(Place other) throws IOException {
        for (Path above = other.path.getParent(); above != null; above = above.getParent()) {
            if (is(new Place(other.store, above, other.local))) {
                return true;
            }
        }
        return false;
    }

    private boolean is(Place other) throws IOException {
        if (!store.equals(other.store)) {
            return false;
        }
        if (path.equals(other.path)) {
            return true;
        }
        if (!local) {
            return false;
        }
        java.nio.file.Path here = local(path);
        java.nio.file.Path there = local(other.path);
        return Files.exists(here) && Files.exists(there) && Files.isSameFile(here, there);
    }

    private static boolean isLocal(FileSystem files) {
        return "file".equals(files.getUri().getScheme());
    }

    private static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    /** Without links, as far as it exists. */
    private static java.nio.file.Path real(java.nio.file.Path path) throws IOException {
        java.nio.file.Path existing = path;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing.toRealPath().resolve(existing.relativize(path));
    }

    /** Stores of objects are reached by several schemes, and a key and a secret before a bucket are no part of its name. */
    private static String store(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        String authority = Optional.ofNullable(address.getAuthority()).orElse("");
        return switch (scheme) {
                    case "s3a", "s3n" -> "s3";
                    case "abfss" -> "abfs";
                    case "wasbs" -> "wasb";
                    default -> scheme;
                }
                + "://"
                + authority.replaceFirst("^[^@]*:[^@]*@", "");
    }
}

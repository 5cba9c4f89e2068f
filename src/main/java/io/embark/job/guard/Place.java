/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A place on a file system, compared with others by what it is and not by how somebody wrote it: by a relative path, another
 * scheme of the same store, through a link, in letters of another case or through a second mount.
 *
 * @param store the file system, alike for all of its spellings
 * @param path the path in it, absolute and without links as far as it exists
 * @param files the file system
 */
record Place(String store, Path path, FileSystem files) {
    /** How one place lies to another. */
    enum Relation {
        SAME,
        ABOVE,
        BELOW,
        APART
    }

    static Place of(Path path, Configuration conf) throws IOException {
        FileSystem files = path.getFileSystem(conf);
        Path whole = path.makeQualified(files.getUri(), files.getWorkingDirectory());
        Path real = isLocal(files) ? new Path(real(local(whole)).toString()) : resolved(files, whole);
        String store = "%s://%s".formatted(scheme(real, files), authority(real, files));
        return new Place(store, new Path(real.toUri().getPath()), files);
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
            if (is(new Place(other.store, above, other.files))) {
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
        if (!isLocal(files)) {
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

    private static Path resolved(FileSystem files, Path path) {
        try {
            return files.resolvePath(path);
        } catch (IOException | UnsupportedOperationException e) {
            // It does not exist, or the file system has no links.
            return path;
        }
    }

    /** Stores of objects are reached by several schemes. */
    private static String scheme(Path path, FileSystem files) {
        String scheme = Optional.ofNullable(path.toUri().getScheme())
                .orElse(files.getUri().getScheme())
                .toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "s3a", "s3n" -> "s3";
            case "abfss" -> "abfs";
            case "wasbs" -> "wasb";
            default -> scheme;
        };
    }

    private static String authority(Path path, FileSystem files) {
        String authority = path.toUri().getAuthority() == null
                ? files.getUri().getAuthority()
                : path.toUri().getAuthority();
        // A key and a secret before a bucket are no part of its name.
        return authority == null ? "" : authority.replaceFirst("^[^@]*:[^@]*@", "");
    }
}

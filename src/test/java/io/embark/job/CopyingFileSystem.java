/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A store of objects that is a local folder, under a scheme that is known for such stores: an object is there when all of it is
 * written, and a rename copies one object after the other and deletes them then. Its requests that change anything are the steps
 * of {@link SteppingFileSystem}: {@code put}, {@code copy}, {@code delete}.
 */
public final class CopyingFileSystem extends FileSystem {
    /** The scheme, which Spark knows the class of by {@code fs.s3n.impl}. */
    public static final String SCHEME = "s3n";

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public String getScheme() {
        return SCHEME;
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
        if (!overwrite && exists(path)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        return new FSDataOutputStream(
                new ByteArrayOutputStream() {
                    private boolean closed;

                    @Override
                    public void close() throws IOException {
                        if (!closed) {
                            closed = true;
                            SteppingFileSystem.step("put", path, () -> put(path, toByteArray()));
                        }
                    }
                },
                null);
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return FileSystem.getLocal(getConf())
                .getRaw()
                .open(new Path(path.toUri().getPath()), bufferSize);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return status(file(path));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        File[] files = file(path).listFiles();
        if (files == null) {
            return new FileStatus[] {getFileStatus(path)};
        }
        List<FileStatus> found = new ArrayList<>();
        for (File file : files) {
            found.add(status(file));
        }
        return found.toArray(FileStatus[]::new);
    }

    private static FileStatus status(File file) throws IOException {
        if (!file.exists()) {
            throw new FileNotFoundException(file.toString());
        }
        return new FileStatus(
                file.length(),
                file.isDirectory(),
                1,
                1 << 25,
                file.lastModified(),
                new Path(SCHEME, null, file.toString()));
    }

    private static File file(Path path) {
        return new File(path.toUri().getPath());
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        Files.createDirectories(file(path).toPath());
        return true;
    }

    @Override
    public void setWorkingDirectory(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(SCHEME, null, "/");
    }

    private boolean put(Path path, byte[] bytes) throws IOException {
        File file = file(path);
        Files.createDirectories(file.getParentFile().toPath());
        java.nio.file.Path unseen = Files.createTempFile("object", "");
        Files.write(unseen, bytes);
        Files.move(unseen, file.toPath(), StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        if (exists(to)) {
            return false;
        }
        if (!getFileStatus(from).isDirectory()) {
            copy(from, to);
            return delete(from, false);
        }
        List<Path> objects = objects(from);
        String start = from.toUri().getPath() + "/";
        for (Path object : objects) {
            copy(object, new Path(to, object.toUri().getPath().substring(start.length())));
        }
        return delete(from, true);
    }

    private void copy(Path from, Path to) throws IOException {
        SteppingFileSystem.step(
                "copy", from, () -> put(to, Files.readAllBytes(file(from).toPath())));
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        if (!exists(path)) {
            return false;
        }
        if (!recursive && getFileStatus(path).isDirectory() && listStatus(path).length > 0) {
            throw new IOException("not empty: " + path);
        }
        for (Path object : objects(path)) {
            SteppingFileSystem.step(
                    "delete", object, () -> Files.deleteIfExists(file(object).toPath()));
        }
        try (Stream<java.nio.file.Path> folders =
                exists(path) ? Files.walk(file(path).toPath()) : Stream.empty()) {
            for (java.nio.file.Path left :
                    folders.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(left);
            }
        }
        return true;
    }

    private List<Path> objects(Path path) throws IOException {
        try (Stream<java.nio.file.Path> found = Files.walk(file(path).toPath())) {
            return new ArrayList<>(found.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> new Path(SCHEME, null, file.toString()))
                    .toList());
        } catch (java.nio.file.NoSuchFileException e) {
            throw new FileNotFoundException(path.toString());
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A file system of Hadoop with a scheme of its own, {@code counted}, that has the files of this host, and notes in one of them
 * which it opened, for all processes.
 */
public final class CountedFileSystem extends RawLocalFileSystem {
    static final String CLASS_KEY = "fs.counted.impl";
    static final String LOG_KEY = "fs.counted.log";

    /** Made by Hadoop. */
    public CountedFileSystem() {}

    static String uri(Path folder) {
        return "counted://" + folder;
    }

    /** The files that were opened, in order. */
    static List<String> opened(Path log) {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        setConf(conf);
    }

    @Override
    public String getScheme() {
        return "counted";
    }

    @Override
    public URI getUri() {
        return URI.create("counted:///");
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path file) throws IOException {
        return plain(super.getFileStatus(file));
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path folder) throws IOException {
        return Arrays.stream(super.listStatus(folder))
                .map(CountedFileSystem::plain)
                .toArray(FileStatus[]::new);
    }

    /** That of the class above asks for the permissions of a {@code file:} URI. */
    private static FileStatus plain(FileStatus status) {
        return new FileStatus(
                status.getLen(),
                status.isDirectory(),
                status.getReplication(),
                status.getBlockSize(),
                status.getModificationTime(),
                status.getPath());
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
        Files.writeString(
                Path.of(getConf().get(LOG_KEY)),
                file.toUri().getPath() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return super.open(file, bufferSize);
    }
}

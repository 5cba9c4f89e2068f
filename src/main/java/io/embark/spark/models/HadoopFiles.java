/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.model.files.RemoteFile;
import io.embark.model.files.RemoteFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** A folder on a file system of Hadoop. Thread-safe. */
final class HadoopFiles implements RemoteFiles {
    /** More than the folder of a model has, with all its checkpoints; a whole bucket has more. */
    private static final int MOST_FILES = 10_000;

    private final String uri;
    private final Configuration conf;

    /** @param conf finds the file system and its credentials */
    HadoopFiles(String uri, Configuration conf) {
        this.uri = uri;
        this.conf = conf;
    }

    @Override
    public List<RemoteFile> list() throws IOException {
        return call(() -> {
            Path folder = new Path(uri);
            FileSystem files = folder.getFileSystem(conf);
            FileStatus status = files.getFileStatus(folder);
            if (!status.isDirectory()) {
                throw new FileNotFoundException("%s is a file".formatted(uri));
            }

            String above = status.getPath().toUri().getPath().replaceFirst("/*$", "/");
            List<RemoteFile> found = new ArrayList<>();
            RemoteIterator<LocatedFileStatus> entries = files.listFiles(folder, true);
            while (entries.hasNext()) {
                LocatedFileStatus file = entries.next();
                String name = file.getPath().toUri().getPath().substring(above.length());
                found.add(new RemoteFile(name, file.getLen(), file.getModificationTime()));
                if (found.size() > MOST_FILES) {
                    throw new IOException("%s has more than %s files".formatted(uri, MOST_FILES));
                }
            }
            return found;
        });
    }

    @Override
    public InputStream open(String name) throws IOException {
        return call(() -> {
            Path file = new Path(new Path(uri), name);
            return file.getFileSystem(conf).open(file);
        });
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    /** Hadoop has other exceptions too for what is wrong with an address or the settings of a file system. */
    private static <T> T call(Action<T> action) throws IOException {
        try {
            return action.run();
        } catch (RuntimeException e) {
            throw new IOException(e.toString(), e);
        }
    }
}

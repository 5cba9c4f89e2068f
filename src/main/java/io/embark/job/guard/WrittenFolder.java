/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Tells a folder that Spark or a run wrote from one that holds what people put there.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class WrittenFolder {
    /** Spark's files of rows, its marks and those of Databricks, a run's own files, and what machines leave of themselves. */
    private static final Pattern FILES = Pattern.compile(
            "part-(r-|m-)?\\d+.*|_SUCCESS|_metadata|_common_metadata|_(started|committed|committed_vacuum)_?\\d+"
                    + "|_embark_.+|.+_\\$folder\\$|\\.DS_Store");

    private static final Pattern CHECKSUM = Pattern.compile("\\.(.+)\\.crc");

    /** Where Spark's tasks write before they are done. */
    private static final Pattern UNFINISHED = Pattern.compile("_temporary|__magic.*|\\.spark-staging-.+|_embark_.+");

    private WrittenFolder() {}

    /** The first file or folder in a folder that neither Spark nor a run writes. */
    static Optional<Path> foreign(FileSystem files, Path folder) throws IOException {
        for (FileStatus status : files.listStatus(folder)) {
            String name = status.getPath().getName();
            Optional<Path> foreign;
            if (!status.isDirectory()) {
                foreign = isWritten(name) ? Optional.empty() : Optional.of(status.getPath());
            } else if (UNFINISHED.matcher(name).matches()) {
                foreign = Optional.empty();
            } else {
                foreign = isPartition(name) ? foreign(files, status.getPath()) : Optional.of(status.getPath());
            }
            if (foreign.isPresent()) {
                return foreign;
            }
        }
        return Optional.empty();
    }

    private static boolean isWritten(String name) {
        return FILES.matcher(CHECKSUM.matcher(name).replaceFirst("$1")).matches();
    }

    /** Whether the folder of this name holds the rows with one value of a column. */
    private static boolean isPartition(String name) {
        return name.indexOf('=') > 0 && !name.startsWith(".");
    }
}

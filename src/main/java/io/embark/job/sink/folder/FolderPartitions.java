/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;

/** The columns that stand in the names of folders, as {@code p} does in {@code p=1}. */
final class FolderPartitions {
    private FolderPartitions() {}

    /** By which columns the files of a folder are partitioned; by none if it has no files or is not there. */
    static List<String> of(FileSystem files, Path folder) throws IOException {
        return ofFirstFile(files, folder).orElse(List.of());
    }

    /** The columns above the first file; empty if there is none, since stores and people leave empty folders. */
    private static Optional<List<String>> ofFirstFile(FileSystem files, Path folder) throws IOException {
        boolean hasFile = false;
        for (FileStatus status : list(files, folder)) {
            String name = status.getPath().getName();
            int end = name.indexOf('=');
            if (name.startsWith(".") || (name.startsWith("_") && end < 0)) {
                continue;
            }
            if (status.isDirectory() && end > 0) {
                Optional<List<String>> below = ofFirstFile(files, status.getPath());
                if (below.isPresent()) {
                    List<String> columns = new ArrayList<>();
                    columns.add(ExternalCatalogUtils.unescapePathName(name.substring(0, end)));
                    columns.addAll(below.get());
                    return Optional.of(columns);
                }
            } else {
                hasFile = hasFile
                        || !status.isDirectory()
                        || ofFirstFile(files, status.getPath()).isPresent();
            }
        }
        return hasFile ? Optional.of(List.of()) : Optional.empty();
    }

    private static FileStatus[] list(FileSystem files, Path folder) throws IOException {
        try {
            return files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /** What readers make of the values, for people. */
    static String note(List<String> columns) {
        return "readers take %s from the names of folders and guess the type: a text 007 is 7 there, and an empty text is null"
                .formatted(String.join(", ", columns));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;

/** The columns that stand in the names of folders, as {@code p} does in {@code p=1}. */
final class FolderPartitions {
    private FolderPartitions() {}

    /** By which columns the files of a folder are partitioned; by none if it is not there. */
    static List<String> of(FileSystem files, Path folder) throws IOException {
        List<String> columns = new ArrayList<>();
        Optional<Path> at = first(files, folder);
        while (at.isPresent()) {
            String name = at.get().getName();
            columns.add(ExternalCatalogUtils.unescapePathName(name.substring(0, name.indexOf('='))));
            at = first(files, at.get());
        }
        return columns;
    }

    private static Optional<Path> first(FileSystem files, Path folder) throws IOException {
        try {
            return Arrays.stream(files.listStatus(folder))
                    .filter(FileStatus::isDirectory)
                    .map(FileStatus::getPath)
                    .filter(path ->
                            path.getName().indexOf('=') > 0 && !path.getName().startsWith("."))
                    .findFirst();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** What readers make of the values, for people. */
    static String note(List<String> columns) {
        return "readers take %s from the names of folders and guess the type: a text 007 is 7 there, and an empty text is null"
                .formatted(String.join(", ", columns));
    }
}

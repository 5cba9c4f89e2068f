/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The kinds of tables that keep a record of their own of which files count. Who reads their files alone sees rows that were
 * deleted or replaced; who adds files is not seen; who replaces the folder loses the table. That a kind is read or written as what
 * it is elsewhere takes nothing from this: its files alone are still no rows.
 */
@SuppressWarnings("ImmutableEnumChecker") // lists that List.of made
enum ForeignTable {
    DELTA("a table of Delta Lake", "delta", mark("_delta_log")),
    ICEBERG(
            "a table of Apache Iceberg",
            "iceberg",
            mark("metadata", "version-hint\\.text|(v\\d+|\\d{5,}-.+)(\\.gz)?\\.metadata\\.json(\\.gz)?")),
    HUDI("a table of Apache Hudi", "hudi", mark(".hoodie")),
    PAIMON(
            "a table of Apache Paimon",
            "paimon",
            mark("schema", "schema-\\d+"),
            mark("snapshot", "LATEST|EARLIEST|snapshot-\\d+")),
    LANCE("a table of Lance", "lance", mark("_versions", ".+\\.manifest")),
    HIVE_ACID("a transactional table of Hive", "", mark("", "(base|delta|delete_delta)_\\d{7,}.*")),
    STREAM("the output of a stream", "", mark("_spark_metadata"));

    /** What a table of the kind has: a folder and, if it is not enough, something in it. */
    private record Mark(String folder, Optional<Pattern> entry) {
        boolean isIn(FileSystem files, Path table) throws IOException {
            Path place = folder.isEmpty() ? table : new Path(table, folder);
            if (!files.exists(place) || !files.getFileStatus(place).isDirectory()) {
                return false;
            }
            if (entry.isEmpty()) {
                return true;
            }
            for (FileStatus status : files.listStatus(place)) {
                if (entry.get().matcher(status.getPath().getName()).matches()) {
                    return true;
                }
            }
            return false;
        }
    }

    private final String words;
    private final String format;
    private final List<Mark> marks;

    /** @param format the data source of Spark that reads it; empty if none does */
    ForeignTable(String words, String format, Mark... marks) {
        this.words = words;
        this.format = format;
        this.marks = List.of(marks);
    }

    private static Mark mark(String folder) {
        return new Mark(folder, Optional.empty());
    }

    private static Mark mark(String folder, String entry) {
        return new Mark(folder, Optional.of(Pattern.compile(entry)));
    }

    /** Whether a folder is a table of this kind. */
    boolean isAt(FileSystem files, Path folder) throws IOException {
        for (Mark mark : marks) {
            if (!mark.isIn(files, folder)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a folder may be a table of this kind by the names of the folders in it. */
    boolean mayHave(Collection<String> folders) {
        return marks.stream()
                .allMatch(mark -> mark.folder.isEmpty()
                        ? folders.stream().anyMatch(mark.entry.orElseThrow().asMatchPredicate())
                        : folders.contains(mark.folder));
    }

    /** The kind, as it stands behind "is". */
    String words() {
        return words;
    }

    /** The data source of Spark that reads such a table; empty if none does. */
    Optional<String> format() {
        return format.isEmpty() ? Optional.empty() : Optional.of(format);
    }

    /** What shows that a folder is such a table. */
    String marks() {
        return marks.stream()
                .map(mark -> mark.folder.isEmpty() ? "the names of its folders" : mark.folder)
                .collect(Collectors.joining(" and "));
    }

    /** Whether it is known by a folder of its own, so that nothing has to be listed. */
    boolean isCheaplyFound() {
        return marks.stream().noneMatch(mark -> mark.folder.isEmpty());
    }

    /** Whether Spark itself follows the record when it reads the files. */
    boolean isReadBySpark() {
        return this == STREAM;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Looks for tables of other makers where files are read or written: there, above, and a few levels below.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ForeignTables {
    private static final int LEVELS_BELOW = 3;

    /** Each costs a request to a store of objects. */
    private static final int MOST_FOLDERS = 100;

    private final Configuration conf;
    private final Predicate<ForeignTable> matters;
    private final int levelsBelow;
    private final Set<Path> above = new HashSet<>();
    private int folders;

    private ForeignTables(Configuration conf, Predicate<ForeignTable> matters, int levelsBelow) {
        this.conf = conf;
        this.levelsBelow = levelsBelow;
        this.matters = matters;
    }

    /**
     * Refuses paths whose files are those of such a table.
     *
     * @param subject what is read, for the error
     * @param paths the files and folders, or globs of them
     * @throws EmbarkException {@link ErrorCode#INPUT_NOT_FOUND} if there is one
     */
    public static void requireNoneRead(String subject, Collection<Path> paths, Configuration conf) throws IOException {
        Optional<FoundTable> found = read(paths, conf);
        if (found.isPresent()) {
            throw GuardErrors.isForeignInput(subject, found.get());
        }
    }

    /** The same for the files that rows come from, other than those that another maker's own reader takes. */
    public static void requireNoneRead(String subject, Dataset<Row> rows) throws IOException {
        Set<Path> roots = new LinkedHashSet<>();
        for (ReadRelation read : ReadRelation.of(rows)) {
            if (read.isPlain()) {
                roots.addAll(read.roots());
            }
        }
        Optional<FoundTable> found =
                read(roots, rows.sparkSession().sessionState().newHadoopConf());
        if (found.isPresent()) {
            throw GuardErrors.readsForeignTable(subject, found.get());
        }
    }

    /**
     * The first table that paths are, lie in or hold.
     *
     * @param paths files and folders, or globs of them
     */
    public static Optional<FoundTable> read(Collection<Path> paths, Configuration conf) throws IOException {
        ForeignTables tables = new ForeignTables(conf, kind -> !kind.isReadBySpark(), LEVELS_BELOW);
        for (Path path : paths) {
            FileStatus[] matches = path.getFileSystem(conf).globStatus(path);
            if (matches == null) {
                continue;
            }
            for (FileStatus match : matches) {
                Optional<FoundTable> found = tables.at(match.getPath());
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses to write a folder that is such a table, lies in one or holds one; it need not exist.
     *
     * @param output what is written, for the error
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if there is one
     */
    public static void requireNoneWritten(String output, Path folder, Configuration conf) throws IOException {
        requireNoneWritten(output, folder, conf, kind -> true);
    }

    /** The same where tables of one format are written as what they are. */
    public static void requireNoOtherWritten(String format, String output, Path folder, Configuration conf)
            throws IOException {
        requireNoneWritten(output, folder, conf, kind -> !kind.format().equals(Optional.of(format)));
    }

    private static void requireNoneWritten(
            String output, Path folder, Configuration conf, Predicate<ForeignTable> matters) throws IOException {
        Optional<FoundTable> found = new ForeignTables(conf, matters, LEVELS_BELOW).at(folder);
        if (found.isPresent()) {
            throw GuardErrors.isForeignOutput(output, found.get());
        }
    }

    /** The table that a folder is or lies in. */
    static Optional<FoundTable> around(Path folder, Configuration conf) throws IOException {
        return new ForeignTables(conf, kind -> true, 0).at(folder);
    }

    private Optional<FoundTable> at(Path path) throws IOException {
        FileSystem files = path.getFileSystem(conf);
        // As it was written and as it is: a link may lead into a table, and a table may hold one.
        Set<Path> names = new LinkedHashSet<>();
        names.add(path.makeQualified(files.getUri(), files.getWorkingDirectory()));
        names.add(Place.of(path, conf).path().makeQualified(files.getUri(), files.getWorkingDirectory()));
        for (Path name : names) {
            Optional<FoundTable> found = above(files, name);
            if (found.isEmpty()
                    && files.exists(name)
                    && files.getFileStatus(name).isDirectory()) {
                found = below(files, name);
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<FoundTable> above(FileSystem files, Path path) {
        for (Path folder = path.getParent(); folder != null && above.add(folder); folder = folder.getParent()) {
            for (ForeignTable kind : ForeignTable.values()) {
                if (matters.test(kind) && kind.isCheaplyFound() && isAt(kind, files, folder)) {
                    return Optional.of(new FoundTable(kind, folder, "lies in"));
                }
            }
        }
        return Optional.empty();
    }

    /** Who may read a folder need not be allowed to look above it. */
    private static boolean isAt(ForeignTable kind, FileSystem files, Path folder) {
        try {
            return kind.isAt(files, folder);
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<FoundTable> below(FileSystem files, Path top) throws IOException {
        List<Path> level = List.of(top);
        for (int depth = 0; depth <= levelsBelow; depth++) {
            List<Path> next = new ArrayList<>();
            for (Path folder : level) {
                if (++folders > MOST_FOLDERS) {
                    return Optional.empty();
                }
                List<Path> within = folders(files, folder);
                Optional<ForeignTable> kind = kind(files, folder, within);
                if (kind.isPresent()) {
                    return Optional.of(new FoundTable(kind.get(), folder, depth == 0 ? "is" : "holds"));
                }
                next.addAll(within);
            }
            level = next;
        }
        return Optional.empty();
    }

    private static List<Path> folders(FileSystem files, Path folder) throws IOException {
        try {
            return Stream.of(files.listStatus(folder))
                    .filter(FileStatus::isDirectory)
                    .map(FileStatus::getPath)
                    .sorted()
                    .toList();
        } catch (AccessControlException e) {
            // Nothing of it is read or written.
            return List.of();
        }
    }

    private Optional<ForeignTable> kind(FileSystem files, Path folder, List<Path> within) throws IOException {
        Set<String> names = within.stream().map(Path::getName).collect(Collectors.toSet());
        for (ForeignTable kind : ForeignTable.values()) {
            if (matters.test(kind) && kind.mayHave(names) && kind.isAt(files, folder)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * What a commit does on a store of objects, written down before it begins, so that another run can finish it or take it back. All
 * names are relative to the output.
 *
 * @param added the new files of rows
 * @param removed the files of the version that is replaced
 * @param marks files that readers of rows pass over, whose names are the same in each version
 */
record ObjectJournal(Aim aim, List<String> added, List<String> removed, List<String> marks) {
    /** What becomes of the new files if the run is killed. */
    enum Aim {
        /** They are taken out again, unless all are in the output. */
        APPEND,
        /** They are put into the output, and those of the version before are deleted. */
        REPLACE,
        /** They are taken out again. */
        BACK
    }

    private static final String ADDED = "+";
    private static final String REMOVED = "-";
    private static final String MARK = "=";

    ObjectJournal {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        marks = List.copyOf(marks);
    }

    /** Where the list of the files stands that were written to a hidden folder, beside others that do not count. */
    static Path ofRows(Path folder) {
        return new Path(folder, "_embark_written");
    }

    ObjectJournal with(Aim other) {
        return new ObjectJournal(other, added, removed, marks);
    }

    ObjectJournal adding(List<String> names) {
        return new ObjectJournal(aim, names, removed, marks);
    }

    /** Empty if none was written. */
    static Optional<ObjectJournal> read(FileSystem files, Path file) throws IOException {
        List<String> lines;
        try (InputStream content = files.open(file)) {
            lines = new String(content.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        return Optional.of(new ObjectJournal(
                Aim.valueOf(lines.get(0)), named(lines, ADDED), named(lines, REMOVED), named(lines, MARK)));
    }

    private static List<String> named(List<String> lines, String sign) {
        return lines.stream()
                .skip(1)
                .filter(line -> line.startsWith(sign))
                .map(line -> line.substring(sign.length()))
                .toList();
    }

    /** In one step: an object is there when all of it is. */
    void write(FileSystem files, Path file) throws IOException {
        List<String> lines = Stream.of(
                        Stream.of(aim.name()),
                        added.stream().map(ADDED::concat),
                        removed.stream().map(REMOVED::concat),
                        marks.stream().map(MARK::concat))
                .flatMap(part -> part)
                .toList();
        Optional<String> broken = lines.stream()
                .filter(line -> line.lines().skip(1).findAny().isPresent())
                .findFirst();
        if (broken.isPresent()) {
            throw new IOException("%s has a line break in its name".formatted(broken.get()));
        }
        try (OutputStream content = files.create(file, true)) {
            content.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The new files that are not in the output yet. */
    List<String> waiting(FileSystem files, RunPlaces places) throws IOException {
        Set<String> hidden = names(files, places.rows());
        Set<String> there = hidden.isEmpty() ? Set.of() : names(files, places.target());
        return added.stream()
                .filter(name -> hidden.contains(name) && !there.contains(name))
                .toList();
    }

    /** The files among those of the output that readers see, and that are neither new nor of the version before. */
    List<String> others(Set<String> there) {
        Set<String> known = new HashSet<>(added);
        known.addAll(removed);
        return there.stream()
                .filter(name -> isOfRows(name) && !known.contains(name))
                .toList();
    }

    /** Whether there was no output before. */
    boolean beginsAnew() {
        return aim == Aim.REPLACE && removed.isEmpty();
    }

    /** Whether files of the version before are in the output that are to be deleted. */
    boolean clears(FileSystem files, RunPlaces places) throws IOException {
        Set<String> there = names(files, places.target());
        return removed.stream().anyMatch(there::contains);
    }

    static boolean isOfRows(String name) {
        return Stream.of(name.split("/"))
                .noneMatch(part -> part.startsWith(".") || (part.startsWith("_") && !part.contains("=")));
    }

    /** The names of all files in a folder and below, relative to it; none if there is no such folder. */
    static Set<String> names(FileSystem files, Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try {
            String start = folder.toUri().getPath() + "/";
            RemoteIterator<LocatedFileStatus> found = files.listFiles(folder, true);
            while (found.hasNext()) {
                names.add(found.next().getPath().toUri().getPath().substring(start.length()));
            }
        } catch (FileNotFoundException e) {
            return names;
        }
        return names;
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the rows that a run wrote become the output on a store of objects, where a rename is a copy: the new files, whose names
 * are used once, are put among those of the version before, one copy each, and those are deleted by their list. Between the two
 * readers see rows of both. An {@link ObjectJournal} says all of it before.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ObjectCommit {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectCommit.class);

    /** What Spark's and Hadoop's committers leave when they are done; others wait for it. */
    static final String SUCCESS = "_SUCCESS";

    /** Requests to a store take longer than they need its machine or ours. */
    private static final int AT_ONCE = 16;

    private ObjectCommit() {}

    /** Adds the rows to the output; of the marks, those that it does not have. */
    public static void append(FileSystem files, RunPlaces places, List<String> marks) throws IOException {
        Set<String> there = ObjectJournal.names(files, places.target());
        List<String> lacking = new ArrayList<>(marks);
        lacking.removeIf(there::contains);
        lacking.add(SUCCESS);
        commit(files, places, there, new ObjectJournal(ObjectJournal.Aim.APPEND, List.of(), List.of(), lacking));
    }

    /** Deletes what attempts of tasks left in a folder that do not count, and the list of those that do. */
    public static void keepWritten(FileSystem files, Path folder) throws IOException {
        Path list = ObjectJournal.ofRows(folder);
        Set<String> written = Set.copyOf(written(files, folder));
        for (String name : ObjectJournal.names(files, folder)) {
            if (ObjectJournal.isOfRows(name) && !written.contains(name)) {
                files.delete(new Path(folder, name), false);
            }
        }
        files.delete(list, false);
    }

    private static List<String> written(FileSystem files, Path folder) throws IOException {
        return ObjectJournal.read(files, ObjectJournal.ofRows(folder))
                .map(ObjectJournal::added)
                .orElseThrow(() -> new IOException("the list of the new files is missing"));
    }

    /** The files that are in the output, before rows are written. */
    public static Set<String> listed(FileSystem files, RunPlaces places) throws IOException {
        return ObjectJournal.names(files, places.target());
    }

    /**
     * Makes the rows the output, instead of what was there if anything was.
     *
     * @param before the files that were in the output when the run began
     * @throws io.embark.EmbarkException if somebody else put rows there since
     */
    public static void replace(FileSystem files, RunPlaces places, Set<String> before, List<String> marks)
            throws IOException {
        Set<String> there = ObjectJournal.names(files, places.target());
        ObjectJournal planned = replacement(files, places, before, marks);
        requireNoOthers(places, planned, there);
        commit(files, places, there, planned);
    }

    private static void requireNoOthers(RunPlaces places, ObjectJournal planned, Set<String> there) {
        List<String> others = planned.aim() == ObjectJournal.Aim.REPLACE ? planned.others(there) : List.of();
        if (!others.isEmpty()) {
            throw CommitErrors.isWrittenMeanwhile(places.target(), others);
        }
    }

    private static ObjectJournal replacement(FileSystem files, RunPlaces places, Set<String> there, List<String> marks)
            throws IOException {
        List<String> added = new ArrayList<>(marks);
        added.add(SUCCESS);
        List<String> removed = new ArrayList<>(there);
        for (String mark : added) {
            // One of this name takes its place.
            if (mark.equals(SUCCESS) || files.exists(new Path(places.rows(), mark))) {
                removed.remove(mark);
            }
        }
        return new ObjectJournal(ObjectJournal.Aim.REPLACE, List.of(), removed, added);
    }

    private static void commit(FileSystem files, RunPlaces places, Set<String> there, ObjectJournal planned)
            throws IOException {
        List<String> added = written(files, places.rows());
        for (String name : added) {
            if (there.contains(name)) {
                throw new FileAlreadyExistsException("%s exists".formatted(new Path(places.target(), name)));
            }
        }
        ObjectJournal journal = planned.adding(added);
        journal.write(files, places.journal());
        try {
            move(files, places, journal);
        } catch (IOException | RuntimeException e) {
            takeBack(files, places, e);
            throw e;
        }
        finish(files, places);
    }

    /**
     * Writes down what is there, before rows are written by a committer of the store's own, straight into the output.
     *
     * @param replaces whether what is there now goes when they are complete
     */
    public static void prepare(FileSystem files, RunPlaces places, boolean replaces, List<String> marks)
            throws IOException {
        Set<String> there = ObjectJournal.names(files, places.target());
        List<String> lacking = new ArrayList<>(marks);
        lacking.removeIf(there::contains);
        ObjectJournal planned = replaces
                ? replacement(files, places, there, marks)
                : new ObjectJournal(ObjectJournal.Aim.APPEND, List.of(), List.of(), lacking);
        planned.write(files, places.prepared());
    }

    /**
     * Says that the store's committer is about to show the new files.
     *
     * @throws io.embark.EmbarkException if somebody else put rows there since the run began, that would be replaced
     */
    static void announce(FileSystem files, RunPlaces places, List<String> added) throws IOException {
        ObjectJournal prepared = prepared(files, places);
        requireNoOthers(places, prepared, ObjectJournal.names(files, places.target()));
        prepared.adding(added).with(ObjectJournal.Aim.BACK).write(files, places.journal());
    }

    /** Says that it has shown all of them. */
    static void confirm(FileSystem files, RunPlaces places, List<String> added) throws IOException {
        prepared(files, places).adding(added).write(files, places.journal());
    }

    private static ObjectJournal prepared(FileSystem files, RunPlaces places) throws IOException {
        return ObjectJournal.read(files, places.prepared())
                .orElseThrow(() -> new IOException("%s is missing".formatted(places.prepared())));
    }

    /** Does what the journal says that has not been done yet. */
    public static void finish(FileSystem files, RunPlaces places) throws IOException {
        Optional<ObjectJournal> written = ObjectJournal.read(files, places.journal());
        if (written.isEmpty()) {
            return;
        }
        ObjectJournal journal = written.get();
        move(files, places, journal);
        Set<String> rest = delete(files, places, journal.removed());
        List<String> others = journal.others(rest);
        if (!others.isEmpty()) {
            LOG.warn(
                    "In {} are {} files beside the new ones that somebody else put there meanwhile, as {}",
                    places.target(),
                    others.size(),
                    others.get(0));
        }
        for (String mark : journal.marks()) {
            try {
                put(files, new Path(places.rows(), mark), new Path(places.target(), mark));
            } catch (IOException e) {
                if (journal.aim() != ObjectJournal.Aim.APPEND) {
                    throw e;
                }
                // All rows are in: a run that failed now would be run again, and double them.
                LOG.warn("Left out: {} in {}: {}", mark, places.target(), e.toString());
            }
        }
    }

    private static void move(FileSystem files, RunPlaces places, ObjectJournal journal) throws IOException {
        List<String> waiting = journal.waiting(files, places);
        for (String folder : folders(waiting)) {
            files.mkdirs(new Path(places.target(), folder));
        }
        each(waiting, name -> {
            Path from = new Path(places.rows(), name);
            Path to = new Path(places.target(), name);
            if (!files.rename(from, to)) {
                throw new IOException("copy of %s to %s failed".formatted(from, to));
            }
        });
    }

    /** The folders of files, each once; the output's own is the empty name's. */
    private static Set<String> folders(List<String> names) {
        Set<String> folders = new TreeSet<>();
        for (String name : names) {
            folders.add(name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : ".");
        }
        return folders;
    }

    /** Over what has its name; the few bytes of a mark are sooner sent than copied. */
    private static void put(FileSystem files, Path from, Path to) throws IOException {
        if (!files.exists(from)) {
            return;
        }
        byte[] bytes;
        try (InputStream content = files.open(from)) {
            bytes = content.readAllBytes();
        }
        try (OutputStream content = files.create(to, true)) {
            content.write(bytes);
        }
    }

    /** Takes the new files out of the output again, so that it is as it was before. */
    static void takeOut(FileSystem files, RunPlaces places) throws IOException {
        Optional<ObjectJournal> journal = ObjectJournal.read(files, places.journal());
        if (journal.isPresent()) {
            delete(files, places, journal.get().added());
            deleteIfEmpty(files, places.target());
            // From here on nothing of it is left to be seen.
            files.delete(places.journal(), false);
        }
    }

    /** Takes away what a committer of the store's own left of an output that it had not begun to show, if there was none before. */
    static void takeOutUnseen(FileSystem files, RunPlaces places) throws IOException {
        Optional<ObjectJournal> prepared = ObjectJournal.read(files, places.prepared());
        if (prepared.isEmpty()
                || files.exists(places.journal())
                || !prepared.get().beginsAnew()) {
            return;
        }
        Set<String> there = ObjectJournal.names(files, places.target());
        if (there.stream().allMatch(name -> name.startsWith("_"))) {
            files.delete(places.target(), true);
        }
    }

    private static void deleteIfEmpty(FileSystem files, Path folder) throws IOException {
        if (files.exists(folder) && ObjectJournal.names(files, folder).isEmpty()) {
            files.delete(folder, true);
        }
    }

    /** The same after a failure, if nothing of the version before was deleted yet. */
    public static void takeBack(FileSystem files, RunPlaces places, Exception failure) {
        try {
            Optional<ObjectJournal> journal = ObjectJournal.read(files, places.journal());
            if (journal.isPresent()) {
                journal.get().with(ObjectJournal.Aim.BACK).write(files, places.journal());
                takeOut(files, places);
            }
            takeOutUnseen(files, places);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Deletes those that are there, and returns what is left if any was. */
    private static Set<String> delete(FileSystem files, RunPlaces places, List<String> names) throws IOException {
        Set<String> there = names.isEmpty() ? Set.of() : ObjectJournal.names(files, places.target());
        List<String> left = names.stream().filter(there::contains).toList();
        each(left, name -> files.delete(new Path(places.target(), name), false));
        Set<String> rest = left.isEmpty() ? Set.of() : ObjectJournal.names(files, places.target());
        Set<String> kept = new HashSet<>();
        rest.forEach(name -> kept.addAll(above(name)));
        // Stores keep marks of folders without files, on all levels; the highest takes those below it with it.
        Set<String> emptied = new TreeSet<>();
        for (String name : left) {
            above(name).stream()
                    .filter(folder -> !kept.contains(folder))
                    .findFirst()
                    .ifPresent(emptied::add);
        }
        for (String folder : emptied) {
            files.delete(new Path(places.target(), folder), true);
        }
        return rest;
    }

    /** The folders that a file lies in, below the output, the highest first. */
    private static List<String> above(String name) {
        List<String> folders = new ArrayList<>();
        for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
            folders.add(name.substring(0, end));
        }
        return folders;
    }

    /** Takes all steps, and returns or fails only when none is under way any more: what comes next may undo them. */
    private static void each(List<String> names, Step step) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(AT_ONCE, names.size())));
        AtomicReference<IOException> failure = new AtomicReference<>();
        try {
            List<Callable<Void>> steps = new ArrayList<>();
            for (String name : names) {
                steps.add(() -> {
                    if (failure.get() == null) {
                        take(step, name, failure);
                    }
                    return null;
                });
            }
            threads.invokeAll(steps);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            threads.shutdownNow();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static void take(Step step, String name, AtomicReference<IOException> failure) {
        try {
            step.take(name);
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, new IOException(e));
        }
    }

    private interface Step {
        void take(String name) throws IOException;
    }
}

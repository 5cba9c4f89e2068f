/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.folder;

import io.embark.job.sink.Changes;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Partitions;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A place of files that is brought up to date by writing it anew, as one step as far as the place has one. If its files are others
 * than those that were compared, another writer was quicker.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RewrittenRefresh implements Refreshing {
    private final Sink sink;
    private final Supplier<Optional<Dataset<Row>>> rows;
    private final Files files;
    private final Supplier<List<String>> partitions;

    /** The files that were compared, as they were then. */
    private Set<String> compared = Set.of();

    /** The rows that were compared. */
    private Optional<Dataset<Row>> there = Optional.empty();

    /** Lists the files of the place. */
    @FunctionalInterface
    public interface Files {
        /** The folder that they lie in, on its file system. */
        Located find() throws IOException;
    }

    /** A folder and its file system. */
    public record Located(FileSystem files, Path folder) {}

    /**
     * Of a place that takes what is there when it overwrites.
     *
     * @param rows reads what is there; empty where there is nothing
     * @param partitions the columns whose values name folders, once the rows are known
     */
    public RewrittenRefresh(
            Sink sink, Supplier<Optional<Dataset<Row>>> rows, Files files, Supplier<List<String>> partitions) {
        this.sink = sink;
        this.rows = rows;
        this.files = files;
        this.partitions = partitions;
    }

    @Override
    public Optional<Dataset<Row>> there() {
        compared = listed();
        there = rows.get();
        return there;
    }

    @Override
    public Column keyAsThere(String key, Column value) {
        return Partitions.inAName(partitions.get(), key, value);
    }

    @Override
    public boolean isAsCompared() {
        return listed().equals(compared);
    }

    @Override
    public boolean takesRowsAsTheyCome() {
        return false;
    }

    @Override
    public boolean apply(Changes changes, Runnable beforeTheyAreSeen) {
        Dataset<Row> before = there.orElseThrow(() -> new IllegalStateException("nothing was compared"));
        try {
            sink.write(changes.appliedTo(before), () -> {
                if (!isAsCompared()) {
                    throw OutputErrors.changedMeanwhile(sink.description());
                }
                beforeTheyAreSeen.run();
            });
            return true;
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them; files that are gone end a task in any way.
            if (!isAsCompared()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Optional<String> rewritten() {
        long count = 0;
        long bytes = 0;
        for (LocatedFileStatus file : all()) {
            // What readers pass over is no file of rows.
            if (!file.getPath().getName().startsWith("_")) {
                count++;
                bytes += file.getLen();
            }
        }
        return count == 0 ? Optional.empty() : Optional.of("all %s, about %s MB,".formatted(count, 1 + (bytes >> 20)));
    }

    private Set<String> listed() {
        return all().stream()
                .map(file -> "%s %s %s".formatted(file.getPath(), file.getLen(), file.getModificationTime()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<LocatedFileStatus> all() {
        List<LocatedFileStatus> found = new ArrayList<>();
        try {
            Located place = files.find();
            RemoteIterator<LocatedFileStatus> all = place.files().listFiles(place.folder(), true);
            while (all.hasNext()) {
                found.add(all.next());
            }
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw OutputErrors.isUnreachable(sink.description(), e);
        }
        return found;
    }
}

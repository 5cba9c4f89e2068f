/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.commit;

import io.embark.base.Redaction;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The places beside an output in which a run keeps what nobody may see: a hidden folder, {@code .NAME.embark-OWNER}, and in it
 * {@code new} (the rows while they are written), {@code old} (the version that is replaced or appended to, while it is) and
 * {@code moves} (the files that an append puts into the output). The first two of a table lie beside it, as tables
 * {@code NAME__embark_unfinished_OWNER} and {@code NAME__embark_replaced_OWNER}, since catalogs rename tables only so.
 *
 * @param kind what renames them
 * @param target the output's folder, fully qualified
 * @param owner the run
 * @hidden Public for Embark's other rooms only.
 */
public record RunPlaces(Kind kind, Path target, Owner owner) {
    /** What the output is. */
    public enum Kind {
        /** A folder. */
        FOLDER("embark-"),
        /** A table of a catalog that forgets it with the session: what stays of it are folders. */
        FORGOTTEN_TABLE("embark-table-"),
        /** A table of a catalog that keeps it. */
        TABLE("embark-catalog-"),
        /** Not the output, but rows on their way to it, which a run keeps for the next one if it dies. */
        STAGE("embark-stage-");

        private final String mark;

        Kind(String mark) {
            this.mark = mark;
        }

        /** Whether all that a run keeps lies in its folder. */
        boolean isInOneFolder() {
            return this == FOLDER || this == STAGE;
        }
    }

    /** New places of this process beside an output. */
    public static RunPlaces here(Kind kind, Path target) {
        return new RunPlaces(kind, target, Owner.here());
    }

    /** The places of all runs that write an output, dead or alive. */
    static List<RunPlaces> beside(FileSystem files, Path target) throws IOException {
        return all(files, target).filter(places -> places.kind != Kind.STAGE).toList();
    }

    /** The stages of all runs beside an output, dead or alive, in the order of their names. */
    public static List<RunPlaces> stages(FileSystem files, Path target) throws IOException {
        return all(files, target)
                .filter(places -> places.kind == Kind.STAGE)
                .sorted(Comparator.comparing(RunPlaces::folder))
                .toList();
    }

    private static Stream<RunPlaces> all(FileSystem files, Path target) throws IOException {
        Path parent = target.getParent();
        if (parent == null) {
            return Stream.empty();
        }
        try {
            String start = ".%s.embark-".formatted(target.getName());
            FileStatus[] found = files.listStatus(parent, path -> path.getName().startsWith(start));
            return Arrays.stream(found)
                    .flatMap(status -> of(target, status.getPath().getName()).stream());
        } catch (FileNotFoundException e) {
            return Stream.empty();
        }
    }

    /** The places that a folder beside an output is named for; empty if it is none of a run. */
    static Optional<RunPlaces> of(Path target, String name) {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> {
                    String start = ".%s.%s".formatted(target.getName(), kind.mark);
                    return name.startsWith(start)
                            ? Owner.ofId(name.substring(start.length()))
                                    .map(owner -> new RunPlaces(kind, target, owner))
                                    .stream()
                            : Optional.<RunPlaces>empty().stream();
                })
                .findFirst();
    }

    /** What holds everything else of a folder, and the sign of life of the run. */
    public Path folder() {
        return new Path(target.getParent(), ".%s.%s%s".formatted(target.getName(), kind.mark, owner.id()));
    }

    /** Where the rows are written. */
    public Path rows() {
        return kind.isInOneFolder() ? new Path(folder(), "new") : sibling("unfinished");
    }

    /** Where the version that was there goes. */
    public Path old() {
        return kind.isInOneFolder() ? new Path(folder(), "old") : sibling("replaced");
    }

    private Path sibling(String state) {
        return new Path(target.getParent(), tableName(target.getName(), state));
    }

    /** The name of the table whose rows are written. */
    public String unfinishedTable(String name) {
        return tableName(name, "unfinished");
    }

    /** The name that the table gets that was there. */
    public String replacedTable(String name) {
        return tableName(name, "replaced");
    }

    private String tableName(String name, String state) {
        return "%s__embark_%s_%s".formatted(name, state, owner.id());
    }

    Path moves() {
        return new Path(folder(), "moves");
    }

    /** What a commit on a store of objects does. */
    Path journal() {
        return new Path(folder(), "journal");
    }

    /** The same, before the names of its files are known. */
    Path prepared() {
        return new Path(folder(), "prepared");
    }

    /** Written again and again while the run lives. */
    Path sign() {
        return new Path(folder(), "alive");
    }

    /** Whether the run may still work. */
    public boolean live(FileSystem files) throws IOException {
        return owner.lives(Instant.ofEpochMilli(lastSign(files)));
    }

    private long lastSign(FileSystem files) throws IOException {
        try {
            return files.getFileStatus(files.exists(sign()) ? sign() : folder()).getModificationTime();
        } catch (FileNotFoundException e) {
            // It ended just now.
            return 0;
        }
    }

    /** The folder as a log may show it. */
    String shown() {
        return Redaction.text(folder().toString());
    }

    /** The run, for people. */
    public String run() {
        return owner.described();
    }
}

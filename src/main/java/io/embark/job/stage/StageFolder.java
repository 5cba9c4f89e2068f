/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.stage;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Redaction;
import io.embark.job.commit.CommitErrors;
import io.embark.job.commit.LifeSign;
import io.embark.job.commit.RunPlaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hidden folder beside an output in which a run keeps its finished rows until they are committed, held by a run of this
 * process; no other run keeps rows for the same output meanwhile. If it ends early, what it keeps stays for the next one.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class StageFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageFolder.class);

    private static final String HANDED_OVER = "handed-over";

    /** Rows are read by whoever runs this, and not by all who may see the output. */
    private static final FsPermission PRIVATE = new FsPermission((short) 0700);

    private final FileSystem files;
    private final RunPlaces places;
    private final LifeSign sign;
    private final AtomicInteger writes = new AtomicInteger();

    private StageFolder(FileSystem files, RunPlaces places) {
        this.files = files;
        this.places = places;
        this.sign = new LifeSign(files, places);
    }

    /**
     * Takes a stage beside an output, or beside a name that stands for it elsewhere.
     *
     * @param target fully qualified; its folder is made if it is missing
     * @param output the output as errors call it
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if another run keeps rows for it
     * @throws IOException if nothing can be written there
     */
    public static StageFolder open(FileSystem files, Path target, String output) throws IOException {
        StageFolder stage = new StageFolder(files, RunPlaces.here(RunPlaces.Kind.STAGE, target));
        try {
            files.mkdirs(stage.places.folder(), PRIVATE);
            stage.sign.begin();
            // Of two runs that begin at the same time, each may have looked before the other came; now one sees both.
            for (RunPlaces other : RunPlaces.stages(files, target)) {
                if (!other.equals(stage.places) && other.live(files)) {
                    throw CommitErrors.isRefreshedByAnother(output, other);
                }
            }
            return stage;
        } catch (IOException | RuntimeException e) {
            stage.discardThis();
            throw e;
        }
    }

    /** Where the files of this run lie. */
    Path rows() {
        return places.rows();
    }

    /** The number of the next write of this run. */
    int nextWrite() {
        return writes.getAndIncrement();
    }

    /** What dead runs left for this output, as far as it can be read. */
    public List<DeadStage> left() throws IOException {
        List<DeadStage> left = new ArrayList<>();
        for (RunPlaces other : dead()) {
            left.addAll(DeadStage.of(files, other.rows()));
        }
        return left;
    }

    /**
     * The rows that dead runs left with exactly these columns and types, one for each of their writes. A row may be in several of
     * them.
     */
    public List<Dataset<Row>> leftovers(SparkSession spark, StructType schema) throws IOException {
        return left().stream()
                .filter(stage -> stage.has(schema))
                .flatMap(stage -> StagedRows.read(spark, stage.files(), schema).stream())
                .toList();
    }

    /** Whether a dead run left anything for this output. */
    public boolean followsAnother() throws IOException {
        return !dead().isEmpty();
    }

    /** Says that the rows of this run are on their way to the output from now on. */
    public void handOver() throws IOException {
        files.create(new Path(places.folder(), HANDED_OVER), true).close();
    }

    /** Takes that back: none of them is there. */
    public void takeBack() throws IOException {
        files.delete(new Path(places.folder(), HANDED_OVER), false);
    }

    /** The mark of a dead run whose rows may be in the output; empty if there is none. */
    public Optional<Path> handedOver() throws IOException {
        for (RunPlaces other : dead()) {
            Path mark = new Path(other.folder(), HANDED_OVER);
            if (files.exists(mark)) {
                return Optional.of(mark);
            }
        }
        return Optional.empty();
    }

    /** The rows that this run has put aside so far, one for each of its writes. */
    public List<Dataset<Row>> kept(SparkSession spark, StructType schema) throws IOException {
        return DeadStage.of(files, places.rows()).stream()
                .flatMap(stage -> StagedRows.read(spark, stage.files(), schema).stream())
                .toList();
    }

    private List<RunPlaces> dead() throws IOException {
        // This one gives signs of life.
        return dead(files, places.target());
    }

    private static List<RunPlaces> dead(FileSystem files, Path target) throws IOException {
        List<RunPlaces> dead = new ArrayList<>();
        for (RunPlaces other : RunPlaces.stages(files, target)) {
            if (!other.live(files)) {
                dead.add(other);
            }
        }
        return dead;
    }

    /** Removes what dead runs keep for an output that has all of it. What cannot be removed is left, and logged. */
    public static void discardLeft(FileSystem files, Path target) {
        try {
            dead(files, target).forEach(stage -> delete(files, stage));
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "Not looked at: stages of {}: {}",
                    Redaction.text(target.toString()),
                    Redaction.text(String.valueOf(e.getMessage())));
        }
    }

    /** Removes what this run keeps for the output: it is committed. What cannot be removed is left, and logged. */
    public void discardThis() {
        // A sign would bring the folder back.
        sign.close();
        delete(files, places);
    }

    private static void delete(FileSystem files, RunPlaces stage) {
        try {
            files.delete(stage.folder(), true);
        } catch (IOException | RuntimeException e) {
            LOG.warn("Left behind: {}: {}", shown(stage), Redaction.text(String.valueOf(e.getMessage())));
        }
    }

    private static String shown(RunPlaces stage) {
        return Redaction.text(stage.folder().toString());
    }

    /** Gives no more signs of life: what is kept is the next run's. A folder in which no write began is removed. */
    @Override
    public void close() {
        if (writes.get() == 0) {
            discardThis();
        } else {
            sign.close();
        }
    }
}

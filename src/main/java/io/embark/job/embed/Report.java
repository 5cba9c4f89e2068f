/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.encode.Count;
import io.embark.job.guard.ReportFolder;
import io.embark.job.sink.Sink;
import io.embark.job.source.Source;
import io.embark.job.table.Failures;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run's report, on any file system of Hadoop.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Report {
    public static final String SUMMARY = "summary.json";
    public static final String FAILED = "failed.json";
    private static final List<String> OF_A_RUN = List.of(SUMMARY, FAILED);

    /** Far more than a report takes. */
    private static final long LEAST_FREE = 1 << 20;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private static final Logger LOG = LoggerFactory.getLogger(Report.class);

    private final String reference;
    private final FileSystem files;
    private final Path folder;
    private final List<String> names;

    private Report(String reference, FileSystem files, Path folder, List<String> names) {
        this.names = List.copyOf(names);
        this.reference = reference;
        this.files = files;
        this.folder = folder;
    }

    /**
     * The report in this folder, which is created when something is written.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if there is a file of this name or above it, or the place
     *     cannot be reached or written to
     */
    public static Report in(SparkSession spark, String reference) {
        return in(spark, reference, OF_A_RUN);
    }

    /** The same with other files than those of a run that embeds. */
    public static Report in(SparkSession spark, String reference, List<String> names) {
        try {
            Path folder = new Path(reference);
            FileSystem files = folder.getFileSystem(spark.sessionState().newHadoopConf());
            Path existing = folder.makeQualified(files.getUri(), files.getWorkingDirectory());
            while (!files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            if (!files.getFileStatus(existing).isDirectory()) {
                throw new IOException("%s is a file".formatted(existing));
            }

            files.access(existing, FsAction.WRITE_EXECUTE);
            long free = files.getStatus(existing).getRemaining();
            if (free < LEAST_FREE) {
                throw RunErrors.reportHasNoRoom(reference, existing, free);
            }
            return new Report(reference, files, folder, names);
        } catch (EmbarkException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw RunErrors.reportCannotBeWritten(reference, e);
        }
    }

    /**
     * Checks the report where nothing is read.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it would replace what is no report
     */
    public void check(SparkSession spark) {
        check(Source.of(spark.emptyDataFrame(), "nothing", Optional.empty(), true), Optional.empty());
    }

    /**
     * Checks the report against what is read and written.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it would get among rows, or replace what is no report
     */
    public void check(Source source, Optional<Sink> sink) {
        try {
            new ReportFolder("report %s".formatted(reference), folder, names)
                    .check(source.rows(), sink.flatMap(Sink::folder).map(Path::new));
        } catch (IOException e) {
            throw RunErrors.reportCannotBeWritten(reference, e);
        }
    }

    /** The report in this folder, if there is one, of which nothing is written. */
    public static Report toRead(SparkSession spark, String reference) {
        try {
            Path folder = new Path(reference);
            return new Report(
                    reference, folder.getFileSystem(spark.sessionState().newHadoopConf()), folder, OF_A_RUN);
        } catch (IOException | RuntimeException e) {
            throw RunErrors.reportCannotBeRead(reference, e);
        }
    }

    /** Tokens in a second of the run that this folder reports; empty if there is none, or it was busy with other things. */
    public OptionalDouble pace() {
        return each(Count.TOKENS.key());
    }

    /** How long that run would take for so many texts; empty in the same cases. */
    public OptionalDouble secondsOf(long texts) {
        OptionalDouble pace = each(Count.TEXTS.key());
        return pace.isPresent() ? OptionalDouble.of(texts / pace.getAsDouble()) : pace;
    }

    /** How many of what it counted came in a second. */
    private OptionalDouble each(String counted) {
        try (Reader reader = new InputStreamReader(files.open(new Path(folder, SUMMARY)), StandardCharsets.UTF_8)) {
            JsonObject summary = GSON.fromJson(reader, JsonObject.class);
            double count = summary.get(counted).getAsDouble();
            JsonObject spent = summary.getAsJsonObject("seconds");
            double seconds = spent.get("total").getAsDouble();
            // The pace of a run that mostly compared says nothing of one that embeds.
            boolean isOfEmbedding = spent.get("forward").getAsDouble() > seconds / 2;
            return count > 0 && isOfEmbedding ? OptionalDouble.of(count / seconds) : OptionalDouble.empty();
        } catch (IOException | RuntimeException e) {
            // Whatever lies there, an estimate is not worth a failure.
            LOG.debug("No earlier run: {}", Failures.rootLine(e));
            return OptionalDouble.empty();
        }
    }

    /** An object as people can read it too: indented, without a line break at the end. */
    public static String json(Map<String, Object> values) {
        return GSON.toJson(values);
    }

    /**
     * Removes the report of an earlier run, so that it is not taken for that of the output that is put in its place now. If it
     * cannot be, the output is worth more: whoever writes the new report says so.
     */
    public void forget() {
        for (String name : names) {
            try {
                files.delete(new Path(folder, name), false);
            } catch (IOException e) {
                LOG.warn("The report of an earlier run is still there: {}", Failures.rootLine(e));
            }
        }
    }

    /** Removes a file of an earlier run's report that this one has not. */
    public void remove(String name) {
        Path file = new Path(folder, name);
        try {
            files.delete(file, false);
        } catch (IOException e) {
            throw RunErrors.reportFailedAfterTheRun(file, free(), e);
        }
    }

    /** Writes a file of the report; one of an earlier run is replaced, once the new one is whole. */
    public void write(String name, String content) {
        Path file = new Path(folder, name);
        Path unfinished = new Path(folder, "." + name + ".unfinished");
        try {
            try (OutputStream stream = files.create(unfinished, true)) {
                stream.write(content.getBytes(StandardCharsets.UTF_8));
            }
            files.delete(file, false);
            if (!files.rename(unfinished, file)) {
                throw new IOException("%s cannot be renamed".formatted(unfinished));
            }
        } catch (IOException | FSError e) {
            // A full local disk is an error of Hadoop, and no exception.
            throw RunErrors.reportFailedAfterTheRun(file, cleared(unfinished), e);
        }
    }

    /** What is free on the report's disk, in bytes, once what could not be finished is gone. */
    private long cleared(Path unfinished) {
        try {
            files.delete(unfinished, false);
            return free();
        } catch (IOException e) {
            return 0;
        }
    }

    private long free() {
        try {
            return files.getStatus(folder).getRemaining();
        } catch (IOException e) {
            return 0;
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.NewColumns;
import io.embark.job.settings.SettingErrors;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.VectorType;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.table.Recovery;
import io.embark.job.source.Source;
import io.embark.job.source.SourceFormat;
import io.embark.job.source.SourceRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Opens the tables that the settings name.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class RequestedTables {
    private RequestedTables() {}

    /**
     * What is read to be embedded.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the settings name none, or the condition or query cannot be
     *     read; {@link ErrorCode#INPUT_NOT_FOUND} if it does not exist or cannot be read
     */
    public static Source source(SparkSession spark, Settings settings) {
        SourceRequest request = sourceRequest(settings);
        if (settings.isChosen(JobSettings.INPUT)) {
            return Source.files(spark, settings.require(JobSettings.INPUT), request);
        }
        if (settings.isChosen(JobSettings.TABLE)) {
            return Source.table(spark, settings.require(JobSettings.TABLE), request);
        }
        if (settings.isChosen(JobSettings.SQL)) {
            if (request.format().isPresent() || !request.options().isEmpty()) {
                throw SettingErrors.isNotHeededWithAQuery(
                        request.format().isPresent() ? JobSettings.FORMAT : JobSettings.SOURCE_OPTION);
            }
            return Source.query(spark, settings.require(JobSettings.SQL), request);
        }
        if (SourceFormat.isOther(request.format())) {
            return Source.format(spark, request);
        }

        throw SettingErrors.noInput();
    }

    /** Whether the settings name what {@link #source} reads. */
    public static boolean namesSource(Settings settings) {
        return settings.isChosen(JobSettings.INPUT)
                || settings.isChosen(JobSettings.TABLE)
                || settings.isChosen(JobSettings.SQL)
                || SourceFormat.isOther(settings.find(JobSettings.FORMAT));
    }

    /**
     * Rows that a program has, as far as the settings want them.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the condition cannot be read
     */
    public static Source source(Dataset<Row> rows, Settings settings) {
        return Source.rows(rows, sourceRequest(settings));
    }

    /** What is searched. */
    public static Source searched(SparkSession spark, Settings settings) {
        return searched(spark, settings, sourceRequest(settings));
    }

    /** The same of what is counted: which rows of its source a run takes says nothing of it. */
    public static Source counted(SparkSession spark, Settings settings) {
        return searched(
                spark,
                settings,
                new SourceRequest(
                        settings.find(JobSettings.FORMAT),
                        settings.entries(JobSettings.SOURCE_OPTION),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty()));
    }

    private static Source searched(SparkSession spark, Settings settings, SourceRequest request) {
        return !settings.isChosen(JobSettings.SEARCH_TABLE) && SourceFormat.isOther(request.format())
                ? Source.format(spark, request)
                : Source.pathOrTable(spark, settings.require(JobSettings.SEARCH_TABLE), request);
    }

    /**
     * Settles what killed runs left of the tables that are named, and says what was found and done.
     *
     * @param mayWrite whether to do it, rather than to say what would be done
     */
    public static List<String> recover(SparkSession spark, Settings settings, boolean mayWrite) {
        Recovery recovery = new Recovery(spark, mayWrite);
        Set<String> lines = new LinkedHashSet<>();
        Stream.of(JobSettings.INPUT, JobSettings.OUTPUT)
                .flatMap(setting -> settings.find(setting).stream())
                .forEach(path -> lines.addAll(recovery.ofFolder(path)));
        Stream.of(JobSettings.TABLE, JobSettings.OUTPUT_TABLE)
                .flatMap(setting -> settings.find(setting).stream())
                .forEach(name -> lines.addAll(recovery.ofTable(name)));
        settings.find(JobSettings.STATE)
                .ifPresent(name -> lines.addAll(isFolder(name) ? recovery.ofFolder(name) : recovery.ofTable(name)));
        return List.copyOf(lines);
    }

    /** The same for what is searched. */
    public static List<String> recoverSearched(SparkSession spark, Settings settings) {
        if (!settings.isChosen(JobSettings.SEARCH_TABLE)) {
            return List.of();
        }
        String reference = settings.require(JobSettings.SEARCH_TABLE);
        Recovery recovery = new Recovery(spark, true);
        List<String> lines = new ArrayList<>(recovery.ofFolder(reference));
        if (!reference.contains("/")) {
            lines.addAll(recovery.ofTable(reference));
        }
        return lines;
    }

    private static SourceRequest sourceRequest(Settings settings) {
        return new SourceRequest(
                settings.find(JobSettings.FORMAT),
                settings.entries(JobSettings.SOURCE_OPTION),
                settings.find(JobSettings.WHERE),
                settings.find(JobSettings.LIMIT).map(OptionalInt::of).orElse(OptionalInt.empty()),
                IdColumns.names(settings).stream().findFirst());
    }

    /**
     * What the vectors are written to.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the settings name none
     */
    public static Sink sink(SparkSession spark, Settings settings) {
        return sink(spark, settings, settings.get(JobSettings.MODE).write());
    }

    /** The same in another mode than that of the settings. */
    public static Sink sink(SparkSession spark, Settings settings, WriteMode mode) {
        if (!namesSink(spark, settings)) {
            throw SettingErrors.noOutput();
        }
        return SinkKinds.open(spark, sinkRequest(settings, mode));
    }

    /** What keeps the state of an output that cannot be read back: a folder if its name has a slash, else a table. */
    public static Sink state(SparkSession spark, Settings settings) {
        String name = settings.require(JobSettings.STATE);
        return SinkKinds.open(
                spark,
                isFolder(name)
                        ? SinkRequest.folder(name, WriteMode.OVERWRITE)
                        : SinkRequest.table(name, WriteMode.OVERWRITE));
    }

    private static boolean isFolder(String state) {
        return state.contains("/");
    }

    /** Whether the settings name an output: a place of Spark, or a format whose options say where. */
    public static boolean namesSink(SparkSession spark, Settings settings) {
        return settings.isChosen(JobSettings.OUTPUT)
                || settings.isChosen(JobSettings.OUTPUT_TABLE)
                || SinkKinds.opens(spark, sinkRequest(settings, WriteMode.ERROR));
    }

    private static SinkRequest sinkRequest(Settings settings, WriteMode mode) {
        return new SinkRequest(
                settings.find(JobSettings.OUTPUT),
                settings.find(JobSettings.OUTPUT_TABLE),
                settings.find(JobSettings.OUTPUT_FORMAT),
                mode,
                settings.entries(JobSettings.SINK_OPTION),
                settings.names(JobSettings.PARTITION_BY),
                keys(settings),
                settings.find(JobSettings.VECTOR_TYPE).map(RequestedTables::vectorType),
                settings.isOn(JobSettings.ADOPT) || settings.get(JobSettings.NEW_COLUMNS) == NewColumns.ADD);
    }

    private static List<String> keys(Settings settings) {
        List<String> names = IdColumns.names(settings);
        boolean chunked = !names.isEmpty() && settings.embedOptions().get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS;
        return chunked
                ? Stream.concat(names.stream(), Stream.of(VectorColumns.CHUNK)).toList()
                : names;
    }

    private static String vectorType(String name) {
        return VectorType.named(name)
                .map(VectorType::label)
                .orElseThrow(() -> SettingErrors.noSuchVectorType(name, VectorType.names()));
    }
}

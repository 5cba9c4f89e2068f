/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.job.print.Console;
import io.embark.job.print.CopyLine;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Sink;
import io.embark.job.source.Source;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.spark.RangesFile;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.models.DriverModels;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What a run works with once its settings are looked up: what is read, which columns are made with which model, and where they
 * go. Nothing is computed or written yet.
 *
 * @param spark the session
 * @param source what is read
 * @param ids the columns that name a row, as the source has them
 * @param columns what is added
 * @param options how texts are embedded; ranges that they need may not be known yet
 * @param model the model, its weights looked at
 * @param sink the place; empty where only something is shown and no place is named
 * @hidden Public for Embark's other rooms only.
 */
public record EmbedCall(
        SparkSession spark,
        Source source,
        List<String> ids,
        VectorColumns columns,
        EmbedOptions options,
        ModelFolder model,
        Optional<Sink> sink) {
    /**
     * Opens what the settings name.
     *
     * @param opened what is read
     * @param sink opens the place, once what is read is known to be there
     */
    public static EmbedCall open(
            SparkSession spark, Settings settings, Console console, Source opened, Supplier<Optional<Sink>> sink) {
        EmbedOptions asked = RangesFile.inlined(withAbsoluteModel(settings.embedOptions()));
        StructType schema = opened.rows().schema();
        List<String> ids = IdColumns.of(schema, settings);
        VectorColumns plain = VectorColumns.of(schema, settings);
        Source source = opened.noting(
                Stream.concat(plain.byText().keySet().stream(), ids.stream()).toList());
        Optional<Sink> place = sink.get();
        VectorColumns columns = place.map(there -> plain.as(WrittenVectors.into(there, settings)))
                .orElse(plain);
        EmbedOptions named = withRecordedRanges(asked, place);
        boolean quiet = settings.isOn(JobSettings.QUIET);
        ModelFolder model = open(named, console, quiet);
        EmbedOptions options = withCommit(named, model, console, quiet);
        return new EmbedCall(spark, source, ids, columns, options, model, place);
    }

    /** The columns that are read. */
    public StructType schema() {
        return source.rows().schema();
    }

    /** What the columns of vectors say. */
    public EmbeddingMetadata metadata() {
        return metadata(options);
    }

    /** The same with options whose ranges are known by now. */
    public EmbeddingMetadata metadata(EmbedOptions chosen) {
        return EmbeddingMetadata.of(
                model.name(), model.fingerprint(), model.specification().dimension(chosen), chosen);
    }

    /** The same with other options. */
    public EmbedCall with(EmbedOptions others) {
        return new EmbedCall(spark, source, ids, columns, others, model, sink);
    }

    /** The options with the ranges of the codes that are added to, if they are needed and none were chosen. */
    private static EmbedOptions withRecordedRanges(EmbedOptions options, Optional<Sink> sink) {
        return Calibration.isNeeded(options)
                ? sink.flatMap(Sink::recordedRanges)
                        .map(ranges -> options.with(EmbedOptions.ENCODING_RANGES, EncodingRanges.ofJson(ranges)))
                        .orElse(options)
                : options;
    }

    /** Opens the model and looks at its weights, so that a damaged one is refused here and not by a task. */
    private static ModelFolder open(EmbedOptions options, Console console, boolean quiet) {
        ModelFolder model = DriverModels.open(Calibration.computable(options), CopyLine.on(console, quiet));
        model.openWeights().close();
        return model;
    }

    /** A branch or tag may be another commit tomorrow. */
    private static EmbedOptions withCommit(EmbedOptions options, ModelFolder model, Console console, boolean quiet) {
        if (model.revision().isEmpty() || options.get(EmbedOptions.MODEL).equals(model.reference())) {
            return options;
        }
        if (!quiet) {
            console.note("model %s is at commit %s; --model %s is this one for ever"
                    .formatted(options.get(EmbedOptions.MODEL), model.revision().get(), model.reference()));
        }
        return options.with(EmbedOptions.MODEL, model.reference());
    }

    /** A folder named from here is found from elsewhere too: by executors, and by a search next week. */
    public static EmbedOptions withAbsoluteModel(EmbedOptions options) {
        String reference = options.get(EmbedOptions.MODEL);
        String absolute = ModelReference.absolute(reference);
        return absolute.equals(reference) ? options : options.with(EmbedOptions.MODEL, absolute);
    }
}

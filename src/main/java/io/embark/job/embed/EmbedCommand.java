/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.print.Console;
import io.embark.job.print.CopyLine;
import io.embark.job.print.Figures;
import io.embark.job.print.ProgressLine;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Sink;
import io.embark.job.source.Repartitioning;
import io.embark.job.source.Source;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.spark.RangesFile;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.exec.EmbedProgress;
import io.embark.spark.models.DriverModels;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code embark embed}: a table in, the same table with vectors out. All checks come before the first row.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedCommand {
    private static final Logger LOG = LoggerFactory.getLogger(EmbedCommand.class);

    private final Settings settings;
    private final Console console;

    /** Whether the output is in its place. */
    private boolean written;

    /** Whether vectors that were written were compared. */
    private boolean compared;

    public EmbedCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    public void run() {
        boolean preview = settings.isOn(JobSettings.EXPLAIN) || settings.isOn(JobSettings.DRY_RUN);
        try (JobSession session = JobSession.open(settings.session())) {
            List<String> settled = RequestedTables.recover(session.spark(), settings, !preview);
            if (!settings.isOn(JobSettings.QUIET)) {
                settled.forEach(console::note);
            }
            EmbedOptions asked = RangesFile.inlined(withAbsoluteModel(settings.embedOptions()));
            Source opened = RequestedTables.source(session.spark(), settings);
            StructType schema = opened.rows().schema();
            List<String> ids = IdColumns.of(schema, settings);
            VectorColumns plain = VectorColumns.of(schema, settings);
            Source source = opened.noting(Stream.concat(plain.byText().keySet().stream(), ids.stream())
                    .toList());
            Optional<Sink> sink = preview && !RequestedTables.namesSink(session.spark(), settings)
                    ? Optional.empty()
                    : Optional.of(RequestedTables.sink(session.spark(), settings));
            VectorColumns columns = sink.map(place -> plain.as(WrittenVectors.into(place, settings)))
                    .orElse(plain);
            Optional<Report> report =
                    settings.find(JobSettings.REPORT).map(folder -> Report.in(session.spark(), folder));
            EmbedOptions named = withRecordedRanges(asked, sink);
            ModelFolder model = open(named);
            EmbedOptions options = withCommit(named, model);
            EmbeddingMetadata metadata = metadata(model, options);
            Dataset<Row> embedded = columns.embed(source.rows(), options, metadata.toMetadata());
            sink.ifPresent(place -> place.check(columns.addedTo(schema, metadata), source));
            report.ifPresent(folder -> folder.check(source, sink));

            if (settings.isOn(JobSettings.EXPLAIN)) {
                new Explanation(settings, console).print(source.rows(), embedded);
            } else if (settings.isOn(JobSettings.DRY_RUN)) {
                new DryRun(settings, console).run(source, columns.byText(), model, options, sink);
            } else {
                Run run = new Run(session.spark(), source, columns, options, model, sink.orElseThrow());
                boolean isWhole = run.sink().can(Capability.ALL_OR_NOTHING);
                try {
                    embed(run, report);
                } catch (Throwable e) {
                    // Spark throws checked exceptions without declaring them.
                    told(e, isWhole).ifPresent(ours -> {
                        throw ours;
                    });
                    throw e;
                }
            }
        }
    }

    /**
     * What a failure means for whoever would run it again, which depends on what became of the rows; empty if it says so itself.
     *
     * @param isWhole whether nobody sees a part of the rows
     */
    private Optional<EmbarkException> told(Throwable thrown, boolean isWhole) {
        if (Stop.isTold()) {
            return written
                    ? Optional.of(RunErrors.stoppedWithOutput(thrown))
                    : Optional.of(thrown).filter(any -> !isWhole).map(RunErrors::stoppedHalfWay);
        }
        ErrorReport report = ErrorReport.of(thrown);
        return written && report.exitCode() == ErrorReport.REQUEST_WRONG
                ? Optional.of(RunErrors.failedWithOutput(report.problem(), report.reason(), thrown))
                : Optional.empty();
    }

    /** What a run works with once all of it was checked. */
    private record Run(
            SparkSession spark,
            Source source,
            VectorColumns columns,
            EmbedOptions options,
            ModelFolder model,
            Sink sink) {}

    private void embed(Run run, Optional<Report> report) {
        long started = System.nanoTime();
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.note("reading %s".formatted(run.source().name()));
            run.source().notes().forEach(console::note);
            run.sink().note().ifPresent(console::note);
        }
        boolean limited = settings.isChosen(JobSettings.LIMIT);
        Repartitioning repartitioning =
                Repartitioning.of(run.source(), run.columns().byText().keySet(), limited);
        if (limited) {
            run.sink().chosen(repartitioning.rows());
        }
        EmbedOptions options = withRanges(run, repartitioning.rows());
        EmbeddingMetadata metadata = metadata(run.model(), options);
        Dataset<Row> embedded = run.columns().embed(counted(repartitioning.rows()), options, metadata.toMetadata());

        ReadBack readBack = new ReadBack(
                run.columns(), IdColumns.of(run.source().rows().schema(), settings), options, metadata.toMetadata());
        EmbedProgress progress = new EmbedProgress();
        run.spark().sparkContext().addSparkListener(progress);
        try {
            try (ProgressLine line = new ProgressLine(console.err(), progress, repartitioning.total())) {
                if (!quiet) {
                    line.start();
                }
                write(run, embedded, () -> {
                    run.sink().unseen(embedded.schema()).ifPresent(rows -> {
                        stopCounting(run, progress);
                        readBack.require(run.sink().description(), rows);
                        compared = true;
                    });
                    report.ifPresent(Report::forget);
                });
                written = true;
            }
        } finally {
            stopCounting(run, progress);
        }
        if (!compared && ReadBack.canTellRowsOf(run.sink())) {
            readBack.require(run.sink().description(), run.sink().read(embedded.schema()));
        }

        EmbedCounts counts = progress.counts();
        double seconds = Figures.seconds(System.nanoTime() - started);
        RunSummary summary = new RunSummary(rows(progress, run.columns()), counts, seconds, run.model(), metadata);
        FailedRows failed = FailedRows.find(
                settings, run.sink(), embedded.schema(), run.columns().byText(), counts);
        if (!quiet) {
            summary.print(
                    console,
                    run.sink(),
                    embedded.schema(),
                    List.copyOf(run.columns().byText().values()),
                    settings);
            failed.print(console.out());
        }
        // Last, so that what it would say is told if it cannot be written.
        report.ifPresent(folder -> {
            folder.write(Report.SUMMARY, summary.toJson(settings.effective()));
            failed.toJson()
                    .ifPresentOrElse(json -> folder.write(Report.FAILED, json), () -> folder.remove(Report.FAILED));
        });
    }

    /** What a sample takes that is embedded once more is not to be counted among what the run took. */
    private static void stopCounting(Run run, EmbedProgress progress) {
        awaitListeners(run.spark());
        run.spark().sparkContext().removeSparkListener(progress);
    }

    /** The rows that were written; where the place does not count them, those that it was given. */
    private static long rows(EmbedProgress progress, VectorColumns columns) {
        EmbedCounts counts = progress.counts();
        long given = columns.chunked()
                ? counts.get(Count.CHUNKS) + counts.get(Count.NULLS) + counts.get(Count.FAILED)
                : counts.get(Count.TEXTS) / columns.byText().size();
        return progress.rowsWritten() > 0 ? progress.rowsWritten() : given;
    }

    private static void write(Run run, Dataset<Row> embedded, Runnable beforeIt) {
        try {
            run.sink().write(embedded, beforeIt);
        } catch (Throwable e) {
            // Spark throws checked exceptions without declaring them.
            if (!FullDisk.isToldBy(e)) {
                throw e;
            }
            throw RunErrors.diskIsFull(
                    FullDisk.disks(run.spark(), run.sink().folder().map(Path::new), e), e);
        }
    }

    /**
     * Rows that Spark counts and behind which its optimiser does not look. Else it computes constant texts apart from the rows
     * that ask for them, and nobody knows how many do.
     */
    private static Dataset<Row> counted(Dataset<Row> rows) {
        return rows.observe("embark", functions.count(functions.lit(1)).as("rows"));
    }

    /** The options with ranges from a sample, if they are needed and none are known. */
    private EmbedOptions withRanges(Run run, Dataset<Row> rows) {
        if (!Calibration.isNeeded(run.options())) {
            return run.options();
        }
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.note("embedding up to %s texts, to learn the ranges of their components"
                    .formatted(Figures.count(Calibration.TEXTS)));
        }
        Calibration calibration = Calibration.of(rows, run.columns().byText().keySet(), run.options());
        if (!quiet) {
            console.note(calibration.note());
        }
        // What the sample took is not to be counted among what the run takes.
        awaitListeners(run.spark());
        return calibration.in(run.options());
    }

    /** The options with the ranges of the codes that are appended to, if they are needed and none were chosen. */
    private static EmbedOptions withRecordedRanges(EmbedOptions options, Optional<Sink> sink) {
        return Calibration.isNeeded(options)
                ? sink.flatMap(Sink::recordedRanges)
                        .map(ranges -> options.with(EmbedOptions.ENCODING_RANGES, EncodingRanges.ofJson(ranges)))
                        .orElse(options)
                : options;
    }

    /** The last tasks' figures are on their way when the job ends; Spark delivers events on a thread of its own. */
    private static void awaitListeners(SparkSession spark) {
        try {
            spark.sparkContext().listenerBus().waitUntilEmpty(10_000);
        } catch (TimeoutException e) {
            LOG.warn("The figures of the last tasks may be missing: {}", e.toString());
        }
    }

    private static EmbeddingMetadata metadata(ModelFolder model, EmbedOptions options) {
        return EmbeddingMetadata.of(
                model.name(), model.fingerprint(), model.specification().dimension(options), options);
    }

    /** Opens the model and looks at its weights, so that a damaged one is refused here and not by a task. */
    private ModelFolder open(EmbedOptions options) {
        boolean quiet = settings.isOn(JobSettings.QUIET);
        ModelFolder model = DriverModels.open(Calibration.computable(options), CopyLine.on(console, quiet));
        model.openWeights().close();
        return model;
    }

    /** A branch or tag may be another commit tomorrow. */
    private EmbedOptions withCommit(EmbedOptions options, ModelFolder model) {
        if (model.revision().isEmpty() || options.get(EmbedOptions.MODEL).equals(model.reference())) {
            return options;
        }
        if (!settings.isOn(JobSettings.QUIET)) {
            console.note("model %s is at commit %s; --model %s is this one for ever"
                    .formatted(options.get(EmbedOptions.MODEL), model.revision().get(), model.reference()));
        }
        return options.with(EmbedOptions.MODEL, model.reference());
    }

    /** A folder named from here is found from elsewhere too: by executors, and by a search next week. */
    private static EmbedOptions withAbsoluteModel(EmbedOptions options) {
        String reference = options.get(EmbedOptions.MODEL);
        String absolute = ModelReference.absolute(reference);
        return absolute.equals(reference) ? options : options.with(EmbedOptions.MODEL, absolute);
    }
}

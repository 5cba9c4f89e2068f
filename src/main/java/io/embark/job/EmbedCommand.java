package io.embark.job;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.EncodingRanges;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.encode.Count;
import io.embark.encode.EmbedCounts;
import io.embark.job.table.Columns;
import io.embark.job.table.EmbeddingMetadata;
import io.embark.job.table.Repartitioning;
import io.embark.job.table.Sink;
import io.embark.job.table.Source;
import io.embark.model.ModelFolder;
import io.embark.model.ModelReference;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.RangesFile;
import io.embark.spark.call.EncodedVector;
import io.embark.spark.exec.EmbedProgress;
import io.embark.spark.models.DriverModels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code embark embed}: a table in, the same table with vectors out. All checks come before the first row. */
final class EmbedCommand {
    private static final Logger LOG = LoggerFactory.getLogger(EmbedCommand.class);

    /** What names a chunk beside the vector, where each has a row of its own. */
    private static final List<String> CHUNK_COLUMNS = List.of("chunk", "chunk_start", "chunk_end");

    private final Settings settings;
    private final Console console;

    EmbedCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    void run() {
        boolean preview = settings.isOn(JobSettings.EXPLAIN) || settings.isOn(JobSettings.DRY_RUN);
        boolean hasOutput = settings.isChosen(JobSettings.OUTPUT) || settings.isChosen(JobSettings.OUTPUT_TABLE);
        try (JobSession session = JobSession.open(settings, "embark embed")) {
            EmbedOptions asked = RangesFile.inlined(withAbsoluteModel(settings.embedOptions()));
            Source source = RequestedTables.source(session.spark(), settings);
            StructType schema = source.rows().schema();
            Map<String, String> columns = columns(schema);
            Optional<Sink> sink = preview && !hasOutput
                    ? Optional.empty()
                    : Optional.of(RequestedTables.sink(session.spark(), settings));
            Optional<Report> report =
                    settings.find(JobSettings.REPORT).map(folder -> Report.in(session.spark(), folder));
            EmbedOptions named = withRecordedRanges(asked, sink);
            ModelFolder model = open(Calibration.computable(named));
            EmbedOptions options = withCommit(named, model);
            EmbeddingMetadata metadata = metadata(model, options);
            Dataset<Row> embedded =
                    embed(source.rows(), columns, Calibration.computable(options), metadata.toMetadata());
            sink.ifPresent(place -> place.check(written(schema, columns, metadata), source));

            if (settings.isOn(JobSettings.EXPLAIN)) {
                new Explanation(settings, console).print(embedded);
            } else if (settings.isOn(JobSettings.DRY_RUN)) {
                new DryRun(settings, console).run(source, columns, model, options, sink);
            } else {
                Run run = new Run(session.spark(), source, columns, options, model, sink.orElseThrow());
                embed(run, report);
            }
        }
    }

    /** What a run works with once all of it was checked. */
    private record Run(
            SparkSession spark,
            Source source,
            Map<String, String> columns,
            EmbedOptions options,
            ModelFolder model,
            Sink sink) {}

    private void embed(Run run, Optional<Report> report) {
        long started = System.nanoTime();
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.err().println("embark: reading %s".formatted(run.source().name()));
            run.source().note().ifPresent(note -> console.err().println("embark: " + note));
            run.sink().note().ifPresent(note -> console.err().println("embark: " + note));
        }
        Repartitioning repartitioning =
                Repartitioning.of(run.source(), run.columns().keySet(), settings.isChosen(JobSettings.LIMIT));
        EmbedOptions options = withRanges(run, repartitioning.rows());
        EmbeddingMetadata metadata = metadata(run.model(), options);
        Dataset<Row> embedded = embed(repartitioning.rows(), run.columns(), options, metadata.toMetadata());

        EmbedProgress progress = new EmbedProgress();
        run.spark().sparkContext().addSparkListener(progress);
        EmbedCounts counts;
        try {
            try (ProgressLine line = new ProgressLine(console.err(), progress, repartitioning.total())) {
                if (!quiet) {
                    line.start();
                }
                run.sink().write(embedded);
            }
            awaitListeners(run.spark());
            counts = progress.counts();
        } finally {
            run.spark().sparkContext().removeSparkListener(progress);
        }

        long rows = isChunked(options)
                ? counts.get(Count.CHUNKS) + counts.get(Count.NULLS) + counts.get(Count.FAILED)
                : repartitioning.total().orElse(progress.rows());
        RunSummary summary =
                new RunSummary(rows, counts, Figures.seconds(System.nanoTime() - started), run.model(), metadata);
        FailedRows failed = FailedRows.find(settings, run.sink(), embedded.schema(), run.columns(), counts);
        report.ifPresent(folder -> {
            folder.write("summary.json", summary.toJson(settings.effective()));
            failed.toJson().ifPresent(json -> folder.write("failed.json", json));
        });
        if (!quiet) {
            summary.print(
                    console.out(),
                    run.sink(),
                    embedded.schema(),
                    List.copyOf(run.columns().values()));
            failed.print(console.out());
        }
    }

    /** The options with ranges from a sample, if they are needed and none are known. */
    private EmbedOptions withRanges(Run run, Dataset<Row> rows) {
        if (!Calibration.isNeeded(run.options())) {
            return run.options();
        }
        boolean quiet = settings.isOn(JobSettings.QUIET);
        if (!quiet) {
            console.err()
                    .println("embark: embedding up to %s texts, to learn the ranges of their components"
                            .formatted(Figures.count(Calibration.TEXTS)));
        }
        Calibration calibration = Calibration.of(rows, run.columns().keySet(), run.options());
        if (!quiet) {
            console.err().println("embark: " + calibration.note());
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
            LOG.warn("The figures of the last tasks may be missing", e);
        }
    }

    /** The columns to embed, each with the name of the column that gets its vectors. */
    private Map<String, String> columns(StructType schema) {
        settings.find(JobSettings.ID_COLUMN).ifPresent(name -> Columns.find(schema, name, JobSettings.ID_COLUMN.key()));
        List<String> texts = Columns.text(schema, settings.find(JobSettings.TEXT_COLUMN));
        boolean chunked = isChunked(settings.embedOptions());
        if (chunked && texts.size() > 1) {
            throw new EmbarkException(
                    ErrorCode.OPTION_INVALID,
                    "option long-text: chunks is for one text column, not %d".formatted(texts.size()),
                    "Each chunk is a row, and the chunks of one column are none of another's.",
                    "Name one column with --text-column, or set long-text to truncate, fail or mean.");
        }
        String name = settings.find(JobSettings.EMBEDDING_COLUMN).orElse(Columns.EMBEDDING);
        if (chunked) {
            // Named by a person, so it is as good as a column of the input.
            StructType taken = settings.isChosen(JobSettings.EMBEDDING_COLUMN) ? schema.add(name, "binary") : schema;
            CHUNK_COLUMNS.forEach(column -> requireNew(
                    taken,
                    column,
                    "The number or the place of the chunk would get the same name.",
                    "Rename it with --sql, or the vectors with --embedding-column."));
        }
        Map<String, String> columns = new LinkedHashMap<>();
        for (String text : texts) {
            String output = texts.size() == 1 ? name : name + "_" + text;
            requireNew(
                    schema,
                    output,
                    "The vectors would get the same name.",
                    "Name the column of the vectors with --embedding-column.");
            columns.put(text, output);
        }
        return columns;
    }

    private static void requireNew(StructType schema, String output, String cause, String remedy) {
        for (String existing : schema.fieldNames()) {
            if (existing.equalsIgnoreCase(output)) {
                throw new EmbarkException(
                        ErrorCode.COLUMN_INVALID,
                        "column '%s': the input has one of this name".formatted(existing),
                        cause,
                        remedy);
            }
        }
    }

    private static Dataset<Row> embed(
            Dataset<Row> rows, Map<String, String> columns, EmbedOptions options, Metadata metadata) {
        if (isChunked(options)) {
            Map.Entry<String, String> column = columns.entrySet().iterator().next();
            return chunks(rows, column.getKey(), column.getValue(), options, metadata);
        }
        List<Column> selected = new ArrayList<>(List.of(functions.col("*")));
        columns.forEach((text, output) ->
                selected.add(EmbarkFunctions.embed(Columns.named(text), options).as(output, metadata)));
        return rows.select(selected.toArray(new Column[0]));
    }

    /** One row for each chunk; for a text without a vector one in which its chunk is null. */
    private static Dataset<Row> chunks(
            Dataset<Row> rows, String text, String output, EmbedOptions options, Metadata metadata) {
        List<String> names = new ArrayList<>(CHUNK_COLUMNS);
        names.add(output);
        Dataset<Row> chunks = rows.select(
                functions.col("*"),
                functions
                        .inline_outer(EmbarkFunctions.embedChunks(Columns.named(text), options))
                        .as(names.toArray(new String[0])));
        return chunks.withMetadata(output, metadata);
    }

    private static boolean isChunked(EmbedOptions options) {
        return options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS;
    }

    private static EmbeddingMetadata metadata(ModelFolder model, EmbedOptions options) {
        return EmbeddingMetadata.of(
                model.name(), model.fingerprint(), model.specification().dimension(options), options);
    }

    /** The columns of the output, before it is known by which ranges its codes are made. */
    private StructType written(StructType schema, Map<String, String> columns, EmbeddingMetadata metadata) {
        StructType written = schema;
        if (isChunked(settings.embedOptions())) {
            for (String column : CHUNK_COLUMNS) {
                written = written.add(column, DataTypes.IntegerType, true);
            }
        }
        for (String output : columns.values()) {
            written = written.add(output, EncodedVector.type(metadata.encoding()), true, metadata.toMetadata());
        }
        return written;
    }

    /** Opens the model and looks at its weights, so that a damaged one is refused here and not by a task. */
    private ModelFolder open(EmbedOptions options) {
        boolean quiet = settings.isOn(JobSettings.QUIET);
        ModelFolder model = DriverModels.open(options, CopyLine.on(console, quiet));
        model.openWeights().close();
        return model;
    }

    /** A branch or tag may be another commit tomorrow. */
    private EmbedOptions withCommit(EmbedOptions options, ModelFolder model) {
        if (model.revision().isEmpty() || options.get(EmbedOptions.MODEL).equals(model.reference())) {
            return options;
        }
        if (!settings.isOn(JobSettings.QUIET)) {
            console.err()
                    .println("embark: model %s is at commit %s; --model %s is this one for ever"
                            .formatted(
                                    options.get(EmbedOptions.MODEL),
                                    model.revision().get(),
                                    model.reference()));
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

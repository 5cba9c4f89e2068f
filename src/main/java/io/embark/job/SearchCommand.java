/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.LongText;
import io.embark.Option;
import io.embark.Precision;
import io.embark.encode.Embedder;
import io.embark.job.embed.DriverDevice;
import io.embark.job.embed.IdColumns;
import io.embark.job.embed.RequestedTables;
import io.embark.job.embed.RunErrors;
import io.embark.job.embed.WrittenVectors;
import io.embark.job.print.Console;
import io.embark.job.print.CopyLine;
import io.embark.job.print.Figures;
import io.embark.job.print.Terminal;
import io.embark.job.print.TextTable;
import io.embark.job.session.JobSession;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.source.RowFingerprints;
import io.embark.job.source.Source;
import io.embark.job.source.VectorLabels;
import io.embark.job.source.VectorText;
import io.embark.job.table.Columns;
import io.embark.job.table.TableLabels;
import io.embark.model.ModelFolder;
import io.embark.spark.RangesFile;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.models.DriverModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** {@code embark search}: the rows of an embedded table whose vectors are nearest to that of a query. */
final class SearchCommand {
    private static final String SCORE = "score";

    /** Among those whose rows are left out. */
    private static final int MODELS_NAMED = 5;

    /** The task of a query, as models call it. */
    private static final String QUERY = "query";

    private final Settings settings;
    private final Console console;

    SearchCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    void run() {
        String query = settings.require(JobSettings.QUERY);
        int top = settings.get(JobSettings.TOP);
        if (!settings.isChosen(JobSettings.FORMAT)) {
            settings.require(JobSettings.SEARCH_TABLE);
        }
        try (JobSession session = JobSession.open(settings.session())) {
            RequestedTables.recoverSearched(session.spark(), settings).forEach(console::note);
            Source source = RequestedTables.searched(session.spark(), settings);
            source.notes().forEach(console::note);
            Dataset<Row> rows = VectorText.parsed(
                    source.rows(), settings.find(JobSettings.SEARCH_COLUMN).orElse(Columns.EMBEDDING));
            search(query, source.name(), rows, top);
        }
    }

    private void search(String query, String reference, Dataset<Row> stored, int top) {
        StructType schema = stored.schema();
        StructField column = vectors(schema, reference);
        Dataset<Row> rows = WrittenVectors.read(stored, column);
        Optional<RowFingerprints> ofRows = RowFingerprints.beside(column.name(), schema);
        Optional<EmbeddingMetadata> metadata = label(rows, column, reference, ofRows.isPresent());
        List<String> shown = shown(schema, column);
        EmbedOptions options = DriverDevice.of(options(metadata), rows.sparkSession());
        requireEncoding(column, options);
        QueryVector vector = embed(query, reference, ofRows.isPresent() ? Optional.empty() : metadata, options);
        if (ofRows.isPresent()) {
            Column isOfTheModel = ofRows.get()
                    .isOf(
                            vector.fingerprint(),
                            metadata.isEmpty() || metadata.get().fingerprint().equals(vector.fingerprint()));
            tellOthers(rows.where(Columns.named(column.name()).isNotNull()), reference, ofRows.get(), isOfTheModel);
            print(best(rows.where(isOfTheModel), column, vector, shown, top), shown);
        } else {
            metadata.ifPresentOrElse(
                    known -> requireDimension(reference, known.dimension(), vector.dimension()),
                    () -> requireDimension(reference, firstLength(rows, column), vector.length()));
            print(best(rows, column, vector, shown, top), shown);
        }
    }

    /** What the table says of the column; of several tables that say different things only rows can tell. */
    private Optional<EmbeddingMetadata> label(
            Dataset<Row> rows, StructField column, String reference, boolean rowsTell) {
        List<EmbeddingMetadata> labels = VectorLabels.of(rows, column);
        if (labels.size() > 1 && !rowsTell) {
            throw RunErrors.severalModels(reference, column, labels);
        }
        Optional<String> models = rowsTell ? Optional.empty() : TableLabels.unsettled(column);
        if (models.isPresent() && !settings.isChosen(EmbedOptions.MODEL)) {
            throw RunErrors.isUnsettled(reference, column, models.get());
        }
        return EmbeddingMetadata.of(column);
    }

    /** Says which rows are left out since their vectors are of another model. */
    private void tellOthers(Dataset<Row> rows, String reference, RowFingerprints ofRows, Column isOfTheModel) {
        List<Row> others = rows.where(functions.not(isOfTheModel))
                .groupBy(Columns.named(ofRows.column()))
                .count()
                .orderBy(functions.col("count").desc())
                .limit(MODELS_NAMED)
                .collectAsList();
        if (others.isEmpty()) {
            return;
        }
        if (rows.where(isOfTheModel).isEmpty()) {
            throw RunErrors.noRowOfTheModel(reference, others.get(0).getString(0));
        }
        others.forEach(other -> console.note("left out: %s with vectors of another model, fingerprint %.12s"
                .formatted(Figures.count(other.getLong(1), "row", "rows"), other.getString(0))));
    }

    private StructField vectors(StructType schema, String reference) {
        Optional<String> named = settings.find(JobSettings.SEARCH_COLUMN);
        List<StructField> known = EmbeddingMetadata.columns(schema);
        if (named.isEmpty() && known.size() > 1) {
            throw RunErrors.severalColumnsOfVectors(reference, known);
        }

        if (named.isEmpty() && Arrays.stream(schema.fields()).noneMatch(SearchCommand::holdsVectors)) {
            throw RunErrors.noColumnOfVectors(reference, schema);
        }

        StructField column = named.isEmpty() && known.size() == 1
                ? known.get(0)
                : Columns.find(schema, named.orElse(Columns.EMBEDDING), JobSettings.SEARCH_COLUMN.key());
        if (!holdsVectors(column)) {
            throw RunErrors.holdsNoVectors(column);
        }

        return column;
    }

    private static boolean holdsVectors(StructField column) {
        return isVector(column.dataType()) || isCodes(column.dataType()) || WrittenVectors.areHalves(column);
    }

    private static boolean isVector(DataType type) {
        return type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.FloatType)
                        || array.elementType().equals(DataTypes.DoubleType));
    }

    private static boolean isCodes(DataType type) {
        return type instanceof ArrayType array && array.elementType() instanceof IntegralType;
    }

    private static void requireEncoding(StructField column, EmbedOptions options) {
        Encoding encoding = options.get(EmbedOptions.ENCODING);
        if (isCodes(column.dataType()) == (encoding == Encoding.FLOAT32)) {
            throw RunErrors.holdsAnotherEncoding(column, encoding);
        }
    }

    private List<String> shown(StructType schema, StructField column) {
        List<String> shown = new ArrayList<>();
        shown.addAll(IdColumns.of(schema, settings));
        Arrays.stream(schema.fields())
                .filter(field -> !isVector(field.dataType())
                        && EmbeddingMetadata.of(field).isEmpty()
                        && !field.equals(column))
                .map(StructField::name)
                .filter(name -> !shown.contains(name) && !RowFingerprints.isRecord(name, column.name(), schema))
                .forEach(shown::add);
        return shown;
    }

    /** How the table was embedded, as far as it says so and nobody says something else. */
    private EmbedOptions options(Optional<EmbeddingMetadata> metadata) {
        Map<String, String> recorded = new HashMap<>();
        metadata.ifPresent(known -> recorded.putAll(known.shapingOptions()));
        metadata.filter(known -> !DriverDevice.isOfThisCpu(known.precision())).ifPresent(known -> {
            recorded.remove(EmbedOptions.PRECISION.key());
            tellPrecision(known.precision());
        });
        recorded.keySet().removeIf(key -> settings.isChosen(EmbedOptions.option(key)));
        EmbedOptions chosen = settings.embedOptions().orElse(EmbedOptions.parse(recorded));
        if (chosen.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS) {
            // A setting that was made for tables: a query has one vector.
            chosen = chosen.with(EmbedOptions.LONG_TEXT, LongText.MEAN);
        }
        return RangesFile.inlined(chosen);
    }

    /** The query is then as exact as this host computes, and scores differ a little from those among the rows. */
    private void tellPrecision(Precision precision) {
        if (DriverDevice.isOfSomeCpus(precision) && !settings.isChosen(EmbedOptions.PRECISION)) {
            console.note("the query is not embedded in %s as the table was, which this CPU cannot"
                    .formatted(Option.write(precision)));
        }
    }

    /** The model, and the options with which it embeds the query. */
    private record OpenModel(ModelFolder folder, EmbedOptions options) {}

    /** Where the model tells queries from documents and nobody says which this is, it is a query. */
    private OpenModel open(EmbedOptions options) {
        if (settings.isChosen(EmbedOptions.TASK)) {
            return openAs(options);
        }
        try {
            OpenModel query = openAs(options.with(EmbedOptions.TASK, QUERY));
            boolean knows = query.folder().specification().tasks().contains(QUERY);
            return knows || options.get(EmbedOptions.TASK) == null ? query : openAs(options);
        } catch (EmbarkException e) {
            if (e.code() != ErrorCode.OPTION_INVALID) {
                throw e;
            }
            // The routes of some models have other names.
            return openAs(options);
        }
    }

    private OpenModel openAs(EmbedOptions options) {
        return new OpenModel(DriverModels.open(options, CopyLine.on(console, false)), options);
    }

    private QueryVector embed(
            String query, String reference, Optional<EmbeddingMetadata> metadata, EmbedOptions options) {
        // Refuses ranges that are missing or those of other vectors.
        OpenModel model = open(options);
        try (Embedder embedder = Embedder.open(model.folder(), QueryVector.options(model.options()))) {
            String fingerprint = embedder.folder().fingerprint();
            if (metadata.isPresent() && !metadata.get().fingerprint().equals(fingerprint)) {
                throw RunErrors.isAnotherModel(embedder.folder(), reference, metadata.get());
            }

            QueryVector vector = QueryVector.of(query, embedder, model.options());
            if (vector == null) {
                throw RunErrors.queryHasNoVector();
            }

            return vector;
        }
    }

    private static long firstLength(Dataset<Row> rows, StructField column) {
        Column vector = Columns.named(column.name());
        List<Row> first = rows.where(vector.isNotNull())
                .select(functions.size(vector))
                .limit(1)
                .collectAsList();
        return first.isEmpty() ? -1 : first.get(0).getInt(0);
    }

    private static void requireDimension(String reference, long table, int query) {
        if (table >= 0 && table != query) {
            throw RunErrors.otherDimension(reference, table, query);
        }
    }

    private static List<Row> best(
            Dataset<Row> rows, StructField column, QueryVector query, List<String> shown, int top) {
        Column vector = Columns.named(column.name());
        // Among the rows of somebody else's table may be vectors of another length: no hits, but no error either.
        Column score = functions.when(functions.size(vector).equalTo(query.length()), query.score(vector));
        List<Column> selected = new ArrayList<>(List.of(score.as(numbered(0))));
        // By number: the table may have a column named score as well.
        for (int i = 0; i < shown.size(); i++) {
            selected.add(Columns.named(shown.get(i)).cast("string").as(numbered(i + 1)));
        }
        Column best = functions.col(numbered(0));
        return rows.select(selected.toArray(new Column[0]))
                .where(best.isNotNull())
                .orderBy(best.desc())
                .limit(top)
                .collectAsList();
    }

    private static String numbered(int i) {
        return "c" + i;
    }

    private void print(List<Row> rows, List<String> shown) {
        List<String> header = new ArrayList<>(List.of(SCORE));
        header.addAll(shown);
        List<List<String>> cells = new ArrayList<>();
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(String.format(Locale.ROOT, "%.4f", row.getDouble(0))));
            for (int i = 1; i < row.size(); i++) {
                line.add(row.isNullAt(i) ? "" : row.getString(i));
            }
            cells.add(line);
        }
        new TextTable(header, cells).lines(Terminal.width()).forEach(console.out()::println);
        if (rows.isEmpty()) {
            console.out().println("(no row has a vector)");
        }
    }
}

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
import io.embark.job.settings.Settings;
import io.embark.job.table.Columns;
import io.embark.spark.EmbarkFunctions;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.call.VectorValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a run adds to its table: vectors for each column of texts or, where each chunk of a text has a row of its
 * own, its vector and its place.
 *
 * @param byText for each column to embed, in order, the name of the column that gets its vectors
 * @param chunked whether each chunk has a row of its own; then one column is embedded
 * @param reasons the column that says why a row has no vector, if one is asked for
 * @param written what becomes of a vector in float32 before it is written
 * @hidden Public for Embark's other rooms only.
 */
public record VectorColumns(
        Map<String, String> byText, boolean chunked, Optional<String> reasons, WrittenVectors written) {
    /** The number of a chunk within its text, which tells the rows of one text apart. */
    public static final String CHUNK = "chunk";

    /** What names a chunk beside the vector. */
    private static final List<String> OF_CHUNKS = List.of(CHUNK, "chunk_start", "chunk_end");

    /**
     * Chooses the columns of a table.
     *
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if a column is not there, holds no strings, or has the name of
     *     one that would be added; {@link ErrorCode#OPTION_INVALID} if chunks are asked for of several columns
     */
    public static VectorColumns of(StructType schema, Settings settings) {
        List<String> texts = Columns.text(schema, settings.find(JobSettings.TEXT_COLUMN));
        boolean chunked = isChunked(settings.embedOptions());
        if (chunked && texts.size() > 1) {
            throw RunErrors.chunksOfSeveralColumns(texts.size());
        }

        Optional<String> chosen = settings.find(JobSettings.EMBEDDING_COLUMN);
        String name = chosen.orElse(Columns.EMBEDDING);
        if (chunked) {
            // Named by a person, so it is as good as a column of the input.
            StructType taken = chosen.isPresent() ? schema.add(name, "binary") : schema;
            for (String column : OF_CHUNKS) {
                requireNew(taken, column, RunErrors::chunksWouldTakeTheName);
            }
        }

        Map<String, String> byText = new LinkedHashMap<>();
        for (String text : texts) {
            String output = texts.size() == 1 ? name : name + "_" + text;
            requireNew(schema, output, RunErrors::vectorsWouldTakeTheName);
            byText.put(text, output);
        }
        Optional<String> reasons = settings.find(JobSettings.ERROR_COLUMN);
        reasons.ifPresent(column -> requireNew(
                withNames(schema, chunked ? OF_CHUNKS : List.of(), byText.values()),
                column,
                RunErrors::reasonsWouldTakeTheName));
        return new VectorColumns(byText, chunked, reasons, WrittenVectors.AS_THEY_ARE);
    }

    /** The same columns, written as another type. */
    public VectorColumns as(WrittenVectors other) {
        return new VectorColumns(byText, chunked, reasons, other);
    }

    private static boolean isChunked(EmbedOptions options) {
        return options.get(EmbedOptions.LONG_TEXT) == LongText.CHUNKS;
    }

    /** The table's columns with some of these names. */
    private static StructType withNames(StructType schema, Collection<String> some, Collection<String> others) {
        StructType named = schema;
        for (String name : Stream.concat(some.stream(), others.stream()).toList()) {
            named = named.add(name, DataTypes.NullType);
        }
        return named;
    }

    private static void requireNew(StructType schema, String name, Function<String, EmbarkException> error) {
        for (String existing : schema.fieldNames()) {
            if (existing.equalsIgnoreCase(name)) {
                throw error.apply(existing);
            }
        }
    }

    /** The rows with these columns, not computed yet; vectors are in float32 as long as ranges that they need are not known. */
    public Dataset<Row> embed(Dataset<Row> rows, EmbedOptions options, Metadata metadata) {
        EmbedOptions computable = Calibration.computable(options);
        if (chunked) {
            Map.Entry<String, String> column = byText.entrySet().iterator().next();
            return written.of(
                    chunks(rows, column.getKey(), column.getValue(), computable, metadata), byText.values(), metadata);
        }

        List<Column> selected = new ArrayList<>(List.of(functions.col("*")));
        byText.forEach((text, output) -> selected.add(
                EmbarkFunctions.embed(Columns.named(text), computable).as(output, metadata)));
        reasons.ifPresent(column -> selected.add(reason(computable).as(column)));
        return written.of(rows.select(selected.toArray(new Column[0])), byText.values(), metadata);
    }

    /** Why a row has no vector, or lacks one; null if it has all that its texts ask for. */
    Column reason(EmbedOptions options) {
        EmbedOptions computable = Calibration.computable(options);
        if (byText.size() == 1) {
            return EmbarkFunctions.embedError(
                    Columns.named(byText.keySet().iterator().next()), computable);
        }
        Column all = functions.concat_ws(
                "; ",
                byText.keySet().stream()
                        .map(text -> functions.concat(
                                functions.lit(text + ": "),
                                EmbarkFunctions.embedError(Columns.named(text), computable)))
                        .toArray(Column[]::new));
        return functions.when(all.notEqual(""), all);
    }

    /**
     * The same with the number of chunks of each text in a column of its own; one for a text without a vector, which has one row
     * too. Where texts are not cut into chunks there is no such column.
     */
    public Dataset<Row> embedCounted(Dataset<Row> rows, EmbedOptions options, Metadata metadata, String countColumn) {
        if (!chunked) {
            return embed(rows, options, metadata);
        }
        Column text = Columns.named(byText.keySet().iterator().next());
        Column chunks = EmbarkFunctions.embedChunks(text, Calibration.computable(options));
        Column count =
                functions.greatest(functions.coalesce(functions.size(chunks), functions.lit(1)), functions.lit(1));
        return embed(rows.withColumn(countColumn, count), options, metadata);
    }

    /** The columns that a run adds, in order. */
    public List<String> added() {
        List<String> added = new ArrayList<>(chunked ? OF_CHUNKS : List.of());
        added.addAll(byText.values());
        reasons.ifPresent(added::add);
        return added;
    }

    /** One row for each chunk; for a text without a vector one in which its chunk is null. */
    private Dataset<Row> chunks(
            Dataset<Row> rows, String text, String output, EmbedOptions options, Metadata metadata) {
        List<String> names = new ArrayList<>(OF_CHUNKS);
        names.add(output);
        if (reasons.isPresent()) {
            // Asked for beneath the chunks: above them, each would ask for the reason of its text anew.
            Dataset<Row> withReasons =
                    rows.select(functions.col("*"), reason(options).as(reasons.get()));
            List<String> order = new ArrayList<>(List.of(rows.columns()));
            order.addAll(names);
            order.add(reasons.get());
            return inChunks(withReasons, text, names, options)
                    .select(order.stream().map(Columns::named).toArray(Column[]::new))
                    .withMetadata(output, metadata);
        }
        return inChunks(rows, text, names, options).withMetadata(output, metadata);
    }

    private static Dataset<Row> inChunks(Dataset<Row> rows, String text, List<String> names, EmbedOptions options) {
        return rows.select(
                functions.col("*"),
                functions
                        .inline_outer(EmbarkFunctions.embedChunks(Columns.named(text), options))
                        .as(names.toArray(new String[0])));
    }

    /** The table's columns with these. */
    public StructType addedTo(StructType schema, EmbeddingMetadata metadata) {
        StructType added = schema;
        if (chunked) {
            for (String column : OF_CHUNKS) {
                added = added.add(column, DataTypes.IntegerType, true);
            }
        }
        for (String output : byText.values()) {
            added = added.add(
                    output,
                    written.type(VectorValue.type(metadata.encoding())),
                    true,
                    written.metadata(metadata.toMetadata()));
        }
        return reasons.isPresent() ? added.add(reasons.get(), DataTypes.StringType, true) : added;
    }
}

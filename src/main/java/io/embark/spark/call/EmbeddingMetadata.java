/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import com.google.gson.Gson;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.Option;
import io.embark.Precision;
import io.embark.Stage;
import io.embark.base.Redaction;
import io.embark.base.StrictJson;
import io.embark.model.ModelFolder;
import io.embark.model.ModelName;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a column of vectors knows about where they come from. Spark keeps it in Parquet files and in tables.
 *
 * @param model the name of the model
 * @param reference what led to it, with the commit of a model of a hub
 * @param fingerprint the fingerprint of its files
 * @param dimension components of each vector
 * @param options the options that the vectors were made with, without those that had their default
 * @hidden Public for Embark's other rooms only.
 */
public record EmbeddingMetadata(
        String model, String reference, String fingerprint, long dimension, Map<String, String> options) {
    private static final String PREFIX = "embark.";
    private static final String MODEL = "embark.model";
    private static final String REFERENCE = "embark.reference";
    private static final String REVISION = "embark.revision";
    private static final String FINGERPRINT = "embark.fingerprint";
    private static final String DIMENSION = "embark.dimension";
    private static final String OPTIONS = "embark.options";

    /** What shapes a vector. Prompts are for texts or for queries, and the rest is the matter of the machine that searches. */
    private static final List<Option<?>> SHAPING = EmbedOptions.at(Stage.OPEN, Stage.LOAD, Stage.FINISH).stream()
            .filter(option -> !option.isOfHost())
            .toList();

    /** Read by Arrow and by vector stores that take fixed-size lists only. */
    private static final String FIXED_SIZE = "arrow.fixed-size-list.size";

    public static EmbeddingMetadata of(String model, String fingerprint, int dimension, EmbedOptions options) {
        Map<String, String> chosen = new LinkedHashMap<>(options.toMap());
        // Whoever reads the table is to know the model, and not by which password it was opened.
        chosen.computeIfPresent(EmbedOptions.MODEL.key(), (key, reference) -> Redaction.text(reference));
        String reference = Redaction.text(options.get(EmbedOptions.MODEL));
        return new EmbeddingMetadata(Redaction.text(model), reference, fingerprint, dimension, chosen);
    }

    /** Of vectors that a model gives with these options; a model of a hub is named with its commit, a folder with its path. */
    public static EmbeddingMetadata of(ModelFolder model, EmbedOptions options) {
        boolean chosen = options.toMap().containsKey(EmbedOptions.MODEL.key());
        return of(
                model.name(),
                model.fingerprint(),
                model.specification().dimension(options),
                chosen ? options.with(EmbedOptions.MODEL, model.reference()) : options);
    }

    /** Whether it says of a column where its vectors come from. */
    public static boolean isIn(Metadata metadata) {
        return metadata.contains(MODEL)
                && metadata.contains(FINGERPRINT)
                && metadata.contains(DIMENSION)
                && metadata.contains(OPTIONS);
    }

    /** What the column says; empty if it is not one of Embark's. */
    public static Optional<EmbeddingMetadata> of(StructField column) {
        Metadata metadata = column.metadata();
        if (!isIn(metadata)) {
            return Optional.empty();
        }

        return Optional.of(new EmbeddingMetadata(
                metadata.getString(MODEL),
                metadata.contains(REFERENCE) ? metadata.getString(REFERENCE) : metadata.getString(MODEL),
                metadata.getString(FINGERPRINT),
                metadata.getLong(DIMENSION),
                options(metadata.getString(OPTIONS))));
    }

    /** What the properties of a table say of one of its columns, as {@link #toProperties} writes them; empty if nothing. */
    public static Optional<EmbeddingMetadata> of(Map<String, String> properties, String column) {
        MetadataBuilder said = new MetadataBuilder();
        for (String key : List.of(MODEL, REFERENCE, FINGERPRINT, OPTIONS)) {
            Optional.ofNullable(properties.get(property(key, column))).ifPresent(value -> said.putString(key, value));
        }
        try {
            said.putLong(DIMENSION, Long.parseLong(properties.getOrDefault(property(DIMENSION, column), "")));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return of(new StructField(column, DataTypes.NullType, true, said.build()));
    }

    private static String property(String key, String column) {
        return PREFIX + column + "." + key.substring(PREFIX.length());
    }

    /** The columns of a table that are Embark's. */
    public static List<StructField> columns(StructType schema) {
        return Arrays.stream(schema.fields())
                .filter(field -> of(field).isPresent())
                .toList();
    }

    private static Map<String, String> options(String json) {
        try {
            Map<String, String> options = new LinkedHashMap<>();
            StrictJson.parse(json)
                    .getAsJsonObject()
                    .entrySet()
                    .forEach(option ->
                            options.put(option.getKey(), option.getValue().getAsString()));
            return options;
        } catch (IOException | IllegalStateException | UnsupportedOperationException e) {
            // Somebody else wrote under our name; the fingerprint still tells whether the model is the same.
            return Map.of();
        }
    }

    /** How the vectors are written down; float32 where the options of another version say what this one does not know. */
    public Encoding encoding() {
        try {
            return options.containsKey(EmbedOptions.ENCODING.key())
                    ? EmbedOptions.ENCODING.parse(options.get(EmbedOptions.ENCODING.key()))
                    : Encoding.FLOAT32;
        } catch (EmbarkException e) {
            return Encoding.FLOAT32;
        }
    }

    /** What the model computed in; {@link Precision#AUTO} where that was left to the host, or was said by a version that knows more. */
    public Precision precision() {
        return precision(options.get(EmbedOptions.PRECISION.key()));
    }

    /** The same as it is written, or null. */
    public static Precision precision(String written) {
        try {
            return written == null ? Precision.AUTO : EmbedOptions.PRECISION.parse(written);
        } catch (EmbarkException e) {
            return Precision.AUTO;
        }
    }

    /** Whether vectors in two precisions can stand in one column: they are the same, or one is what hosts choose by themselves. */
    public static boolean areAlike(Precision one, Precision other) {
        return one == other
                || (one == Precision.AUTO && isOfHosts(other))
                || (other == Precision.AUTO && isOfHosts(one));
    }

    private static boolean isOfHosts(Precision precision) {
        return precision == Precision.FLOAT32 || precision == Precision.FLOAT16;
    }

    /** The ranges of the encoding, as {@link EmbedOptions#ENCODING_RANGES} reads them; empty if it has none. */
    public Optional<String> ranges() {
        return Optional.ofNullable(options.get(EmbedOptions.ENCODING_RANGES.key()));
    }

    /** Those of the options that shape a vector: whoever compares another vector with these ones has to take them too. */
    public Map<String, String> shapingOptions() {
        Map<String, String> shaping = new LinkedHashMap<>(options);
        shaping.keySet().removeIf(key -> SHAPING.stream()
                .noneMatch(option -> option.key().equals(key)));
        return shaping;
    }

    /** Bytes of each vector. */
    public int bytes() {
        return encoding().bytes((int) dimension);
    }

    /** The commit of a model of a hub. */
    public Optional<String> revision() {
        return ModelName.of(reference).revision();
    }

    /** The model for people: a model of a hub with its commit. */
    public String shown() {
        return revision().isPresent() ? reference : model;
    }

    /** The same among the properties of a table, for formats that keep nothing with a column. */
    public Map<String, String> toProperties(String column) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(property(MODEL, column), model);
        properties.put(property(REFERENCE, column), reference);
        revision().ifPresent(revision -> properties.put(property(REVISION, column), revision));
        properties.put(property(FINGERPRINT, column), fingerprint);
        properties.put(property(DIMENSION, column), Long.toString(dimension));
        properties.put(property(OPTIONS, column), new Gson().toJson(options));
        return properties;
    }

    public Metadata toMetadata() {
        MetadataBuilder metadata = new MetadataBuilder();
        revision().ifPresent(revision -> metadata.putString(REVISION, revision));
        return metadata.putString(MODEL, model)
                .putString(REFERENCE, reference)
                .putString(FINGERPRINT, fingerprint)
                .putLong(DIMENSION, dimension)
                .putString(OPTIONS, new Gson().toJson(options))
                .putLong(FIXED_SIZE, encoding().length((int) dimension))
                .build();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.job.sink.Half;
import io.embark.job.sink.HalfBytes;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.Sink;
import io.embark.job.sink.VectorType;
import io.embark.job.table.Columns;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import scala.collection.Seq;

/**
 * Vectors in float32 on their way into a place that takes what Spark gives it: as they are, as doubles, or as bytes of halves. What
 * became of them stands with their column.
 *
 * @param asked the type; empty for what Embark gives
 * @param ids the columns that name a row, for errors
 * @hidden Public for Embark's other rooms only.
 */
public record WrittenVectors(Optional<VectorType> asked, List<String> ids) {
    public static final WrittenVectors AS_THEY_ARE = new WrittenVectors(Optional.empty(), List.of());

    private static final String TYPE = "embark.vector-type";
    private static final String FIXED_SIZE = "arrow.fixed-size-list.size";

    /**
     * The type that the settings ask for, if Spark gives it to the place and the place does not make it itself.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} for a type of stores, or codes that it does not go with
     */
    public static WrittenVectors into(Sink sink, Settings settings) {
        Optional<VectorType> asked = settings.find(JobSettings.VECTOR_TYPE).flatMap(VectorType::named);
        if (asked.isEmpty() || sink.makesVectorTypes()) {
            return AS_THEY_ARE;
        }
        VectorType type = asked.get();
        Encoding encoding = settings.embedOptions().get(EmbedOptions.ENCODING);
        if (encoding != Encoding.FLOAT32) {
            throw OutputErrors.codesHaveNoVectorType(encoding, type);
        }
        return switch (type) {
            case FLOATS -> AS_THEY_ARE;
            case DOUBLES, FLOAT16_BYTES -> new WrittenVectors(asked, IdColumns.names(settings));
            case VECTOR, HALFVEC -> throw RunErrors.placeHasNoSuchVectors(sink.description(), type);
        };
    }

    /** The rows with their columns of vectors in this type. */
    public Dataset<Row> of(Dataset<Row> rows, Collection<String> columns, Metadata metadata) {
        Dataset<Row> written = rows;
        for (String column : asked.isPresent() ? columns : List.<String>of()) {
            written = written.withColumn(column, converted(Columns.named(column)))
                    .withMetadata(column, metadata(metadata));
        }
        return written;
    }

    private Column converted(Column vector) {
        if (asked.orElseThrow() == VectorType.DOUBLES) {
            return vector.cast(type(DataTypes.createArrayType(DataTypes.FloatType, false)));
        }
        Column id = ids.isEmpty() ? functions.lit("") : IdColumns.text(ids);
        UDF2<Seq<Float>, String, byte[]> halves = WrittenVectors::halves;
        return functions.udf(halves, DataTypes.BinaryType).apply(vector, id);
    }

    private static byte[] halves(Seq<Float> vector, String id) {
        if (vector == null) {
            return null;
        }
        float[] floats = floats(vector);
        for (int i = 0; i < floats.length; i++) {
            if (Float.isInfinite(Half.rounded(floats[i]))) {
                throw RunErrors.isTooGreatForAHalf(id, i, floats[i]);
            }
        }
        return HalfBytes.of(floats);
    }

    private static float[] floats(Seq<Float> vector) {
        float[] floats = new float[vector.length()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = vector.apply(i);
        }
        return floats;
    }

    /** The type of a column of vectors. */
    public DataType type(DataType own) {
        return asked.map(type -> type == VectorType.DOUBLES
                        ? DataTypes.createArrayType(DataTypes.DoubleType, false)
                        : DataTypes.BinaryType)
                .orElse(own);
    }

    /** What a column of vectors says of itself: bytes are no list of so many numbers. */
    public Metadata metadata(Metadata own) {
        if (asked.isEmpty()) {
            return own;
        }
        MetadataBuilder metadata = new MetadataBuilder()
                .withMetadata(own)
                .putString(TYPE, asked.get().label());
        return asked.get() == VectorType.FLOAT16_BYTES
                ? metadata.remove(FIXED_SIZE).build()
                : metadata.build();
    }

    /** Whether a column says that it holds bytes of halves. */
    public static boolean areHalves(StructField column) {
        return column.dataType().equals(DataTypes.BinaryType)
                && column.metadata().contains(TYPE)
                && column.metadata().getString(TYPE).equals(VectorType.FLOAT16_BYTES.label());
    }

    /** Rows in which such a column holds floats again. */
    public static Dataset<Row> read(Dataset<Row> rows, StructField column) {
        if (!areHalves(column)) {
            return rows;
        }
        UDF1<byte[], float[]> floats = bytes -> bytes == null ? null : HalfBytes.vector(bytes);
        return rows.withColumn(
                column.name(),
                functions
                        .udf(floats, DataTypes.createArrayType(DataTypes.FloatType, false))
                        .apply(Columns.named(column.name())));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.embed.VectorColumns;
import io.embark.job.source.RefreshRecord;
import io.embark.job.table.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What stands beside each vector of a target, so that the next run knows without computing it whether it is right: a hash of the
 * text, one of the other columns, and what shaped the vector. Hashes are the first 128 bits of a SHA-256.
 *
 * @param vectors the columns of texts and vectors
 * @param others the columns that are compared beside the texts
 * @param shape what shapes the vectors of this run
 * @param bytes whether the target keeps bytes; else hashes are hexadecimal digits
 * @param flags whether rows that left the source are flagged
 * @param blankIsNull whether a blank text has no vector by choice
 */
record StateColumns(
        VectorColumns vectors, OtherColumns others, Shape shape, boolean bytes, boolean flags, boolean blankIsNull) {
    private static final int BYTES = 16;

    /** Before the bytes of a text, so that no text has the hash of something else. */
    private static final byte[] OF_TEXT = {1};

    /** The same for a target whose rows may be flagged. */
    StateColumns withFlags() {
        return new StateColumns(vectors, others, shape, bytes, true, blankIsNull);
    }

    /** Those of one column of vectors, in the order in which they stand. */
    static String textHash(String vector) {
        return RefreshRecord.TEXT_HASH.beside(vector);
    }

    static String rowHash(String vector) {
        return RefreshRecord.ROW_HASH.beside(vector);
    }

    static String fingerprint(String vector) {
        return RefreshRecord.FINGERPRINT.beside(vector);
    }

    static String chunks(String vector) {
        return RefreshRecord.CHUNKS.beside(vector);
    }

    /** The column of the whole row that says when it was missed in the source. */
    String deletedAt() {
        return RefreshRecord.DELETED_AT.beside(
                vectors.byText().values().iterator().next());
    }

    /** The columns that a comparison reads beside the keys, of all columns of vectors. */
    List<String> compared() {
        return vectors.byText().values().stream()
                .flatMap(vector -> Stream.concat(
                        Stream.of(textHash(vector), rowHash(vector), fingerprint(vector)),
                        vectors.chunked() ? Stream.of(chunks(vector)) : Stream.empty()))
                .toList();
    }

    /** All of them. */
    List<String> names() {
        return flags
                ? Stream.concat(compared().stream(), Stream.of(deletedAt())).toList()
                : compared();
    }

    /** The columns of a target that an update of other columns leaves as they are. */
    List<String> kept() {
        List<String> kept = new ArrayList<>(vectors.added());
        kept.remove(VectorColumns.CHUNK);
        vectors.byText().forEach((text, vector) -> {
            kept.add(text);
            kept.add(textHash(vector));
            kept.add(fingerprint(vector));
        });
        if (vectors.chunked()) {
            vectors.byText().values().forEach(vector -> kept.add(chunks(vector)));
        }
        return kept;
    }

    /** A table's columns with these. */
    StructType addedTo(StructType schema) {
        StructType all = schema;
        DataType hash = bytes ? DataTypes.BinaryType : DataTypes.StringType;
        for (String vector : vectors.byText().values()) {
            all = all.add(textHash(vector), hash, true)
                    .add(rowHash(vector), hash, true)
                    .add(fingerprint(vector), DataTypes.StringType, true);
            if (vectors.chunked()) {
                all = all.add(chunks(vector), DataTypes.IntegerType, true);
            }
        }
        return flags ? all.add(deletedAt(), DataTypes.TimestampType, true) : all;
    }

    /** The hash of a text; one of its own for no text. */
    Column hashOf(Column text) {
        Column hashed = hash(functions.concat(functions.lit(OF_TEXT), text.cast("binary")));
        return functions.when(text.isNull(), ofNothing()).otherwise(hashed);
    }

    private Column ofNothing() {
        return bytes ? functions.lit(new byte[BYTES]) : functions.lit("0".repeat(2 * BYTES));
    }

    /** The hash of the other columns. */
    Column hashOfOthers() {
        return hash(others.text().cast("binary"));
    }

    private Column hash(Column binary) {
        Column digits = functions.substring(functions.sha2(binary, 256), 1, 2 * BYTES);
        return bytes ? functions.unhex(digits) : digits;
    }

    /**
     * Rows that were just embedded, with their state, as the target has them. A text that failed has no hash, so that the next
     * run tries it again.
     *
     * @param embedded the rows with their vectors and, in the column of that name, the count of their chunks
     * @param target the columns of the target, in its order
     */
    Dataset<Row> addTo(Dataset<Row> embedded, StructType target) {
        Dataset<Row> all = embedded;
        for (String text : vectors.byText().keySet()) {
            String vector = vectors.byText().get(text);
            all = all.withColumn(
                            textHash(vector), functions.when(functions.not(failed(text)), hashOf(Columns.named(text))))
                    .withColumn(rowHash(vector), hashOfOthers())
                    .withColumn(fingerprint(vector), functions.lit(shape.toString()));
        }
        if (vectors.chunked()) {
            all = all.withColumn(
                    VectorColumns.CHUNK, functions.coalesce(Columns.named(VectorColumns.CHUNK), functions.lit(0)));
        }
        if (flags) {
            all = all.withColumn(deletedAt(), functions.lit(null).cast("timestamp"));
        }
        return all.select(Arrays.stream(target.fields())
                .map(field -> Columns.named(field.name()).as(field.name(), field.metadata()))
                .toArray(Column[]::new));
    }

    /** Rows as they are where no state is kept: a text without a vector has no chunk. */
    Dataset<Row> without(Dataset<Row> rows) {
        Dataset<Row> plain = rows.drop(names().toArray(String[]::new));
        Column hasVector =
                Columns.named(vectors.byText().values().iterator().next()).isNotNull();
        return vectors.chunked()
                ? plain.withColumn(VectorColumns.CHUNK, functions.when(hasVector, Columns.named(VectorColumns.CHUNK)))
                : plain;
    }

    /** Whether a row has a text that was to be embedded, and no vector; never null. */
    Column failed(String text) {
        Column original = Columns.named(text);
        Column hasText = blankIsNull
                ? functions.coalesce(original.rlike("\\P{javaWhitespace}"), functions.lit(false))
                : original.isNotNull();
        return hasText.and(Columns.named(vectors.byText().get(text)).isNull());
    }
}

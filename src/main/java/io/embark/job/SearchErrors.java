/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbarkException;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.job.table.EmbeddingMetadata;
import io.embark.model.ModelFolder;
import io.embark.spark.ColumnErrors;
import java.util.List;
import org.apache.spark.sql.types.StructField;

/** What a search refuses, one method for each mistake. */
final class SearchErrors {
    private SearchErrors() {}

    static EmbarkException severalColumnsOfVectors(String table, List<StructField> columns) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "table %s: has more than one column of vectors".formatted(table),
                "They are %s."
                        .formatted(ColumnErrors.listed(
                                columns.stream().map(StructField::name).toList())),
                "Name one of them with --embedding-column.");
    }

    static EmbarkException holdsNoVectors(StructField column) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': holds no vectors but %s"
                        .formatted(column.name(), column.dataType().simpleString()),
                "A vector is an array of floats.",
                "Name the column of the vectors with --embedding-column.");
    }

    static EmbarkException holdsAnotherEncoding(StructField column, Encoding encoding) {
        return new EmbarkException(
                ErrorCode.COLUMN_INVALID,
                "column '%s': holds %s, not vectors in %s"
                        .formatted(column.name(), column.dataType().simpleString(), Option.write(encoding)),
                "Codes are arrays of whole numbers, vectors in float32 arrays of floats.",
                "Say with --encoding how it was embedded and, for int8 and uint8, with --encoding-ranges by which"
                        + " ranges.");
    }

    static EmbarkException isAnotherModel(ModelFolder model, String table, EmbeddingMetadata embedded) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "model %s: is not the one that table %s was embedded with".formatted(model.name(), table),
                "The table has %s, fingerprint %.12s; the model here has %.12s."
                        .formatted(embedded.model(), embedded.fingerprint(), model.fingerprint()),
                "Name the same model with --model, or embed the table anew.");
    }

    static EmbarkException queryHasNoVector() {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option query: has no vector",
                "The options in force give none to a blank text.",
                "Search for some text.");
    }

    static EmbarkException otherDimension(String table, long ofTable, int ofQuery) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "table %s: its vectors have %d components, that of the query %d".formatted(table, ofTable, ofQuery),
                "Both have to come from the same model, cut to the same length.",
                "Name the table's model with --model, and --dimensions if it was cut.");
    }
}

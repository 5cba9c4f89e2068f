/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import io.embark.job.print.Console;
import io.embark.job.print.Figures;
import io.embark.job.print.TextTable;
import io.embark.job.source.RefreshRecord;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * How many rows of a table are of which model, have no vector, and left the source, by what a refresh wrote beside the vectors.
 *
 * @param schema the columns of the table
 * @param byVector for each column of vectors the rows by what they are of
 */
record Census(StructType schema, Map<String, List<Part>> byVector) {
    private static final List<String> HEADER =
            List.of("fingerprint", "rows", "with a vector", "without text", "failed", "left the source");

    /** Of a table that is not there yet. */
    static final Census NONE = new Census(new StructType(), Map.of());

    /** Rows whose vectors are of one model and of the same options; null of none that a refresh knows. */
    private record Part(String fingerprint, long rows, long embedded, long withoutText, long failed, long flagged) {
        List<String> cells() {
            return List.of(
                    fingerprint == null ? "none" : fingerprint,
                    Figures.count(rows),
                    Figures.count(embedded),
                    Figures.count(withoutText),
                    Figures.count(failed),
                    Figures.count(flagged));
        }

        Map<String, Object> toJson() {
            Map<String, Object> all = new LinkedHashMap<>();
            if (fingerprint != null) {
                all.put("fingerprint", fingerprint);
            }
            all.put("rows", rows);
            all.put("embedded", embedded);
            all.put("withoutText", withoutText);
            all.put("failed", failed);
            all.put("flagged", flagged);
            return all;
        }
    }

    /**
     * Counts rows.
     *
     * @param table the table as errors call it
     * @param column the column of vectors; empty for all that have a refresh's record beside them
     */
    static Census of(Dataset<Row> rows, String table, Optional<String> column) {
        Map<String, List<Part>> byVector = new LinkedHashMap<>();
        vectors(rows.schema(), table, column).forEach(vector -> byVector.put(vector, parts(rows, vector)));
        return new Census(rows.schema(), byVector);
    }

    private static List<String> vectors(StructType schema, String table, Optional<String> column) {
        Set<String> names = Columns.byName(schema).keySet();
        List<String> vectors = Arrays.stream(schema.fieldNames())
                .filter(name -> RefreshRecord.standsBeside(name, names))
                .filter(name -> column.map(name::equalsIgnoreCase).orElse(true))
                .toList();
        if (vectors.isEmpty()) {
            String vector = column.orElse(Columns.EMBEDDING);
            throw RefreshErrors.hasNoState(
                    table, List.of(StateColumns.textHash(vector), StateColumns.fingerprint(vector)), true);
        }
        return vectors;
    }

    private static List<Part> parts(Dataset<Row> rows, String vector) {
        Column isEmbedded = Columns.named(vector).isNotNull();
        Column hasHash = Columns.named(StateColumns.textHash(vector)).isNotNull();
        String deletedAt = RefreshRecord.DELETED_AT.beside(vector);
        boolean flags = Arrays.stream(rows.columns()).anyMatch(deletedAt::equalsIgnoreCase);
        Column isFlagged = flags ? Columns.named(deletedAt).isNotNull() : functions.lit(false);
        return rows
                .groupBy(Columns.named(StateColumns.fingerprint(vector)).as("fingerprint"))
                .agg(
                        functions.count(functions.lit(1)).as("rows"),
                        functions.count_if(isEmbedded),
                        functions.count_if(functions.not(isEmbedded).and(hasHash)),
                        functions.count_if(functions.not(isEmbedded).and(functions.not(hasHash))),
                        functions.count_if(isFlagged))
                .orderBy(functions.col("rows").desc(), functions.col("fingerprint"))
                .collectAsList()
                .stream()
                .map(row -> new Part(
                        row.getString(0),
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5)))
                .toList();
    }

    private static long rows(List<Part> parts) {
        return parts.stream().mapToLong(Part::rows).sum();
    }

    private Optional<EmbeddingMetadata> label(String vector) {
        return EmbeddingMetadata.of(schema.apply(vector));
    }

    /** An object for each column of vectors. */
    List<Map<String, Object>> toJson() {
        List<Map<String, Object>> columns = new ArrayList<>();
        byVector.forEach((vector, parts) -> {
            Map<String, Object> column = new LinkedHashMap<>();
            column.put("name", vector);
            label(vector).ifPresent(label -> {
                column.put("model", label.model());
                column.put("fingerprint", label.fingerprint());
            });
            column.put("rows", rows(parts));
            column.put("parts", parts.stream().map(Part::toJson).toList());
            columns.add(column);
        });
        return columns;
    }

    /** A table for each column of vectors. */
    void print(Console console) {
        byVector.forEach((vector, parts) -> {
            String model = label(vector)
                    .map(label -> ", %s, fingerprint %.12s".formatted(label.shown(), label.fingerprint()))
                    .orElse("");
            console.say("Column  %s: %s%s".formatted(vector, Figures.count(rows(parts), "row", "rows"), model));
            new TextTable(HEADER, parts.stream().map(Part::cells).toList())
                    .lines(Integer.MAX_VALUE)
                    .forEach(line -> console.out().println("  " + line));
            if (parts.size() > 1) {
                console.say(
                        "Vectors of different models or options cannot be compared: embed all anew with --rebuild.");
            }
        });
    }
}

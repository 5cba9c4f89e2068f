/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a catalog knows of a table beside its rows and a new table of the same name would not have.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TableLosses {
    /** Written by Hive by itself, and again for the new table. */
    private static final Set<String> WRITTEN_ANYWAY = Set.of(
            "transient_lastDdlTime",
            "numFiles",
            "numRows",
            "rawDataSize",
            "totalSize",
            "COLUMN_STATS_ACCURATE",
            "bucketing_version");

    /** Of a column: what stands in its metadata, with words for people. */
    private static final List<Map.Entry<String, String>> OF_COLUMNS = List.of(
            Map.entry("comment", "a comment"),
            Map.entry("CURRENT_DEFAULT", "a default"),
            Map.entry("GENERATION_EXPRESSION", "an expression"),
            Map.entry("__CHAR_VARCHAR_TYPE_STRING", "a length"));

    private TableLosses() {}

    /**
     * Checks that a table can be replaced by a new one without loss.
     *
     * @param output the table as errors call it
     * @param format the format that is written, as Spark calls it
     * @param writable the formats that can be written
     * @param schema what is written
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it cannot
     */
    public static void requireNone(
            String output, CatalogTable table, String format, Collection<String> writable, StructType schema) {
        String provider = table.provider().isDefined() ? table.provider().get() : "hive";
        if (!provider.equalsIgnoreCase(format)) {
            throw GuardErrors.isOfAnotherProvider(output, provider, format, writable);
        }

        List<String> losses = new ArrayList<>();
        if (table.comment().isDefined()) {
            losses.add("a comment");
        }
        Scala.map(table.properties()).keySet().stream()
                .filter(key -> !WRITTEN_ANYWAY.contains(key) && !key.startsWith("spark.sql."))
                .sorted()
                .forEach(key -> losses.add("property " + Shown.value(key)));
        if (table.bucketSpec().isDefined()) {
            losses.add("buckets");
        }
        Arrays.stream(table.schema().fields()).forEach(field -> losses.addAll(ofColumn(field, schema)));
        if (!losses.isEmpty()) {
            throw GuardErrors.wouldLose(output, losses);
        }
    }

    private static List<String> ofColumn(StructField old, StructType schema) {
        Optional<StructField> added = Arrays.stream(schema.fields())
                .filter(field -> field.name().equalsIgnoreCase(old.name()))
                .findFirst();
        List<String> losses = new ArrayList<>();
        OF_COLUMNS.forEach(entry -> {
            String key = entry.getKey();
            boolean kept = added.filter(field -> equal(field.metadata(), old.metadata(), key))
                    .isPresent();
            if (old.metadata().contains(key) && !kept) {
                losses.add("%s of column %s".formatted(entry.getValue(), Shown.value(old.name())));
            }
        });
        return losses;
    }

    private static boolean equal(Metadata one, Metadata other, String key) {
        return one.contains(key) && one.getString(key).equals(other.getString(key));
    }
}

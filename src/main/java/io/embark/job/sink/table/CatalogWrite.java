/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.table.Columns;
import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.CreateTableWriter;
import org.apache.spark.sql.DataFrameWriterV2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.CatalogV2Util;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes rows into a table through Spark's own writer, and says among its properties which model their vectors come from. */
final class CatalogWrite {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogWrite.class);

    /** Nothing that another run may make untrue. */
    private static final String COMMENT =
            "Rows with vectors that Embark made; the properties embark.* tell their model.";

    private final NamedTable table;
    private final Dataset<Row> rows;
    private final CatalogMode mode;
    private final Map<String, String> options;

    CatalogWrite(NamedTable table, Dataset<Row> rows, CatalogMode mode) {
        this.table = table;
        this.rows = rows;
        this.mode = mode;
        this.options = mode.request().options();
    }

    /** Makes the table with the rows in it. */
    void create(Optional<String> format, List<String> partitionBy) throws Exception {
        Column[] partitions = partitionBy.stream().map(Columns::named).toArray(Column[]::new);
        CreateTableWriter<Row> writer = partitions.length == 0
                ? writer(options)
                : writer(options).partitionedBy(partitions[0], Arrays.copyOfRange(partitions, 1, partitions.length));
        if (format.isPresent()) {
            writer = writer.using(format.get());
        }
        if (table.keepsProperties()) {
            writer = writer.tableProperty(TableCatalog.PROP_COMMENT, COMMENT);
            for (Map.Entry<String, String> label :
                    TableLabels.properties(rows.schema()).entrySet()) {
                writer = writer.tableProperty(label.getKey(), label.getValue());
            }
        }
        writer.create();
    }

    private DataFrameWriterV2<Row> writer(Map<String, String> chosen) {
        return rows.writeTo(table.sql()).options(chosen);
    }

    /** Adds the rows in one commit. */
    void append(Table there) throws Exception {
        addColumns(there);
        writer(options).append();
    }

    /** Replaces the partitions that the rows lie in, in one commit. */
    void overwritePartitions(Table there) throws Exception {
        addColumns(there);
        writer(options).overwritePartitions();
    }

    /** Replaces the rows that an option of the format chooses. */
    void overwriteChosen(Table there) throws Exception {
        addColumns(there);
        writer(options).overwrite(functions.lit(true));
    }

    /** Replaces all rows in one commit, which becomes the newest version of the table. */
    void overwrite(Table there) throws Exception {
        addColumns(there);
        Map<String, String> labels = TableLabels.properties(rows.schema());
        List<StructField> changed = table.keepsProperties() ? changed(there) : List.of();
        if (changed.isEmpty()) {
            overwriteRows(there);
            return;
        }

        announce(there, changed);
        whileAnnounced(changed, () -> {
            overwriteRows(there);
            return null;
        });
        try {
            table.change(labels, announcements(changed));
        } catch (Exception e) {
            throw CatalogErrors.failedInPlace(
                    table.output(), "holds the new rows, but its properties cannot say of which model", e);
        }
    }

    private void overwriteRows(Table there) throws Exception {
        if (!DeltaTables.is(there)) {
            writer(options).overwrite(functions.lit(true));
        } else if (mode.isOn(CatalogMode.OVERWRITE_SCHEMA)
                || (!DeltaTables.saysTheSame(there, rows.schema())
                        && DeltaTables.loss(there).isEmpty())) {
            DeltaTables.overwriteWithColumns(there, rows, options);
        } else {
            Map<String, String> kept = new HashMap<>(DeltaTables.keeping(there, options));
            kept.put(CatalogMode.PARTITION_MODE, "static");
            writer(kept).overwrite(functions.lit(true));
        }
    }

    /** The columns of vectors of which the properties say something else, or nothing. */
    private List<StructField> changed(Table there) {
        return EmbeddingMetadata.columns(rows.schema()).stream()
                .filter(column -> !EmbeddingMetadata.of(there.properties(), column.name())
                                .equals(EmbeddingMetadata.of(column))
                        || TableLabels.announcements(column.name()).stream().anyMatch(there.properties()::containsKey))
                .toList();
    }

    private void announce(Table there, List<StructField> changed) {
        Map<String, String> announced = new LinkedHashMap<>();
        for (StructField column : changed) {
            if (EmbeddingMetadata.of(there.properties(), column.name()).isPresent()) {
                announced.putAll(TableLabels.announcing(
                        EmbeddingMetadata.of(column).orElseThrow(), column.name(), there.properties()));
            }
        }
        if (announced.isEmpty()) {
            return;
        }
        try {
            table.change(announced, Set.of());
        } catch (Exception e) {
            throw CatalogErrors.noPropertiesToLabel(
                    table.output(), table.catalog().name(), e);
        }
    }

    private static List<String> announcements(List<StructField> changed) {
        return changed.stream()
                .flatMap(column -> TableLabels.announcements(column.name()).stream())
                .toList();
    }

    /** A run that fails leaves the old rows, and takes back what it announced, unless nobody knows what the table holds. */
    private void whileAnnounced(List<StructField> changed, Callable<?> write) throws Exception {
        try {
            write.call();
        } catch (Exception e) {
            if (!Conflict.leavesDoubt(e)) {
                try {
                    table.change(Map.of(), announcements(changed));
                } catch (Exception again) {
                    LOG.warn("Left announced: {}: {}", table.sql(), NamedTable.reason(again));
                }
            }
            throw e;
        }
    }

    /** Adds columns that the table lacks, which is asked for with mergeSchema; Delta does it in the commit of the rows. */
    private void addColumns(Table there) throws Exception {
        Set<String> known = Arrays.stream(there.columns())
                .map(column -> column.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<StructField> added = Arrays.stream(rows.schema().fields())
                .filter(column -> !known.contains(column.name().toLowerCase(Locale.ROOT)))
                .toList();
        if (added.isEmpty() || DeltaTables.is(there) || mode.isOn(CatalogMode.OVERWRITE_SCHEMA)) {
            return;
        }
        List<TableChange> changes = new ArrayList<>();
        for (StructField column : added) {
            changes.add(TableChange.addColumn(new String[] {column.name()}, column.dataType()));
        }
        if (table.keepsProperties()) {
            TableLabels.properties(new StructType(added.toArray(StructField[]::new)))
                    .forEach((key, value) -> changes.add(TableChange.setProperty(key, value)));
        }
        table.catalog().alterTable(table.identifier(), changes.toArray(TableChange[]::new));
    }

    /** The columns of a table, with what is said of them. */
    static StructType labelled(Table table) {
        return TableLabels.labelled(CatalogV2Util.v2ColumnsToStructType(table.columns()), table.properties());
    }
}

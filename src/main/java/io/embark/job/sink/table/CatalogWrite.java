/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.Partitions;
import io.embark.job.table.Columns;
import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

/** Writes rows into a table through Spark's own writer, and says among its properties which model their vectors come from. */
final class CatalogWrite {
    /** Nothing that another run may make untrue. */
    private static final String COMMENT =
            "Rows with vectors that Embark made; the properties embark.* tell their model.";

    private final NamedTable table;
    private final Dataset<Row> rows;
    private final CatalogMode mode;
    private final Optional<String> version;
    private final Runnable whenWritten;
    private final Map<String, String> options;

    /**
     * @param version the version of the table that the run found, where it has one
     * @param whenWritten what is done once the rows are in the table
     */
    CatalogWrite(
            NamedTable table, Dataset<Row> rows, CatalogMode mode, Optional<String> version, Runnable whenWritten) {
        this.table = table;
        this.rows = rows;
        this.mode = mode;
        this.version = version;
        this.whenWritten = whenWritten;
        this.options = mode.options();
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
        whenWritten.run();
    }

    private DataFrameWriterV2<Row> writer(Map<String, String> chosen) {
        return rows.writeTo(table.sql()).options(chosen);
    }

    /** Adds the rows in one commit. */
    void append(Table there) throws Exception {
        addColumns(there);
        writer(options).append();
        whenWritten.run();
    }

    /** Replaces the partitions that the rows lie in, in one commit. */
    void overwritePartitions(Table there) throws Exception {
        addColumns(there);
        writer(IcebergTables.guarded(there, version, options)).overwritePartitions();
        whenWritten.run();
    }

    /** Replaces the rows that an option of the format chooses. */
    void overwriteChosen(Table there) throws Exception {
        addColumns(there);
        writer(options).overwrite(functions.lit(true));
        whenWritten.run();
    }

    /** Replaces all rows in one commit, which becomes the newest version of the table. */
    void overwrite(Table there) throws Exception {
        addColumns(there);
        List<StructField> changed = table.keepsProperties() ? changed(there) : List.of();
        if (changed.isEmpty()) {
            overwriteRows(there);
            whenWritten.run();
            return;
        }

        LabelChange labels = LabelChange.announce(table, there, changed);
        labels.during(() -> overwriteRows(there));
        try {
            whenWritten.run();
        } finally {
            labels.settle();
        }
    }

    private void overwriteRows(Table there) throws Exception {
        if (!DeltaTables.is(there)) {
            writer(IcebergTables.guarded(there, version, options)).overwrite(functions.lit(true));
        } else if (mode.isOn(CatalogMode.OVERWRITE_SCHEMA)
                || (!DeltaTables.saysTheSame(there, rows.schema())
                        && DeltaTables.loss(there).isEmpty())) {
            DeltaTables.overwriteWithColumns(there, rows, options);
        } else {
            Map<String, String> kept = new HashMap<>(DeltaTables.keeping(there, options));
            kept.put(Partitions.OVERWRITE_MODE, "static");
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

    /** Adds columns that the table lacks, which is asked for with mergeSchema; Delta does it in the commit of the rows. */
    private void addColumns(Table there) throws Exception {
        if (!DeltaTables.is(there) && !mode.isOn(CatalogMode.OVERWRITE_SCHEMA)) {
            addColumns(table, there, rows.schema());
        }
    }

    /**
     * Adds columns that a table lacks, with what is said of them, in a commit of its own.
     *
     * @return whether there were any
     */
    static boolean addColumns(NamedTable table, Table there, StructType schema) throws Exception {
        Set<String> known = Arrays.stream(there.columns())
                .map(column -> column.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<StructField> added = Arrays.stream(schema.fields())
                .filter(column -> !known.contains(column.name().toLowerCase(Locale.ROOT)))
                .toList();
        if (added.isEmpty()) {
            return false;
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
        return true;
    }

    /** Rows whose columns are called as the table calls them, where Spark takes letters of either case for the same. */
    static Dataset<Row> spelled(Dataset<Row> rows, Table there) {
        List<String> exact =
                Arrays.stream(there.columns()).map(column -> column.name()).toList();
        String[] names = Arrays.stream(rows.columns())
                .map(name -> exact.contains(name)
                        ? name
                        : exact.stream()
                                .filter(name::equalsIgnoreCase)
                                .findFirst()
                                .orElse(name))
                .toArray(String[]::new);
        return Arrays.equals(names, rows.columns()) ? rows : rows.toDF(names);
    }

    /** The columns of a table, with what is said of them. */
    static StructType labelled(Table table) {
        return TableLabels.labelled(CatalogV2Util.v2ColumnsToStructType(table.columns()), table.properties());
    }
}

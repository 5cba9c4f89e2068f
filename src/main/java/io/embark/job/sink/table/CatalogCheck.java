/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.AppendErrors;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.DataSourceClass;
import io.embark.job.table.SparkCall;
import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Whether rows can be written to a table, by all that is known before the first is computed. Spark itself says whether a
 * statement would do; what it would let through is held here: other columns, a narrower number, vectors of another model.
 */
final class CatalogCheck {
    private final SparkSession spark;
    private final NamedTable table;
    private final SinkRequest request;
    private final CatalogMode mode;
    private final String output;

    CatalogCheck(SparkSession spark, NamedTable table, SinkRequest request) {
        this.spark = spark;
        this.table = table;
        this.request = request;
        this.mode = new CatalogMode(spark, request);
        this.output = table.output();
    }

    /** @param there the table that exists */
    void check(Optional<Table> there, StructType schema, Source source) {
        if (there.isPresent()) {
            switch (request.mode()) {
                case ERROR ->
                    throw OutputErrors.exists(output, request.path().isPresent() ? "--output" : "--output-table");
                case APPEND, OVERWRITE -> requireWritable(there.get(), schema, source);
            }
        } else {
            requireCreatable(schema);
        }
    }

    private void requireCreatable(StructType schema) {
        if (table.isView()) {
            throw CatalogErrors.isAView(output);
        }
        if (request.path().isPresent()) {
            requireFree(new Path(table.identifier().name()));
        } else if (table.lacksNamespace()) {
            throw CatalogErrors.noNamespace(
                    output, table.catalog().name(), List.of(table.identifier().namespace()), table.namespaceSql());
        }
        if (!table.isOfTheSession()) {
            table.format(Optional.empty(), Optional.empty()).ifPresent(this::requireFormatOfTheCatalog);
        }
        if (isDelta()) {
            DeltaTables.requireNames(output, schema);
        } else if (table.isOfTheSession()) {
            // Other catalogs have formats of their own.
            request.format()
                    .ifPresent(format -> DataSourceClass.require(spark, "output-format", format, FolderFormat.names()));
        }
        request.partitionBy().forEach(column -> Columns.find(schema, column, "partition-by"));
        if (mode.isOn(CatalogMode.OVERWRITE_SCHEMA) && request.mode() == WriteMode.APPEND) {
            throw CatalogErrors.schemaStays(output, CatalogMode.OVERWRITE_SCHEMA, table.kind());
        }
    }

    /** @param usual what its catalog makes; Iceberg's takes the formats of its files for the table's own */
    private void requireFormatOfTheCatalog(String usual) {
        request.format()
                .filter(format -> !format.equalsIgnoreCase(usual)
                        && FolderFormat.named(format).isEmpty())
                .ifPresent(format -> {
                    throw CatalogErrors.makesAnotherFormat(
                            output, table.catalog().name(), usual, format);
                });
    }

    private boolean isDelta() {
        return request.format().filter(DeltaTables.FORMAT::equalsIgnoreCase).isPresent();
    }

    private void requireFree(Path folder) {
        SparkCall.run(
                () -> {
                    ForeignTables.requireNoneWritten(
                            output, folder, spark.sessionState().newHadoopConf());
                    var files = folder.getFileSystem(spark.sessionState().newHadoopConf());
                    if (files.exists(folder) && files.listStatus(folder).length > 0) {
                        throw CatalogErrors.placeIsTaken(output);
                    }
                },
                e -> OutputErrors.isUnreachable(output, e));
    }

    private void requireWritable(Table there, StructType schema, Source source) {
        String provider = there.properties().get(TableCatalog.PROP_PROVIDER);
        request.format()
                .filter(format -> provider != null && !provider.equalsIgnoreCase(format))
                .ifPresent(format -> {
                    throw CatalogErrors.isOfAnotherFormat(output, provider, format);
                });
        requireSamePartitions(there);
        requireCapable(there);
        if (request.mode() == WriteMode.OVERWRITE) {
            requireApart(there, source);
        }
        requireColumns(there, schema);
        if (mode.replacesAll(there)) {
            requireLabelsCanChange(there, schema);
        } else {
            requireSameVectors(there, schema);
        }
        Set<String> known = Columns.byName(CatalogWrite.labelled(there)).keySet();
        StructType added = new StructType(Arrays.stream(schema.fields())
                .filter(field -> !known.contains(Columns.lower(field.name())))
                .toArray(StructField[]::new));
        if (added.isEmpty()) {
            requireInsertable(schema);
        } else if (DeltaTables.is(there) && !DeltaTables.takesAnyName(there)) {
            DeltaTables.requireNames(output, added);
        }
    }

    /** The columns by which a table of Delta Lake is partitioned, or will be; none of others. */
    List<String> partitionsOfDelta() {
        return table.find()
                .map(there -> DeltaTables.is(there) ? partitions(there) : List.<String>of())
                .orElseGet(() -> isDelta() ? request.partitionBy() : List.of());
    }

    private static List<String> partitions(Table there) {
        return Arrays.stream(there.partitioning())
                .map(partition -> partition.describe().replace("`", ""))
                .toList();
    }

    private void requireSamePartitions(Table there) {
        if (request.partitionBy().isEmpty()) {
            return;
        }
        List<String> has = partitions(there);
        if (!has.stream()
                .map(Columns::lower)
                .toList()
                .equals(request.partitionBy().stream().map(Columns::lower).toList())) {
            throw CatalogErrors.isPartitionedOtherwise(
                    output,
                    has.isEmpty() ? "no column" : String.join(", ", has),
                    String.join(", ", request.partitionBy()));
        }
    }

    private void requireCapable(Table there) {
        Set<TableCapability> can = there.capabilities();
        if (!can.contains(TableCapability.BATCH_WRITE) && !can.contains(TableCapability.V1_BATCH_WRITE)) {
            throw CatalogErrors.cannot(output, "written", table.kind(), TableCapability.BATCH_WRITE);
        }
        if (request.mode() != WriteMode.OVERWRITE) {
            return;
        }
        if (!table.keepsVersions(Optional.of(there))) {
            throw table.isNotReplacedAtOnce();
        }
        if (mode.replacesPartitions(there)) {
            if (!can.contains(TableCapability.OVERWRITE_DYNAMIC)) {
                throw CatalogErrors.cannot(
                        output, "replaced by partitions", table.kind(), TableCapability.OVERWRITE_DYNAMIC);
            }
        } else if (!can.contains(TableCapability.TRUNCATE) && !can.contains(TableCapability.OVERWRITE_BY_FILTER)) {
            throw CatalogErrors.cannot(output, "replaced", table.kind(), TableCapability.TRUNCATE);
        }
    }

    private void requireApart(Table there, Source source) {
        String location = there.properties().get(TableCatalog.PROP_LOCATION);
        if (location != null && !location.isBlank()) {
            SparkCall.run(
                    () -> new Replacement(spark, output, new Path(location)).requireApart(source.rows()),
                    e -> OutputErrors.isUnreachable(output, e));
        }
    }

    private void requireColumns(Table there, StructType schema) {
        if (mode.isOn(CatalogMode.OVERWRITE_SCHEMA)) {
            if (!DeltaTables.is(there) || !mode.replacesAll(there)) {
                throw CatalogErrors.schemaStays(output, CatalogMode.OVERWRITE_SCHEMA, table.kind());
            }
            return;
        }
        Map<String, StructField> old = Columns.byName(CatalogWrite.labelled(there));
        Map<String, StructField> added = Columns.byName(schema);
        boolean appends = request.mode() == WriteMode.APPEND;
        if (appends) {
            AppendCheck.requireNoRecord(output, old::keySet, schema);
        }
        if (!added.keySet().containsAll(old.keySet()) && mode.isOn(CatalogMode.MERGE_SCHEMA)) {
            throw CatalogErrors.lacksColumns(
                    output,
                    old.keySet().stream()
                            .filter(name -> !added.containsKey(name))
                            .toList());
        }
        boolean same = old.keySet().equals(added.keySet());
        if (!same && !mode.isOn(CatalogMode.MERGE_SCHEMA)) {
            throw appends
                    ? AppendErrors.otherColumns(output, old.keySet(), added.keySet())
                    : CatalogErrors.otherColumns(output, old.keySet(), added.keySet());
        }
        added.forEach((name, field) -> {
            StructField known = old.get(name);
            if (known != null && !known.dataType().sameType(field.dataType())) {
                throw CatalogErrors.otherType(output, name, known.dataType(), field.dataType());
            }
        });
    }

    /** Of rows that stay, vectors of another model must not become neighbours. */
    void requireSameVectors(Table there, StructType schema) {
        StructType old = CatalogWrite.labelled(there);
        Map<String, StructField> known = Columns.byName(old);
        StructType both = new StructType(Arrays.stream(schema.fields())
                .filter(field -> known.containsKey(Columns.lower(field.name())))
                .toArray(StructField[]::new));
        for (StructField field : EmbeddingMetadata.columns(both)) {
            TableLabels.unsettled(known.get(Columns.lower(field.name()))).ifPresent(fingerprints -> {
                throw CatalogErrors.isUnsettled(output, field.name(), fingerprints);
            });
        }
        Set<String> written = Columns.byName(both).keySet();
        StructType kept = new StructType(Arrays.stream(old.fields())
                .filter(field -> written.contains(Columns.lower(field.name())))
                .toArray(StructField[]::new));
        AppendCheck.check(output, kept, both, true);
    }

    /** A label that stands with the column itself, as Delta keeps it, changes with the column or not at all. */
    private void requireLabelsCanChange(Table there, StructType schema) {
        if (!DeltaTables.is(there) || mode.isOn(CatalogMode.OVERWRITE_SCHEMA)) {
            return;
        }
        Optional<String> loss = DeltaTables.loss(there);
        for (StructField column : EmbeddingMetadata.columns(schema)) {
            Optional<EmbeddingMetadata> own = DeltaTables.ownLabel(there, column.name());
            EmbeddingMetadata added = EmbeddingMetadata.of(column).orElseThrow();
            if (loss.isPresent() && own.isPresent() && !own.get().equals(added)) {
                throw CatalogErrors.labelIsStuck(output, column.name(), own.get(), added, loss.get());
            }
        }
    }

    /** Lets Spark itself hold the rows against the table: types, NOT NULL, what it cannot do. */
    private void requireInsertable(StructType schema) {
        if (mode.isOn(CatalogMode.OVERWRITE_SCHEMA)) {
            return;
        }
        String verb = request.mode() == WriteMode.APPEND ? "INTO" : "OVERWRITE";
        String view = "embark_" + Integer.toHexString(System.identityHashCode(this));
        SparkCall.translate(
                () -> {
                    spark.createDataFrame(List.of(), schema).createOrReplaceTempView(view);
                    try {
                        return table.analyzed(
                                "INSERT %s %s BY NAME SELECT * FROM %s".formatted(verb, table.sql(), view));
                    } finally {
                        spark.catalog().dropTempView(view);
                    }
                },
                e -> CatalogErrors.doesNotFit(output, e));
    }
}

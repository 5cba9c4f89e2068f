/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.base.Redaction;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.guard.TableLosses;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.catalog.CatalogTableType;
import org.apache.spark.sql.catalyst.catalog.SessionCatalog;
import org.apache.spark.sql.connector.catalog.CatalogManager;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * A table of the session's catalog.
 *
 * <p>A new table is written under another name, {@code NAME__embark_unfinished_ID}, and renamed when it is complete; one that
 * it replaces is first renamed to {@code NAME__embark_replaced_ID}, and dropped last. Only tables whose files the catalog
 * manages can be replaced so.
 */
final class TableSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(TableSink.class);

    /** The option that names the table. */
    private static final String OPTION = "--output-table";

    private static final String SESSION_CATALOG = "spark_catalog";

    private final SparkSession spark;
    private final String reference;

    /** The table as errors call it. */
    private final String output;

    private final SinkFormat format;
    private final WriteMode mode;
    private final Map<String, String> options;

    TableSink(SparkSession spark, String reference, SinkRequest request) {
        this.spark = spark;
        this.reference = reference;
        this.output = "output table " + reference;
        this.format = request.format();
        this.mode = request.mode();
        this.options = request.options();
    }

    @Override
    public void check(StructType schema, Source source) {
        TableIdentifier target = identifier();
        SessionCatalog catalog = spark.sessionState().catalog();
        String database = target.database().isDefined() ? target.database().get() : catalog.getCurrentDatabase();
        if (!catalog.databaseExists(database)) {
            throw OutputErrors.noDatabase(output, database);
        }
        if (!exists(target)) {
            Path place = new Path(catalog.defaultTablePath(target));
            requireNoForeignTable(place);
            requireFree(place);
            return;
        }

        switch (mode) {
            case ERROR -> throw OutputErrors.exists(output, OPTION);
            case OVERWRITE -> requireReplaceable(metadata(target), schema, source);
            case APPEND -> {
                CatalogTable table = metadata(target);
                if (table.provider().filter(SinkFormat.names()::contains).isDefined()) {
                    requireNoForeignTable(new Path(table.location()));
                }
                AppendCheck.check(output, spark.table(reference).schema(), schema, true);
            }
        }
    }

    /** Spark refuses a folder that is in a new table's place, but only once everything was computed. */
    private void requireFree(Path location) {
        boolean taken = SparkCall.translate(
                () -> location.getFileSystem(spark.sessionState().newHadoopConf())
                        .exists(location),
                e -> OutputErrors.warehouseIsUnreachable(output, e));
        if (taken) {
            throw OutputErrors.placeIsTaken(output, location);
        }
    }

    private CatalogTable metadata(TableIdentifier table) {
        return SparkCall.translate(
                () -> spark.sessionState().catalog().getTableMetadata(table),
                e -> OutputErrors.cannotBeLookedUp(output, e));
    }

    private void requireNoForeignTable(Path folder) {
        SparkCall.translate(
                () -> {
                    ForeignTables.requireNoneWritten(
                            output, folder, spark.sessionState().newHadoopConf());
                    return null;
                },
                e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    private void requireReplaceable(CatalogTable table, StructType schema, Source source) {
        requireManaged(table);
        TableLosses.requireNone(output, table, format.sparkName(), SinkFormat.names(), schema);
        SparkCall.translate(
                () -> {
                    new Replacement(spark, output, new Path(table.location()))
                            .check(source.rows(), Optional.of(table.identifier()), format.sparkName());
                    return null;
                },
                e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    private void requireManaged(CatalogTable table) {
        if (!table.tableType().equals(CatalogTableType.MANAGED())) {
            throw OutputErrors.isNotManaged(output, table.tableType().name());
        }
        if (!table.partitionColumnNames().isEmpty()) {
            throw OutputErrors.hasPartitions(output);
        }
    }

    @Override
    public void write(Dataset<Row> rows) {
        TableIdentifier target = identifier();
        if (mode == WriteMode.APPEND && exists(target)) {
            // By name, since a table may hold its columns in another order.
            Column[] columns = Arrays.stream(spark.table(reference).columns())
                    .map(Columns::named)
                    .toArray(Column[]::new);
            rows.select(columns).write().insertInto(reference);
            recordRanges(target, rows.schema());
            return;
        }

        TableIdentifier unfinished = sibling(target, "unfinished");
        try {
            rows.write().format(format.sparkName()).options(options).saveAsTable(unfinished.quotedString());
            recordRanges(unfinished, rows.schema());
            swap(unfinished, target);
        } finally {
            drop(unfinished);
        }
    }

    private void recordRanges(TableIdentifier table, StructType schema) {
        try {
            Path location = new Path(metadata(table).location());
            RangesRecord.write(location.getFileSystem(spark.sessionState().newHadoopConf()), location, schema);
        } catch (IOException e) {
            throw OutputErrors.rangesCannotBeWritten(output, e);
        }
    }

    private void swap(TableIdentifier unfinished, TableIdentifier target) {
        if (!exists(target)) {
            rename(unfinished, target);
            return;
        }

        if (mode != WriteMode.OVERWRITE) {
            throw OutputErrors.existsByNow(output, OPTION);
        }

        TableIdentifier replaced = sibling(target, "replaced");
        rename(target, replaced);
        try {
            rename(unfinished, target);
        } catch (RuntimeException e) {
            rename(replaced, target);
            throw e;
        }
        drop(replaced);
    }

    private void rename(TableIdentifier from, TableIdentifier to) {
        spark.sql("ALTER TABLE %s RENAME TO %s".formatted(from.quotedString(), to.quotedString()));
    }

    /** Drops a table and the files that a failed write may have left without one. */
    private void drop(TableIdentifier table) {
        Path location = new Path(spark.sessionState().catalog().defaultTablePath(table));
        spark.sql("DROP TABLE IF EXISTS " + table.quotedString());
        try {
            location.getFileSystem(spark.sessionState().newHadoopConf()).delete(location, true);
        } catch (IOException e) {
            LOG.warn("Left behind: {}: {}", Redaction.text(location.toString()), Failures.line(e));
        }
    }

    private boolean exists(TableIdentifier table) {
        return spark.sessionState().catalog().tableExists(table);
    }

    private static TableIdentifier sibling(TableIdentifier target, String state) {
        String id = UUID.randomUUID().toString().substring(0, 8);
        return new TableIdentifier(
                "%s__embark_%s_%s".formatted(target.table(), state, id), target.database(), Option.empty());
    }

    private TableIdentifier identifier() {
        List<String> parts = SparkCall.translate(
                () -> Scala.list(spark.sessionState().sqlParser().parseMultipartIdentifier(reference)),
                e -> OutputErrors.isNoTableName(output, e));
        int last = parts.size() - 1;
        requireSessionCatalog(parts);
        if (last > 2 || (last == 2 && !parts.get(0).equals(SESSION_CATALOG))) {
            throw OutputErrors.isOfAnotherCatalog(output, String.join(".", parts.subList(0, last)));
        }

        Option<String> database = last == 0 ? Option.empty() : Option.apply(parts.get(last - 1));
        return new TableIdentifier(parts.get(last), database, Option.empty());
    }

    /** Names go through Spark's current catalog, and their first part may be a catalog of its own. */
    private void requireSessionCatalog(List<String> parts) {
        CatalogManager catalogs = spark.sessionState().catalogManager();
        String first = parts.get(0);
        if (parts.size() > 1 && !first.equals(SESSION_CATALOG) && catalogs.isCatalogRegistered(first)) {
            throw OutputErrors.isOfAnotherCatalog(output, String.join(".", parts.subList(0, parts.size() - 1)));
        }

        String current = SparkCall.translate(
                () -> catalogs.currentCatalog().name(), e -> OutputErrors.cannotBeLookedUp(output, e));
        if (!current.equals(SESSION_CATALOG)) {
            throw OutputErrors.currentCatalogIsAnother(output, current);
        }
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return spark.table(reference);
    }

    @Override
    public Optional<String> recordedRanges() {
        return mode == WriteMode.APPEND && exists(identifier())
                ? RangesRecord.of(spark.table(reference).schema())
                : Optional.empty();
    }

    @Override
    public String rangesFile() {
        return "%s/%s".formatted(location(), RangesRecord.FILE);
    }

    @Override
    public String reference() {
        return isForgotten() ? location() : reference;
    }

    @Override
    public boolean keepsMetadata() {
        return !isForgotten() || format.keepsMetadata();
    }

    @Override
    public Optional<String> note() {
        return isForgotten()
                ? Optional.of("without a Hive catalog, Spark forgets table %s when it ends; its files stay in %s"
                        .formatted(reference, location()))
                : Optional.empty();
    }

    private boolean isForgotten() {
        return spark.conf().get("spark.sql.catalogImplementation", "in-memory").equals("in-memory");
    }

    private String location() {
        TableIdentifier table = identifier();
        URI location = exists(table)
                ? metadata(table).location()
                : spark.sessionState().catalog().defaultTablePath(table);
        return "file".equals(location.getScheme()) ? location.getPath() : location.toString();
    }

    @Override
    public String description() {
        // A table that is appended to keeps its own format.
        return mode == WriteMode.APPEND
                ? "table %s".formatted(reference)
                : "table %s (%s)".formatted(reference, format.sparkName());
    }
}

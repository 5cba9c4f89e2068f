/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.commit.RunFolder;
import io.embark.job.guard.ForeignTables;
import io.embark.job.guard.Replacement;
import io.embark.job.guard.TableLosses;
import io.embark.job.sink.AppendCheck;
import io.embark.job.sink.Capability;
import io.embark.job.sink.OutputErrors;
import io.embark.job.sink.PartitionErrors;
import io.embark.job.sink.Partitions;
import io.embark.job.sink.RangesRecord;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.sink.folder.FolderAccess;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.source.Source;
import io.embark.job.table.Columns;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
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

/**
 * A table of the session's catalog.
 *
 * <p>A new table is written under another name, {@code NAME__embark_unfinished_ID}, and renamed when it is complete; one that
 * it replaces is first renamed to {@code NAME__embark_replaced_ID}, and dropped last. Only tables whose files the catalog
 * manages can be replaced so.
 */
final class TableSink implements Sink {
    /** The option that names the table. */
    private static final String OPTION = "--output-table";

    private final SparkSession spark;
    private final SessionTables tables;
    private final String reference;

    /** The table as errors call it. */
    private final String output;

    private final FolderFormat format;
    private final WriteMode mode;
    private final Map<String, String> options;
    private final List<String> partitionBy;

    TableSink(SparkSession spark, String reference, FolderFormat format, SinkRequest request) {
        this.spark = spark;
        this.tables = new SessionTables(spark);
        this.reference = reference;
        this.output = "output table " + reference;
        this.format = format;
        this.mode = request.mode();
        this.options = request.options();
        this.partitionBy = request.partitionBy();
    }

    @Override
    public void check(StructType schema, Source source) {
        format.requireNames(output, schema);
        List<String> partitions = Partitions.of(schema, partitionBy);
        TableIdentifier target = identifier();
        SessionCatalog catalog = spark.sessionState().catalog();
        String database = target.database().isDefined() ? target.database().get() : catalog.getCurrentDatabase();
        if (!catalog.databaseExists(database)) {
            throw OutputErrors.noDatabase(output, database);
        }
        requireAlone(target);
        if (!tables.exists(target)) {
            Path place = new Path(catalog.defaultTablePath(target));
            requireNoForeignTable(place);
            requireFree(place);
            requireNoPartitions();
            return;
        }

        switch (mode) {
            case ERROR -> throw OutputErrors.exists(output, OPTION);
            case OVERWRITE -> {
                CatalogTable table = metadata(target);
                requireReplaceable(table, schema, source);
                requireNoPartitions();
            }
            case APPEND -> {
                CatalogTable table = metadata(target);
                Partitions.requireSame(output, partitions(table), partitions);
                if (table.provider().filter(FolderFormat.names()::contains).isDefined()) {
                    requireNoForeignTable(new Path(table.location()));
                }
                AppendCheck.check(output, spark.table(reference).schema(), schema, true);
            }
        }
    }

    private void requireAlone(TableIdentifier target) {
        SparkCall.run(
                () -> {
                    for (Path place : tables.places(target)) {
                        RunFolder.requireAlone(tables.files(place), place, output);
                    }
                },
                e -> OutputErrors.warehouseIsUnreachable(output, e));
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
        return tables.metadata(table, output);
    }

    private void requireNoForeignTable(Path folder) {
        SparkCall.run(
                () -> ForeignTables.requireNoneWritten(
                        output, folder, spark.sessionState().newHadoopConf()),
                e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    private void requireReplaceable(CatalogTable table, StructType schema, Source source) {
        requireManaged(table);
        TableLosses.requireNone(output, table, format.sparkName(), FolderFormat.names(), schema);
        SparkCall.run(
                () -> new Replacement(spark, output, new Path(table.location()))
                        .check(source.rows(), Optional.of(table.identifier()), format.sparkName()),
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

    private static List<String> partitions(CatalogTable table) {
        return Scala.list(table.partitionColumnNames().toSeq());
    }

    /** Such a table is renamed when it is complete, and a catalog need not look for its partitions under the new name. */
    private void requireNoPartitions() {
        if (!partitionBy.isEmpty()) {
            throw PartitionErrors.areMadeBefore(output, format.sparkName(), partitionBy);
        }
    }

    @Override
    public void write(Dataset<Row> rows, Runnable beforeTheyAreSeen) {
        TableIdentifier target = identifier();
        try {
            if (mode == WriteMode.APPEND && tables.exists(target)) {
                append(metadata(target), rows, beforeTheyAreSeen);
            } else {
                writeWhole(target, rows, beforeTheyAreSeen);
            }
        } catch (IOException e) {
            throw OutputErrors.warehouseIsUnreachable(output, e);
        }
    }

    private void append(CatalogTable table, Dataset<Row> rows, Runnable beforeTheyAreSeen) throws IOException {
        // By name, since a table may hold its columns in another order.
        Column[] columns = Arrays.stream(spark.table(reference).columns())
                .map(Columns::named)
                .toArray(Column[]::new);
        Dataset<Row> ordered = rows.select(columns);
        TableFiles appended = new TableFiles(spark, table);
        if (appended.canBeMoved(output)) {
            appended.append(ordered, output, beforeTheyAreSeen);
        } else {
            ordered.write().insertInto(reference);
            beforeTheyAreSeen.run();
            recordRanges(table.identifier(), rows.schema());
        }
    }

    private void writeWhole(TableIdentifier target, Dataset<Row> rows, Runnable beforeTheyAreSeen) throws IOException {
        Path place = tables.defaultPlace(target);
        try (RunFolder run = RunFolder.open(tables.files(place), place, tables.kind(), output)) {
            TableIdentifier unfinished =
                    SessionTables.named(target, run.places().unfinishedTable(target.table()));
            TableIdentifier replaced = SessionTables.named(target, run.places().replacedTable(target.table()));
            try {
                tables.save(unfinished, rows, format.sparkName(), options);
                recordRanges(unfinished, rows.schema());
                if (mode == WriteMode.OVERWRITE && tables.exists(target)) {
                    likeTheOld(
                            new Path(metadata(target).location()),
                            new Path(metadata(unfinished).location()));
                }
                beforeTheyAreSeen.run();
                run.commit((files, places) -> swap(unfinished, replaced, target));
            } finally {
                tables.dropQuietly(unfinished);
            }
        }
    }

    private boolean renamesAtOnce() {
        return SparkCall.translate(
                () -> tables.renamesAtOnce(identifier()), e -> OutputErrors.warehouseIsUnreachable(output, e));
    }

    /** Somebody may have put something into the old folder while this run embedded. */
    private void likeTheOld(Path old, Path added) throws IOException {
        FileSystem files = tables.files(old);
        if (files.exists(old)) {
            new Replacement(spark, output, old).requireOnlyWhatRunsWrite();
            FolderAccess.copy(files, old, added);
        }
    }

    private void recordRanges(TableIdentifier table, StructType schema) {
        try {
            Path location = new Path(metadata(table).location());
            RangesRecord.write(tables.files(location), location, schema);
        } catch (IOException e) {
            throw OutputErrors.rangesCannotBeWritten(output, e);
        }
    }

    private void swap(TableIdentifier unfinished, TableIdentifier replaced, TableIdentifier target) {
        if (!tables.exists(target)) {
            tables.rename(unfinished, target);
            return;
        }

        if (mode != WriteMode.OVERWRITE) {
            throw OutputErrors.existsByNow(output, OPTION);
        }

        tables.rename(target, replaced);
        try {
            tables.rename(unfinished, target);
        } catch (Exception e) {
            // Also what Spark throws undeclared.
            tables.rename(replaced, target);
            throw e;
        }
        tables.dropQuietly(replaced);
    }

    /** Names of other catalogs are the matter of {@link CatalogSink}. */
    private TableIdentifier identifier() {
        List<String> parts =
                SparkCall.translate(() -> tables.parts(reference), e -> CatalogErrors.isNoTableName(output, e));
        requireCurrentCatalog();
        return SessionTables.identifier(parts).orElseThrow();
    }

    /** Spark's writer takes the names of new tables for those of the current catalog. */
    private void requireCurrentCatalog() {
        String session = CatalogManager.SESSION_CATALOG_NAME();
        CatalogManager catalogs = spark.sessionState().catalogManager();
        String current = SparkCall.translate(
                () -> catalogs.currentCatalog().name(), e -> CatalogErrors.cannotBeLookedUp(output, session, e));
        if (!current.equals(session)) {
            throw CatalogErrors.currentCatalogIsAnother(output, current);
        }
    }

    @Override
    public Dataset<Row> read(StructType schema) {
        return spark.table(reference);
    }

    @Override
    public Optional<Refreshing> refreshing() {
        return tables.refreshed(this, identifier(), output);
    }

    @Override
    public boolean holdsThisRunAlone() {
        return mode != WriteMode.APPEND;
    }

    @Override
    public Optional<String> recordedRanges() {
        return mode == WriteMode.APPEND && tables.exists(identifier())
                ? RangesRecord.of(spark.table(reference).schema())
                : Optional.empty();
    }

    @Override
    public Optional<String> folder() {
        return Optional.of(location());
    }

    @Override
    public String reference() {
        return tables.forgets() ? location() : reference;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.of(Capability.CREATES, Capability.APPENDS, Capability.READS_BACK);
        all.add(renamesAtOnce() ? Capability.REPLACES_AT_ONCE : Capability.REPLACES);
        all.addAll(format.keeps());
        if (!commitsByItself()) {
            all.add(Capability.ALL_OR_NOTHING);
        }
        if (!tables.forgets()) {
            all.add(Capability.KEEPS_METADATA);
        }
        return all;
    }

    @Override
    public Optional<String> note() {
        String notes = Stream.of(forgotten(), inserted(), copied())
                .flatMap(Optional::stream)
                .collect(Collectors.joining("; "));
        return notes.isEmpty() ? Optional.empty() : Optional.of(notes);
    }

    private Optional<String> forgotten() {
        return tables.forgets()
                ? Optional.of("without a Hive catalog, Spark forgets table %s when it ends; its files stay in %s"
                        .formatted(reference, location()))
                : Optional.empty();
    }

    private Optional<String> inserted() {
        return commitsByItself()
                ? Optional.of(
                        "Spark inserts the rows into this table: if the run is killed in its last moments, a part of them may stay")
                : Optional.empty();
    }

    /** Whether Spark adds the rows, bit by bit. */
    @Override
    public boolean commitsByItself() {
        TableIdentifier table = identifier();
        return mode == WriteMode.APPEND
                && tables.exists(table)
                && !new TableFiles(spark, metadata(table)).canBeMoved(output);
    }

    private Optional<String> copied() {
        TableIdentifier table = identifier();
        boolean there = tables.exists(table);
        if (there && mode == WriteMode.APPEND) {
            return new TableFiles(spark, metadata(table)).note(output);
        }
        return renamesAtOnce() ? Optional.empty() : Optional.of(SessionTables.copies(there));
    }

    private String location() {
        TableIdentifier table = identifier();
        URI location = tables.exists(table)
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

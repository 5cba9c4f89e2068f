/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.spark.version.Scala;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalog;

/**
 * The folders of the databases and tables that the session's catalog knows, held against one that is to be replaced.
 *
 * @param output the output as errors call it
 * @param target its folder
 * @param format the format that is written, as Spark calls it
 */
record CatalogFolders(SparkSession spark, String output, Place target, String format) {
    /** @param own the table that the output is; empty if it is a folder */
    void check(Optional<TableIdentifier> own) throws IOException {
        ExternalCatalog catalog = spark.sessionState().catalog().externalCatalog();
        for (String database : Scala.list(catalog.listDatabases())) {
            Path location = new Path(catalog.getDatabase(database).locationUri());
            switch (target.to(place(location))) {
                case SAME, ABOVE -> throw GuardErrors.containsDatabase(output, database, location);
                case BELOW, APART -> {}
            }

            for (CatalogTable table : tables(catalog, database)) {
                boolean isOwn =
                        own.filter(output -> isSame(output, table.identifier())).isPresent();
                if (!isOwn && table.storage().locationUri().isDefined()) {
                    check(table);
                }
            }
        }
    }

    /** Without those that the catalog itself cannot read: one of them fails a look-up of them all. */
    private static List<CatalogTable> tables(ExternalCatalog catalog, String database) {
        try {
            return Scala.list(catalog.getTablesByName(database, catalog.listTables(database)));
        } catch (Exception e) {
            return Scala.list(catalog.listTables(database)).stream()
                    .flatMap(name -> table(catalog, database, name))
                    .toList();
        }
    }

    private static Stream<CatalogTable> table(ExternalCatalog catalog, String database, String name) {
        try {
            return Stream.of(catalog.getTable(database, name));
        } catch (Exception e) {
            return Stream.empty();
        }
    }

    private static boolean isSame(TableIdentifier one, TableIdentifier other) {
        return one.table().equalsIgnoreCase(other.table()) && one.database().equals(other.database());
    }

    private void check(CatalogTable table) throws IOException {
        String name = "%s.%s".formatted(table.database(), table.identifier().table());
        Path location = new Path(table.location());
        switch (target.to(place(location))) {
            case ABOVE -> throw GuardErrors.containsTable(output, name, location);
            case BELOW -> throw GuardErrors.isPartOfATable(output, name, location);
            case SAME -> {
                boolean readsOn = table.provider().isDefined()
                        && table.provider().get().equalsIgnoreCase(format)
                        && table.partitionColumnNames().isEmpty()
                        && table.bucketSpec().isEmpty();
                if (!readsOn) {
                    throw GuardErrors.isTheFolderOfATable(output, name);
                }
            }
            case APART -> {}
        }
    }

    private Place place(Path path) throws IOException {
        return Place.of(path, spark.sessionState().newHadoopConf());
    }
}

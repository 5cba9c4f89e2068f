/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.commit.FolderCommit;
import io.embark.job.commit.ObjectCommit;
import io.embark.job.commit.ObjectFiles;
import io.embark.job.commit.RunPlaces;
import io.embark.job.sink.Capability;
import io.embark.job.sink.Refreshing;
import io.embark.job.sink.Sink;
import io.embark.job.sink.folder.RewrittenRefresh;
import io.embark.job.table.Failures;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.Scala;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.connector.catalog.CatalogManager;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** The tables of the session's catalog: by their names, with the folders that they lie in. */
final class SessionTables {
    private static final Logger LOG = LoggerFactory.getLogger(SessionTables.class);

    private final SparkSession spark;

    SessionTables(SparkSession spark) {
        this.spark = spark;
    }

    /** The parts of a name; empty if it is none of a table of this catalog. */
    static Optional<TableIdentifier> identifier(List<String> parts) {
        int last = parts.size() - 1;
        if (last > 2 || (last == 2 && !parts.get(0).equals(CatalogManager.SESSION_CATALOG_NAME()))) {
            return Optional.empty();
        }
        Option<String> database = last == 0 ? Option.empty() : Option.apply(parts.get(last - 1));
        return Optional.of(new TableIdentifier(parts.get(last), database, Option.empty()));
    }

    /** The parts of a name. */
    List<String> parts(String name) throws ParseException {
        return Scala.list(spark.sessionState().sqlParser().parseMultipartIdentifier(name));
    }

    /** Another table of the same database. */
    static TableIdentifier named(TableIdentifier table, String name) {
        return new TableIdentifier(name, table.database(), Option.empty());
    }

    boolean exists(TableIdentifier table) {
        return spark.sessionState().catalog().tableExists(table);
    }

    /** @param output the table as errors call it */
    CatalogTable metadata(TableIdentifier table, String output) {
        return SparkCall.translate(
                () -> spark.sessionState().catalog().getTableMetadata(table),
                e -> CatalogErrors.cannotBeLookedUp(output, CatalogManager.SESSION_CATALOG_NAME(), e));
    }

    /** Where a table of this name has its files, unless it was made to have them elsewhere. */
    Path defaultPlace(TableIdentifier table) throws IOException {
        return qualified(new Path(spark.sessionState().catalog().defaultTablePath(table)));
    }

    Path place(CatalogTable table) throws IOException {
        return qualified(new Path(table.location()));
    }

    /** Where a table of this name has or would have its files. */
    Set<Path> places(TableIdentifier table) throws IOException {
        Set<Path> places = new LinkedHashSet<>(List.of(defaultPlace(table)));
        if (exists(table)) {
            places.add(place(metadata(table, table.toString())));
        }
        return places;
    }

    private Path qualified(Path path) throws IOException {
        FileSystem files = files(path);
        return path.makeQualified(files.getUri(), files.getWorkingDirectory());
    }

    FileSystem files(Path path) throws IOException {
        return path.getFileSystem(spark.sessionState().newHadoopConf());
    }

    /** Whether tables are forgotten when Spark ends. */
    boolean forgets() {
        return spark.conf().get("spark.sql.catalogImplementation", "in-memory").equals("in-memory");
    }

    RunPlaces.Kind kind() {
        return forgets() ? RunPlaces.Kind.FORGOTTEN_TABLE : RunPlaces.Kind.TABLE;
    }

    void rename(TableIdentifier from, TableIdentifier to) {
        spark.sql("ALTER TABLE %s RENAME TO %s".formatted(from.quotedString(), to.quotedString()));
    }

    /** Whether renaming a table of this database is one step for its files. */
    boolean renamesAtOnce(TableIdentifier table) throws IOException {
        return FolderCommit.renamesAtOnce(files(defaultPlace(table)));
    }

    /** Makes a table of rows. */
    void save(TableIdentifier table, Dataset<Row> rows, String format, Map<String, String> options) throws IOException {
        if (renamesAtOnce(table)) {
            rows.write().format(format).options(options).saveAsTable(table.quotedString());
        } else {
            saveOnStore(table, rows, format, options);
        }
    }

    /** Spark's own way copies each file twice there. */
    private void saveOnStore(TableIdentifier table, Dataset<Row> rows, String format, Map<String, String> options)
            throws IOException {
        StructType schema = rows.schema().asNullable();
        spark.catalog().createTable(table.quotedString(), format, schema, options);
        Path place = place(metadata(table, table.toString()));
        ObjectFiles.write(spark, () -> rows.write()
                .format(format)
                .options(options)
                .option(ObjectFiles.HIDDEN, true)
                .mode("append")
                .save(place.toString()));
        ObjectCommit.keepWritten(files(place), place);
        refresh(table);
    }

    /** What people should know before a table is made there, or replaced. */
    static String copies(boolean replaces) {
        return "the warehouse is on a store that has no rename: when all rows are embedded, each new file is copied once%s, and a run that is killed then may leave parts of the table in two places; a folder (--output) or a table of Delta Lake or Iceberg does not"
                .formatted(replaces ? " and each file of the version before too" : "");
    }

    /** Forgets what was cached of a table's files. */
    void refresh(TableIdentifier table) {
        if (exists(table)) {
            spark.catalog().refreshTable(table.quotedString());
        }
    }

    /** Drops a table and the files that a failed write may have left without one. */
    void drop(TableIdentifier table) throws IOException {
        Path place = defaultPlace(table);
        spark.sql("DROP TABLE IF EXISTS " + table.quotedString());
        files(place).delete(place, true);
    }

    /** The same where an error that led here matters more. */
    void dropQuietly(TableIdentifier table) {
        try {
            drop(table);
        } catch (Exception e) {
            // Of any kind if Spark has stopped; the next run finds it.
            LOG.warn("Left behind: {}: {}", table, Failures.line(e));
        }
    }

    /** How a table of this catalog is brought up to date: what is there is written anew, if its files keep the types of keys. */
    Optional<Refreshing> refreshed(Sink sink, TableIdentifier table, String output) {
        Refreshing rewritten = new RewrittenRefresh(
                sink,
                () -> {
                    refresh(table);
                    return exists(table) ? Optional.of(spark.table(table.quotedString())) : Optional.empty();
                },
                () -> {
                    Path place =
                            exists(table) ? new Path(metadata(table, output).location()) : defaultPlace(table);
                    return new RewrittenRefresh.Located(files(place), place);
                },
                // A table with partitions is not written anew.
                List::of);
        return Optional.of(rewritten).filter(place -> sink.can(Capability.KEEPS_TYPES));
    }
}

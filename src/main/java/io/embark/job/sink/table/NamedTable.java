/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.sink.OutputErrors;
import io.embark.job.table.Failures;
import io.embark.job.table.KnownFormats;
import io.embark.job.table.MissingCatalog;
import io.embark.job.table.SparkCall;
import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.connector.catalog.CatalogManager;
import org.apache.spark.sql.connector.catalog.CatalogPlugin;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.ViewCatalog;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog;

/**
 * A table of a catalog by its name, whether it exists or not.
 *
 * @param output the table as errors call it
 */
record NamedTable(SparkSession spark, TableCatalog catalog, Identifier identifier, String output) {
    private static final String SESSION_CATALOG = CatalogManager.SESSION_CATALOG_NAME();
    private static final Set<String> VERSIONED = Set.of("delta", "hudi", "iceberg", "paimon");

    /**
     * Finds the catalog of a name as Spark does: the first part is one if a catalog has this name.
     *
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it is no name, or its catalog cannot be opened or has no
     *     tables
     */
    static NamedTable of(SparkSession spark, String name, String output) {
        CatalogManager catalogs = spark.sessionState().catalogManager();
        List<String> parts = SparkCall.translate(
                () -> Scala.list(spark.sessionState().sqlParser().parseMultipartIdentifier(name)),
                e -> CatalogErrors.isNoTableName(output, e));
        boolean named = parts.size() > 1
                && SparkCall.translate(
                        () -> catalogs.isCatalogRegistered(parts.get(0)),
                        e -> CatalogErrors.catalogCannotBeOpened(output, parts.get(0), e));
        CatalogPlugin plugin = SparkCall.translate(
                () -> named ? catalogs.catalog(parts.get(0)) : catalogs.currentCatalog(),
                e -> CatalogErrors.catalogCannotBeOpened(output, named ? parts.get(0) : "of this session", e));
        if (!(plugin instanceof TableCatalog catalog)) {
            throw CatalogErrors.catalogHasNoTables(output, plugin.name());
        }
        if (parts.size() > 2) {
            MissingCatalog.of(spark, parts).ifPresent(missing -> {
                throw CatalogErrors.noCatalog(output, missing);
            });
        }
        List<String> space = parts.subList(named ? 1 : 0, parts.size() - 1);
        String[] namespace = space.isEmpty() && !named ? catalogs.currentNamespace() : space.toArray(String[]::new);
        return new NamedTable(spark, catalog, Identifier.of(namespace, parts.get(parts.size() - 1)), output);
    }

    /** A table of Delta Lake that is named by its folder. */
    static NamedTable ofDelta(SparkSession spark, Path folder, String output) {
        NamedTable any = of(spark, SESSION_CATALOG + ".delta.t", output);
        return new NamedTable(
                spark, any.catalog(), Identifier.of(new String[] {DeltaTables.FORMAT}, text(folder)), output);
    }

    private static String text(Path folder) {
        return "file".equals(folder.toUri().getScheme()) ? folder.toUri().getPath() : folder.toString();
    }

    boolean isOfTheSession() {
        return catalog.name().equals(SESSION_CATALOG);
    }

    /** Where it is, as it stands behind "tables of". */
    String kind() {
        return "catalog " + catalog.name();
    }

    /** Its whole name as SQL has it. */
    String sql() {
        return namespaceSql() + "." + quoted(identifier.name());
    }

    /** What stands before its own name. */
    String namespaceSql() {
        return Stream.concat(Stream.of(catalog.name()), Arrays.stream(identifier.namespace()))
                .map(NamedTable::quoted)
                .collect(Collectors.joining("."));
    }

    private static String quoted(String part) {
        return "`" + part.replace("`", "``") + "`";
    }

    /** A statement as Spark understands it, with all that Spark checks before it runs one. */
    LogicalPlan analyzed(String statement) throws Exception {
        LogicalPlan parsed = spark.sessionState().sqlParser().parsePlan(statement);
        return spark.sessionState()
                .executePlan(parsed, CommandExecutionMode.SKIP())
                .analyzed();
    }

    /** The table; empty if there is none. */
    Optional<Table> find() {
        return SparkCall.translate(
                () -> catalog.tableExists(identifier)
                        ? Optional.of(catalog.loadTable(identifier)).filter(found -> !isMereFolder(found))
                        : Optional.<Table>empty(),
                e -> CatalogErrors.cannotBeLookedUp(output, catalog.name(), e));
    }

    /** Delta takes every folder with something in it for a table, of no columns where it is none. */
    private boolean isMereFolder(Table found) {
        return Arrays.equals(identifier.namespace(), new String[] {DeltaTables.FORMAT}) && found.columns().length == 0;
    }

    /** The table as it is now, whatever the catalog remembers of it. */
    Optional<Table> findAnew() {
        catalog.invalidateTable(identifier);
        return find();
    }

    /** Whether a view has the name. */
    boolean isView() {
        return catalog instanceof ViewCatalog views
                && SparkCall.translate(
                        () -> views.viewExists(identifier),
                        e -> CatalogErrors.cannotBeLookedUp(output, catalog.name(), e));
    }

    /** Whether the catalog says that there is no such namespace. */
    boolean lacksNamespace() {
        return catalog instanceof SupportsNamespaces spaces
                && identifier.namespace().length > 0
                && !makesNamespaces()
                && SparkCall.translate(
                        () -> !spaces.namespaceExists(identifier.namespace()),
                        e -> CatalogErrors.cannotBeLookedUp(output, catalog.name(), e));
    }

    /** Iceberg's catalog of folders makes them on the way, and has nobody else to do it. */
    private boolean makesNamespaces() {
        return spark.conf()
                .get("spark.sql.catalog.%s.type".formatted(catalog.name()), "")
                .equals("hadoop");
    }

    /** Whether a new table appears together with its first rows. */
    boolean isMadeWithItsRows() {
        return catalog instanceof StagingTableCatalog;
    }

    /** Whether properties can be said of its tables; a database takes them for clauses of its own. */
    boolean keepsProperties() {
        return !isOfADatabase();
    }

    /** Whether it is of a database, which is emptied before it takes new rows and takes those of each partition by itself. */
    boolean isOfADatabase() {
        return catalog instanceof JDBCTableCatalog;
    }

    /**
     * Whether readers of its tables see the old rows until the new ones are all there. Known are formats that keep versions, and
     * catalogs that stage a table until its rows are written, which takes a commit too.
     *
     * @param there the table that exists
     */
    boolean keepsVersions(Optional<Table> there) {
        return catalog instanceof StagingTableCatalog
                || format(there, Optional.empty()).filter(VERSIONED::contains).isPresent();
    }

    /** The refusal to replace its rows where it does not keep versions. */
    EmbarkException isNotReplacedAtOnce() {
        return isOfADatabase()
                ? OutputErrors.databaseIsEmptiedFirst(output)
                : CatalogErrors.isNotReplacedAtOnce(output, kind());
    }

    /**
     * The format of the table or of the one that would be made, as far as anybody can tell.
     *
     * @param there the table that exists
     * @param asked the format that a new one is asked to have
     */
    Optional<String> format(Optional<Table> there, Optional<String> asked) {
        if (isOfADatabase()) {
            return Optional.of("jdbc");
        }
        Optional<String> own = there.map(table -> table.properties().get(TableCatalog.PROP_PROVIDER));
        Optional<String> usual = isOfTheSession()
                ? Optional.empty()
                : KnownFormats.ofClass(catalog.getClass().getName());
        return own.or(() -> usual).or(() -> asked);
    }

    /** Changes properties in one commit. */
    void change(Map<String, String> set, Collection<String> removed) throws Exception {
        TableChange[] changes = Stream.concat(
                        set.entrySet().stream()
                                .map(property -> TableChange.setProperty(property.getKey(), property.getValue())),
                        removed.stream().map(TableChange::removeProperty))
                .toArray(TableChange[]::new);
        catalog.alterTable(identifier, changes);
    }

    /** Why it cannot be changed, for the log. */
    static String reason(Exception thrown) {
        return Failures.line(thrown);
    }
}

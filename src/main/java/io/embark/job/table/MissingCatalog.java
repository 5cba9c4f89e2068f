/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.base.NearestName;
import io.embark.base.Shown;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.CatalogManager;

/**
 * What the name of a table begins with where that is no catalog: a setting of Spark says what each one is.
 *
 * @param name the first part of the table's name
 * @param mayBeADatabase whether it may have been meant as a database of the session's catalog
 * @param alike a catalog with nearly this name
 * @hidden Public for Embark's other rooms only.
 */
public record MissingCatalog(String name, boolean mayBeADatabase, Optional<String> alike) {
    private static final String KEY = "spark.sql.catalog.";
    private static final String OF_THE_SESSION = CatalogManager.SESSION_CATALOG_NAME();

    /** What Spark calls it when there is no table of a name. */
    private static final Set<String> NOT_FOUND =
            Set.of("REQUIRES_SINGLE_PART_NAMESPACE", "SCHEMA_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND");

    /** What Spark sets before the names of views of all sessions. */
    private static final String GLOBAL = "global_temp";

    /** Whether a name begins with a catalog. */
    public static boolean isNamed(SparkSession spark, List<String> parts) {
        return parts.size() > 1
                && (parts.get(0).equals(OF_THE_SESSION)
                        || spark.conf().getOption(KEY + parts.get(0)).isDefined());
    }

    /** The one that Spark missed when it looked for a table; empty if it failed for another reason. */
    public static Optional<MissingCatalog> behind(Exception thrown, SparkSession spark, List<String> parts) {
        return thrown instanceof SparkThrowable told && NOT_FOUND.contains(String.valueOf(SparkVersion.condition(told)))
                ? of(spark, parts)
                : Optional.empty();
    }

    /** The one that a name calls for; empty if all but the table itself is there, or nobody can tell. */
    public static Optional<MissingCatalog> of(SparkSession spark, List<String> parts) {
        if (parts.size() < 2 || isNamed(spark, parts) || !isTheSessionsCurrent(spark)) {
            return Optional.empty();
        }
        // The session's own catalog has databases of tables, and nothing above them.
        boolean mayBeADatabase = parts.size() == 2;
        boolean isKnown = mayBeADatabase
                && (isDatabase(spark, parts.get(0)) || parts.get(1).contains("/"));
        return isKnown
                ? Optional.empty()
                : Optional.of(
                        new MissingCatalog(parts.get(0), mayBeADatabase, NearestName.find(parts.get(0), known(spark))));
    }

    private static boolean isTheSessionsCurrent(SparkSession spark) {
        try {
            return spark.catalog().currentCatalog().equals(OF_THE_SESSION);
        } catch (Exception e) {
            // Spark does not declare what it throws: another one is set, and cannot be opened.
            return false;
        }
    }

    private static boolean isDatabase(SparkSession spark, String name) {
        try {
            return name.equalsIgnoreCase(GLOBAL)
                    || spark.sessionState().catalog().databaseExists(name);
        } catch (Exception e) {
            // Hive cannot be asked.
            return true;
        }
    }

    /** The catalogs that settings bring; what stands behind a further dot is a setting of one. */
    private static List<String> known(SparkSession spark) {
        return Scala.map(spark.conf().getAll()).keySet().stream()
                .filter(key -> key.startsWith(KEY))
                .map(key -> key.substring(KEY.length()))
                .filter(name -> name.indexOf('.') < 0 && !name.equals(OF_THE_SESSION))
                .sorted()
                .toList();
    }

    /** What is wrong, as it stands behind "there is". */
    public String problem() {
        return "no catalog %s".formatted(mayBeADatabase ? "or database " + shown() : shown());
    }

    public String reason() {
        return "%so setting %s says what catalog %s is."
                .formatted(
                        mayBeADatabase ? "The session's catalog has no database %s, and n".formatted(shown()) : "N",
                        setting(),
                        shown());
    }

    public String remedy() {
        String add = "Add --set %s=CLASS with its settings, and its jar with --packages, as conf/iceberg.conf does."
                .formatted(setting());
        return alike.map("Did you mean %s?"::formatted)
                .orElse(mayBeADatabase ? "Check the name. For a catalog: " + add : add);
    }

    private String shown() {
        return Shown.value(name);
    }

    private String setting() {
        return Shown.value(KEY + name);
    }
}

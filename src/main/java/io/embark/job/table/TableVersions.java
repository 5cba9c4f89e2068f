/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;

/** Tables of Iceberg as they were, or in a branch, whose properties are still those of today; and held at one version. */
final class TableVersions {
    /** The newest version of a table, which Iceberg shows among its properties. */
    static final String NEWEST = "current-snapshot-id";

    private static final String NO_ROWS = "none";
    private static final String EMPTY = "no snapshot";
    private static final String SNAPSHOT = "snapshot-id";

    /** The options of a reader that choose rows other than today's, by another name than that of a version. */
    private static final Set<String> CHOOSING = Set.of(
            "as-of-timestamp",
            "start-snapshot-id",
            "end-snapshot-id",
            "start-timestamp",
            "end-timestamp",
            "branch",
            "tag",
            "versionAsOf",
            "timestampAsOf");

    private TableVersions() {}

    static Optional<String> newest(Map<String, String> properties) {
        return Optional.ofNullable(properties.get(NEWEST)).filter(version -> !version.equals(NO_ROWS));
    }

    /** The properties of the table that a relation reads, if they speak of the rows that it reads; else none. */
    static Map<String, String> properties(DataSourceV2Relation relation) {
        Table table = relation.table();
        return IcebergClasses.has(table) && (isChosen(relation) || isOther(table)) ? Map.of() : table.properties();
    }

    private static boolean isChosen(DataSourceV2Relation relation) {
        String version = relation.options().get(SNAPSHOT);
        return CHOOSING.stream().anyMatch(relation.options()::containsKey)
                || (version != null
                        && !version.equals(relation.table().properties().get(NEWEST)));
    }

    private static boolean isOther(Table table) {
        try {
            Optional<Object> branch = IcebergClasses.call(table, "branch").filter(name -> !name.equals("main"));
            Optional<Object> version = IcebergClasses.call(table, "snapshotId").filter(id -> newest(table.properties())
                    .filter(id.toString()::equals)
                    .isEmpty());
            return branch.isPresent() || version.isPresent();
        } catch (ReflectiveOperationException e) {
            // One of its other tables, such as that of the snapshots, or another version of Iceberg.
            return true;
        }
    }

    /**
     * A relation of Iceberg at the version that it has now; empty if it is none, or reads something else than a version. The
     * option of the reader leaves the columns those of today, which may have come after the version.
     */
    static Optional<HeldRelation> held(DataSourceV2Relation relation) {
        Table table = relation.table();
        if (!IcebergClasses.has(table) || CHOOSING.stream().anyMatch(relation.options()::containsKey)) {
            return Optional.empty();
        }
        try {
            String chosen = relation.options().get(SNAPSHOT);
            Optional<Object> version = chosen == null ? IcebergClasses.call(table, "snapshotId") : Optional.of(chosen);
            if (version.isPresent()) {
                return Optional.of(new HeldRelation(relation, named(version.get()), Optional.empty()));
            }
            String newest = table.properties().get(NEWEST);
            if (newest == null || isAside(table)) {
                return Optional.empty();
            }
            if (newest.equals(NO_ROWS)) {
                LogicalPlan none = new Filter(Literal.FalseLiteral(), relation);
                return Optional.of(new HeldRelation(none, EMPTY, Optional.empty()));
            }
            LogicalPlan one = Relations.with(relation, SNAPSHOT, newest);
            return Optional.of(new HeldRelation(one, named(newest), Optional.of(before(table, newest))));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    private static String named(Object version) {
        return "snapshot %s".formatted(version);
    }

    /** The version that another follows. */
    private static String before(Table table, String version) throws ReflectiveOperationException {
        return IcebergSnapshot.of(table, Long.parseLong(version))
                .orElseThrow(() -> new NoSuchMethodException("snapshot of " + table.getClass()))
                .parent()
                .map(TableVersions::named)
                .orElse(EMPTY);
    }

    /** The version that a relation reads, whatever is committed; empty if it reads the newest one, or is none of Iceberg. */
    static Optional<Long> heldAt(DataSourceV2Relation relation) throws ReflectiveOperationException {
        Table table = relation.table();
        if (!IcebergClasses.has(table)
                || CHOOSING.stream().anyMatch(relation.options()::containsKey)
                || isAside(table)) {
            return Optional.empty();
        }
        String chosen = relation.options().get(SNAPSHOT);
        return chosen == null
                ? IcebergClasses.call(table, "snapshotId").map(id -> Long.parseLong(id.toString()))
                : Optional.of(Long.parseLong(chosen));
    }

    /** Whether it is a branch, or a table about a table, or may read a branch by a setting of the session. */
    private static boolean isAside(Table table) throws ReflectiveOperationException {
        for (Class<?> type = IcebergClasses.call(table, "table").orElseThrow().getClass();
                type != null;
                type = type.getSuperclass()) {
            if (type.getSimpleName().equals("BaseMetadataTable")) {
                return true;
            }
        }
        return IcebergClasses.call(table, "branch").isPresent()
                || "true".equals(table.properties().get("write.wap.enabled"));
    }
}

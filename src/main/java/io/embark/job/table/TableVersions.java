/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;

/** Tables of Iceberg as they were, or in a branch, whose properties are still those of today. */
final class TableVersions {
    /** The newest version of a table, which Iceberg shows among its properties. */
    static final String NEWEST = "current-snapshot-id";

    private static final String NO_ROWS = "none";
    private static final String OF_ICEBERG = "org.apache.iceberg.";

    /** The options of a reader that choose rows other than today's. */
    private static final Set<String> CHOOSING = Set.of(
            "snapshot-id",
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
        boolean ofIceberg = table.getClass().getName().startsWith(OF_ICEBERG);
        return ofIceberg && (CHOOSING.stream().anyMatch(relation.options()::containsKey) || isOther(table))
                ? Map.of()
                : table.properties();
    }

    private static boolean isOther(Table table) {
        try {
            Optional<Object> branch = call(table, "branch").filter(name -> !name.equals("main"));
            Optional<Object> version = call(table, "snapshotId").filter(id -> newest(table.properties())
                    .filter(id.toString()::equals)
                    .isEmpty());
            return branch.isPresent() || version.isPresent();
        } catch (ReflectiveOperationException e) {
            // One of its other tables, such as that of the snapshots, or another version of Iceberg.
            return true;
        }
    }

    private static Optional<Object> call(Table table, String method) throws ReflectiveOperationException {
        try {
            return Optional.ofNullable(table.getClass().getMethod(method).invoke(table));
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(e);
        }
    }
}

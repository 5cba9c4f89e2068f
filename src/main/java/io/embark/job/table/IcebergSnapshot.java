/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.connector.catalog.Table;

/**
 * A version of a table of Iceberg, whose classes may not be there to be named.
 *
 * @param id its number, which is given once
 * @param parent the number of the one that it follows; empty if it follows none
 * @param operation what was done: append, overwrite, delete, or replace, which changes no rows
 * @param summary what Iceberg and others noted of it
 * @hidden Public for Embark's other rooms only.
 */
public record IcebergSnapshot(long id, Optional<Long> parent, String operation, Map<String, String> summary) {
    private static final String REPLACE = "replace";

    /** Takes its own copy. */
    public IcebergSnapshot {
        summary = Map.copyOf(summary);
    }

    /** A snapshot of a table; empty if the table has it no longer, or is none of Iceberg. */
    public static Optional<IcebergSnapshot> of(Table table, long id) {
        try {
            Object snapshot = IcebergClasses.method(table, "Table", "snapshot", long.class)
                    .invoke(IcebergClasses.call(table, "table").orElseThrow(), id);
            return snapshot == null ? Optional.empty() : Optional.of(of(table, id, snapshot));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    @SuppressWarnings("unchecked") // Snapshot.summary() is a map of texts
    private static IcebergSnapshot of(Table table, long id, Object snapshot) throws ReflectiveOperationException {
        Object parent = IcebergClasses.method(table, "Snapshot", "parentId").invoke(snapshot);
        Object operation = IcebergClasses.method(table, "Snapshot", "operation").invoke(snapshot);
        Object summary = IcebergClasses.method(table, "Snapshot", "summary").invoke(snapshot);
        return new IcebergSnapshot(
                id,
                Optional.ofNullable((Long) parent),
                String.valueOf(operation),
                summary == null ? Map.of() : (Map<String, String>) summary);
    }

    /** Whether it has the rows of the one that it follows, in other files. */
    public boolean keepsRows() {
        return operation.equals(REPLACE);
    }

    /** A number of its summary; empty if it is not there. */
    Optional<Long> number(String name) {
        return Optional.ofNullable(summary.get(name)).map(Long::parseLong);
    }
}

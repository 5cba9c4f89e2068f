/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.table.SparkCall;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;

/** What is particular about tables of Iceberg, which replace whatever is there when they commit unless they are told more. */
final class IcebergTables {
    private static final String FORMAT = "iceberg";
    private static final String ISOLATION = "isolation-level";
    private static final String MERGE_ISOLATION = "write.merge.isolation-level";
    private static final String SERIALIZABLE = "serializable";
    private static final String METADATA = "org.apache.iceberg.spark.CommitMetadata";
    private static final String SINCE = "validate-from-snapshot-id";

    private IcebergTables() {}

    static boolean is(Table table) {
        return FORMAT.equalsIgnoreCase(table.properties().get(TableCatalog.PROP_PROVIDER));
    }

    /** Refuses a table that lets two runs at once merge in rows of the same key. */
    static void requireSerializable(String output, Table table) {
        String level = table.properties().get(MERGE_ISOLATION);
        if (is(table) && level != null && !level.equalsIgnoreCase(SERIALIZABLE)) {
            throw CatalogErrors.mergesLetOthersThrough(output, MERGE_ISOLATION, level);
        }
    }

    /**
     * The options with which an overwrite fails rather than replace rows that came after a version.
     *
     * @param version the version that the run found; empty if there was no table, or none with rows
     */
    static Map<String, String> guarded(Table table, Optional<String> version, Map<String, String> options) {
        if (!is(table)) {
            return options;
        }
        Map<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        known.putAll(options);
        Map<String, String> guarded = new HashMap<>(options);
        if (!known.containsKey(ISOLATION)) {
            guarded.put(ISOLATION, SERIALIZABLE);
        }
        version.filter(id -> !known.containsKey(SINCE)).ifPresent(id -> guarded.put(SINCE, id));
        return guarded;
    }

    /** Makes a commit, in this thread, whose snapshot has some properties; without them where Iceberg has no way for it. */
    static void carrying(TableCatalog catalog, Map<String, String> properties, SparkCall.Action commit)
            throws Exception {
        Method carrying;
        try {
            carrying = Class.forName(METADATA, true, catalog.getClass().getClassLoader())
                    .getMethod("withCommitProperties", Map.class, Callable.class, Class.class);
        } catch (ReflectiveOperationException e) {
            commit.run();
            return;
        }
        Callable<Boolean> made = () -> {
            commit.run();
            return true;
        };
        try {
            carrying.invoke(null, properties, made, Exception.class);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception thrown ? thrown : e;
        }
    }
}

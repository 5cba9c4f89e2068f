/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.spark.version.Scala;
import java.util.Map;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;

/** The properties of a table of Delta Lake, whose plans read its files as Spark's own and no longer say which table it was. */
final class DeltaProperties {
    private static final String OF_DELTA = "org.apache.spark.sql.delta.";

    private DeltaProperties() {}

    /** Those of the table that a relation reads; none if it is not one of Delta's. */
    static Map<String, String> of(LogicalRelation relation) {
        if (!(relation.relation() instanceof HadoopFsRelation files)
                || !files.location().getClass().getName().startsWith(OF_DELTA)) {
            return Map.of();
        }
        try {
            return configuration(files.location());
        } catch (ReflectiveOperationException | ClassCastException e) {
            // Another version of Delta: what its columns say is there without.
            return Map.of();
        }
    }

    @SuppressWarnings("unchecked") // as Delta declares it
    private static Map<String, String> configuration(FileIndex files) throws ReflectiveOperationException {
        Object metadata = files.getClass().getMethod("metadata").invoke(files);
        Object configuration = metadata.getClass().getMethod("configuration").invoke(metadata);
        return Scala.map((scala.collection.Map<String, String>) configuration);
    }
}

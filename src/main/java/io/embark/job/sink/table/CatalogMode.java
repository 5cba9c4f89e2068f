/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.job.sink.Partitions;
import io.embark.job.sink.SinkRequest;
import io.embark.job.sink.WriteMode;
import io.embark.job.table.FormatOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Table;

/** Which rows of a table a request replaces, and what it lets become of the columns. */
record CatalogMode(SparkSession spark, SinkRequest request) {
    /** Of Delta, and told of every catalog: columns that the table lacks are added. */
    static final String MERGE_SCHEMA = "mergeSchema";
    /** Of Delta: the columns become those of the new rows. */
    static final String OVERWRITE_SCHEMA = "overwriteSchema";
    /** Of Delta: the rows that satisfy a condition. */
    static final String REPLACE_WHERE = "replaceWhere";

    private static final List<String> ALL =
            List.of(MERGE_SCHEMA, OVERWRITE_SCHEMA, Partitions.OVERWRITE_MODE, REPLACE_WHERE);

    /**
     * Refuses options that nobody would read, of which one may be what keeps rows from being replaced.
     *
     * @param format of the table; empty if nobody can tell
     */
    void requireOptionsAreRead(String output, Optional<String> format) {
        if (option(REPLACE_WHERE).isPresent()
                && format.filter(DeltaTables.FORMAT::equalsIgnoreCase).isEmpty()) {
            throw CatalogErrors.takesNoCondition(output);
        }
        FormatOptions.requireKnownOfTables("sink-option", format, ALL, request.options());
    }

    /** The options of Spark's writer. */
    Map<String, String> options() {
        Map<String, String> options = new HashMap<>(request.options());
        if (request.addsColumns()) {
            options.keySet().removeIf(MERGE_SCHEMA::equalsIgnoreCase);
            options.put(MERGE_SCHEMA, "true");
        }
        return Map.copyOf(options);
    }

    boolean replacesPartitions(Table there) {
        return there.partitioning().length > 0 && Partitions.othersStay(spark, request.options());
    }

    boolean replacesSome(Table there) {
        return DeltaTables.is(there) && option(REPLACE_WHERE).isPresent();
    }

    boolean replacesAll(Table there) {
        return request.mode() == WriteMode.OVERWRITE && !replacesPartitions(there) && !replacesSome(there);
    }

    boolean isOn(String name) {
        return option(name)
                .filter(value -> value.strip().equalsIgnoreCase("true"))
                .isPresent();
    }

    /** An option in letters of either case, as Spark takes them. */
    private Optional<String> option(String name) {
        return options().entrySet().stream()
                .filter(option -> option.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}

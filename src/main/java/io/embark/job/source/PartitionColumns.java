/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** Tells of columns that stand in the names of folders, {@code p=007}, where Spark guesses their type and 007 becomes 7. */
final class PartitionColumns {
    private PartitionColumns() {}

    /** What to know of those among the named columns. A table of the catalog says itself what type they are. */
    static List<String> notes(Dataset<Row> rows, Collection<String> named) {
        return Scala.list(rows.queryExecution().analyzed().collectLeaves()).stream()
                .flatMap(leaf -> leaf instanceof LogicalRelation logical
                                && logical.catalogTable().isEmpty()
                                && logical.relation() instanceof HadoopFsRelation files
                        ? Arrays.stream(files.partitionSchema().fields())
                        : Stream.empty())
                .filter(field -> named.stream().anyMatch(field.name()::equalsIgnoreCase))
                .map(PartitionColumns::note)
                .distinct()
                .toList();
    }

    private static String note(StructField field) {
        String note = "column %s is read from the names of folders".formatted(field.name());
        return field.dataType().equals(DataTypes.StringType)
                ? note
                : note
                        + ", as %s: 007 is 7 there, unless --set spark.sql.sources.partitionColumnTypeInference.enabled=false"
                                .formatted(field.dataType().simpleString());
    }
}

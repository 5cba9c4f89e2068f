/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.job.table.Columns;
import io.embark.spark.call.EmbeddingMetadata;
import java.util.List;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns whose values become folders or partitions, as {@code --partition-by} has them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Partitions {
    private static final String OPTION = "partition-by";

    private Partitions() {}

    /**
     * The columns as a table has them.
     *
     * @param named their names, in letters of either case
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if there is no such column, or it cannot tell partitions apart;
     *     {@link ErrorCode#OPTION_INVALID} if no other column is left
     */
    public static List<String> of(StructType schema, List<String> named) {
        List<String> columns = named.stream()
                .map(name -> Columns.find(schema, name, OPTION))
                .map(Partitions::requirePlain)
                .distinct()
                .toList();
        if (!columns.isEmpty() && columns.size() == schema.length()) {
            throw PartitionErrors.leavesNoColumn(columns);
        }
        return columns;
    }

    private static String requirePlain(StructField field) {
        if (EmbeddingMetadata.of(field).isPresent() || !(field.dataType() instanceof AtomicType)) {
            throw PartitionErrors.isNotPlain(field);
        }
        return field.name();
    }
}

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
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.AtomicType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns whose values become folders or partitions, as {@code --partition-by} has them.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class Partitions {
    /** Of Spark's writers: {@code dynamic} for the partitions that the new rows lie in. */
    public static final String OVERWRITE_MODE = "partitionOverwriteMode";

    private static final String OPTION = "partition-by";

    private Partitions() {}

    /**
     * Whether an overwrite is asked to leave the partitions that get no rows, as Spark's writers are asked: by an option, else by
     * the session.
     */
    public static boolean othersStay(SparkSession spark, Map<String, String> options) {
        return options.entrySet().stream()
                .filter(option -> option.getKey().equalsIgnoreCase(OVERWRITE_MODE))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> spark.conf().get("spark.sql.sources." + OVERWRITE_MODE, "static"))
                .equalsIgnoreCase("dynamic");
    }

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

    /**
     * The same where values stand in the names of folders.
     *
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if readers would pass over them too
     */
    public static List<String> ofFolders(StructType schema, List<String> named) {
        List<String> columns = of(schema, named);
        columns.stream().filter(name -> name.startsWith(".")).findFirst().ifPresent(name -> {
            throw PartitionErrors.isHidden(name);
        });
        return columns;
    }

    /**
     * What becomes of a value of a column that names folders: of a text without letters, null.
     *
     * @param partitions the columns whose values do
     */
    public static Column inAName(List<String> partitions, String column, Column value) {
        return partitions.stream().anyMatch(column::equalsIgnoreCase)
                ? functions.when(
                        functions.not(functions.coalesce(value.cast("string").equalTo(""), functions.lit(false))),
                        value)
                : value;
    }

    /**
     * Checks that rows are added to an output of the same partitions.
     *
     * @param asked those that were asked for, if any were
     * @throws EmbarkException {@link ErrorCode#OUTPUT_INVALID} if it has others
     */
    public static void requireSame(String output, List<String> there, List<String> asked) {
        if (!asked.isEmpty() && !lower(there).equals(lower(asked))) {
            throw PartitionErrors.others(output, there, asked);
        }
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    private static String requirePlain(StructField field) {
        if (EmbeddingMetadata.of(field).isPresent() || !(field.dataType() instanceof AtomicType)) {
            throw PartitionErrors.isNotPlain(field);
        }
        return field.name();
    }
}

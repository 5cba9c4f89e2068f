/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.sink.table;

import io.embark.base.Shown;
import io.embark.job.sink.Partitions;
import io.embark.job.sink.folder.FolderFormat;
import io.embark.job.table.Columns;
import io.embark.job.table.DataSourceClass;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.execution.datasources.v2.V2SessionCatalog;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What is particular about tables of Delta Lake. A column of theirs keeps its first label until the columns are declared anew
 * ({@code overwriteSchema}), which happens in the same commit as an overwrite, but forgets whatever the new rows do not say:
 * partitions, comments, and that a column is NOT NULL, which no rows can say.
 */
final class DeltaTables {
    static final String FORMAT = "delta";

    private static final Pattern NO_NAME = Pattern.compile("[ ,;{}()\\n\\t=]");

    /** What rows can say of a column, so that it is not lost. */
    private static final Set<String> SAYABLE = Set.of("comment", "__CHAR_VARCHAR_TYPE_STRING");

    private static final String CLUSTERING = "clusteringColumns";

    private DeltaTables() {}

    /** Refuses a session that cannot write such tables, whose jar or settings are missing. */
    static void requireCatalog(NamedTable table) {
        if (!(table.catalog() instanceof V2SessionCatalog)) {
            return;
        }
        DataSourceClass.require(table.spark(), "output-format", FORMAT, FolderFormat.names());
        throw CatalogErrors.deltaHasNoCatalog(table.output());
    }

    /** Refuses names that Parquet once could not hold, which Delta still does for a new table. */
    static void requireNames(String output, StructType schema) {
        for (String name : schema.fieldNames()) {
            if (NO_NAME.matcher(name).find()) {
                throw CatalogErrors.isNoNameOfDelta(output, name);
            }
        }
    }

    /** Whether its columns have names of their own in the files. */
    static boolean takesAnyName(Table table) {
        return !table.properties()
                .getOrDefault("delta.columnMapping.mode", "none")
                .equalsIgnoreCase("none");
    }

    static boolean is(Table table) {
        return FORMAT.equalsIgnoreCase(table.properties().get(TableCatalog.PROP_PROVIDER));
    }

    /** The options with which an overwrite leaves the rest of a table as it is; Delta 3.3 forgets CLUSTER BY without. */
    static Map<String, String> keeping(Table table, Map<String, String> options) {
        Map<String, String> kept = new HashMap<>(options);
        if (isClustered(table)) {
            kept.putIfAbsent(CatalogMode.REPLACE_WHERE, "true");
        }
        return kept;
    }

    private static boolean isClustered(Table table) {
        String columns = table.properties().getOrDefault(CLUSTERING, "[]");
        return !columns.equals("[]");
    }

    /** What the table would lose if its columns were declared anew. */
    static Optional<String> loss(Table table) {
        if (isClustered(table)) {
            return Optional.of("it would no longer be clustered (CLUSTER BY)");
        }
        return Arrays.stream(declared(table).fields())
                .flatMap(column -> loss(column).stream())
                .findFirst();
    }

    private static Optional<String> loss(StructField column) {
        if (!column.nullable()) {
            return Optional.of("column %s would no longer be NOT NULL".formatted(Shown.value(column.name())));
        }
        return keys(column.metadata()).stream()
                .filter(key -> !SAYABLE.contains(key) && !isOurs(key))
                .map(key -> "column %s would lose %s".formatted(Shown.value(column.name()), key))
                .findFirst();
    }

    private static List<String> keys(Metadata metadata) {
        return Scala.map(metadata.map()).keySet().stream()
                .map(Object::toString)
                .sorted()
                .toList();
    }

    private static boolean isOurs(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.startsWith("embark.") || lower.startsWith("arrow.");
    }

    /** The columns with all that Delta has noted of them, of which Spark is shown a part. */
    private static StructType declared(Table table) {
        try {
            Object snapshot = table.getClass().getMethod("initialSnapshot").invoke(table);
            return (StructType) snapshot.getClass().getMethod("schema").invoke(snapshot);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not a table of Delta Lake as 3.3 has them: " + table.getClass(), e);
        }
    }

    /** Whether the columns of vectors say the same as those of the new rows. */
    static boolean saysTheSame(Table table, StructType added) {
        return EmbeddingMetadata.columns(added).stream()
                .allMatch(column -> ownLabel(table, column.name()).equals(EmbeddingMetadata.of(column)));
    }

    /** What a column itself says of its vectors. */
    static Optional<EmbeddingMetadata> ownLabel(Table table, String column) {
        return Arrays.stream(declared(table).fields())
                .filter(field -> field.name().equalsIgnoreCase(column))
                .findFirst()
                .flatMap(EmbeddingMetadata::of);
    }

    /** Replaces the rows and, in the same commit, the columns by those of the new rows, with all that is known of both. */
    static void overwriteWithColumns(Table table, Dataset<Row> rows, Map<String, String> options) {
        StructType declared = declared(table);
        Column[] columns = Arrays.stream(rows.schema().fields())
                .map(column -> Columns.named(column.name()).as(column.name(), metadata(declared, column)))
                .toArray(Column[]::new);
        String[] partitions = Arrays.stream(table.partitioning())
                .map(partition -> partition.references()[0].fieldNames()[0])
                .toArray(String[]::new);
        rows.select(columns)
                .write()
                .format(FORMAT)
                .mode("overwrite")
                .options(options)
                .option(CatalogMode.OVERWRITE_SCHEMA, "true")
                .option(Partitions.OVERWRITE_MODE, "static")
                .partitionBy(partitions)
                .save(table.properties().get(TableCatalog.PROP_LOCATION));
    }

    private static Metadata metadata(StructType declared, StructField added) {
        return Arrays.stream(declared.fields())
                .filter(old -> old.name().equalsIgnoreCase(added.name()))
                .findFirst()
                .map(old -> new MetadataBuilder()
                        .withMetadata(old.metadata())
                        .withMetadata(added.metadata())
                        .build())
                .orElse(added.metadata());
    }
}

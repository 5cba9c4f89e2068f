/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;

/**
 * What a table says of its columns of vectors, with the columns or, for formats that keep nothing with a column, among its
 * properties. What stands with a column comes first, since it changes in the same commit as the rows.
 *
 * <p>Properties change in a commit of their own. A run that replaces the vectors by those of another model therefore says so
 * first ({@link #announcing}), and takes it back when it is done. Between both, and ever after if it is killed, the column has
 * no label but is {@link #unsettled}, unless the table shows that nothing was committed since.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TableLabels {
    private static final String PREFIX = "embark.";
    private static final String REPLACED_BY = ".replaced-by";
    private static final String REPLACED_AFTER = ".replaced-after";
    private static final String IN_DOUBT = "in doubt";
    private static final String UNSETTLED = "embark.unsettled";

    private TableLabels() {}

    /** The properties that say what the columns of a schema say. */
    public static Map<String, String> properties(StructType schema) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (StructField column : schema.fields()) {
            EmbeddingMetadata.of(column).ifPresent(label -> properties.putAll(label.toProperties(column.name())));
        }
        return properties;
    }

    /** The properties of the table that a relation reads, if it is one and they speak of the rows that it reads; else none. */
    public static Map<String, String> properties(LogicalPlan relation) {
        if (relation instanceof DataSourceV2Relation named) {
            return Optional.ofNullable(TableVersions.properties(named)).orElseGet(Map::of);
        }
        return relation instanceof LogicalRelation files ? DeltaProperties.of(files) : Map.of();
    }

    /** The version of a table that has one, and some rows. */
    public static Optional<String> version(Map<String, String> properties) {
        return TableVersions.newest(properties);
    }

    /**
     * The properties that announce that the vectors of a column are about to become those of another model.
     *
     * @param run the run that does it
     */
    public static Map<String, String> announcing(
            EmbeddingMetadata by, String run, String column, Map<String, String> properties) {
        Map<String, String> announced = new LinkedHashMap<>();
        announced.put(PREFIX + column + REPLACED_BY, by.fingerprint() + " " + run);
        Optional.ofNullable(properties.get(TableVersions.NEWEST))
                .ifPresent(version -> announced.put(
                        PREFIX + column + REPLACED_AFTER, isSettled(column, properties) ? version : IN_DOUBT));
        return announced;
    }

    /** Whether the last to announce it is this run. */
    public static boolean isAnnouncedBy(String run, String column, Map<String, String> properties) {
        return properties.getOrDefault(PREFIX + column + REPLACED_BY, "").endsWith(" " + run);
    }

    /** Whether no run announced that it replaces the vectors of a column, or none has since. */
    public static boolean isSettled(String column, Map<String, String> properties) {
        String after = properties.get(PREFIX + column + REPLACED_AFTER);
        return !properties.containsKey(PREFIX + column + REPLACED_BY)
                || (after != null && after.equals(properties.get(TableVersions.NEWEST)));
    }

    /** The names of all properties that {@link #announcing} may have set. */
    public static List<String> announcements(String column) {
        return List.of(PREFIX + column + REPLACED_BY, PREFIX + column + REPLACED_AFTER);
    }

    /** The columns of a table with what its properties say of them. */
    public static StructType labelled(StructType schema, Map<String, String> properties) {
        return new StructType(Arrays.stream(schema.fields())
                .map(column -> labelled(column, properties))
                .toArray(StructField[]::new));
    }

    private static StructField labelled(StructField column, Map<String, String> properties) {
        if (EmbeddingMetadata.of(column).isPresent()) {
            return column;
        }
        Optional<EmbeddingMetadata> label = EmbeddingMetadata.of(properties, column.name());
        if (label.isEmpty()) {
            return column;
        }
        MetadataBuilder metadata = new MetadataBuilder().withMetadata(column.metadata());
        if (isSettled(column.name(), properties)) {
            metadata.withMetadata(label.get().toMetadata());
        } else {
            String by = properties.get(PREFIX + column.name() + REPLACED_BY).replaceFirst(" .*", "");
            metadata.putString(
                    UNSETTLED, String.format("%.12s or %.12s", label.get().fingerprint(), by));
        }
        return new StructField(column.name(), column.dataType(), column.nullable(), metadata.build());
    }

    /** The fingerprints, of which nobody knows which one holds, of the models of a column that a dead run was replacing. */
    public static Optional<String> unsettled(StructField column) {
        return column.metadata().contains(UNSETTLED)
                ? Optional.of(column.metadata().getString(UNSETTLED))
                : Optional.empty();
    }

    /** Rows whose columns say what the properties of the tables say that they come from. */
    public static Dataset<Row> labelled(Dataset<Row> rows) {
        LogicalPlan plan = rows.queryExecution().analyzed();
        Map<ExprId, Metadata> said = new HashMap<>();
        Scala.list(plan.collectLeaves()).forEach(leaf -> {
            Map<String, String> properties = properties(leaf);
            if (!properties.isEmpty()) {
                collect(leaf.output(), properties, said);
            }
        });
        // Of two columns of one name, nobody can be told which one is meant.
        long names = Arrays.stream(rows.columns()).distinct().count();
        if (said.isEmpty() || names < rows.columns().length) {
            return rows;
        }
        Column[] columns = Scala.list(plan.output()).stream()
                .map(column -> Optional.ofNullable(said.get(column.exprId()))
                        .map(metadata -> Columns.named(column.name()).as(column.name(), metadata))
                        .orElseGet(() -> Columns.named(column.name())))
                .toArray(Column[]::new);
        return rows.select(columns);
    }

    private static void collect(Seq<Attribute> columns, Map<String, String> properties, Map<ExprId, Metadata> said) {
        Scala.list(columns).forEach(column -> {
            StructField old = new StructField(column.name(), column.dataType(), column.nullable(), column.metadata());
            StructField labelled = labelled(old, properties);
            if (!labelled.metadata().equals(old.metadata())) {
                said.put(column.exprId(), labelled.metadata());
            }
        });
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.spark.version.Scala;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.catalog.HiveTableRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.FileRelation;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.FileTable;
import scala.Option;

/**
 * Files that a plan reads, whatever named them: a path, a query, a table, a view.
 *
 * @param plan the operator that reads them
 * @param roots the files or folders that were named, and those of partitions that lie elsewhere
 * @param files lists every file
 * @param isPlain whether Spark takes all files beneath the roots, rather than those that a table's own record names
 */
record ReadRelation(LogicalPlan plan, Set<Path> roots, Supplier<List<Path>> files, boolean isPlain) {
    private static final String OF_SPARK = "org.apache.spark.sql.execution.datasources";
    private static final String LOCATION = "location";

    /** All relations of files that rows come from. */
    static List<ReadRelation> of(Dataset<Row> rows) {
        List<ReadRelation> found = new ArrayList<>();
        collect(
                rows.sparkSession(),
                rows.queryExecution().analyzed(),
                found,
                Collections.newSetFromMap(new IdentityHashMap<>()));
        return found;
    }

    private static void collect(SparkSession spark, LogicalPlan plan, List<ReadRelation> found, Set<LogicalPlan> seen) {
        if (!seen.add(plan)) {
            return;
        }
        relation(spark, plan).ifPresent(found::add);
        QueryCheck.parts(plan).forEach(part -> collect(spark, part, found, seen));
    }

    private static Optional<ReadRelation> relation(SparkSession spark, LogicalPlan plan) {
        if (plan instanceof LogicalRelation logical) {
            return Optional.of(logical(logical));
        }
        if (plan instanceof HiveTableRelation hive) {
            return Optional.of(hive(spark, hive));
        }
        if (plan instanceof DataSourceV2Relation second) {
            return Optional.of(second(second));
        }
        return Optional.empty();
    }

    private static ReadRelation logical(LogicalRelation logical) {
        Set<Path> roots = new LinkedHashSet<>(locations(logical.catalogTable()));
        boolean plain = false;
        if (logical.relation() instanceof HadoopFsRelation read) {
            FileIndex index = read.location();
            roots.addAll(Scala.list(index.rootPaths()));
            plain = index.getClass().getPackageName().equals(OF_SPARK);
        }
        Supplier<List<Path>> files =
                () -> logical.relation() instanceof FileRelation read ? paths(read.inputFiles()) : List.<Path>of();
        return new ReadRelation(logical, roots, files, plain);
    }

    private static Set<Path> locations(Option<CatalogTable> table) {
        return table.isDefined() && table.get().storage().locationUri().isDefined()
                ? Set.of(new Path(table.get().location()))
                : Set.of();
    }

    private static ReadRelation hive(SparkSession spark, HiveTableRelation hive) {
        CatalogTable table = hive.tableMeta();
        Set<Path> roots = new LinkedHashSet<>();
        roots.add(new Path(table.location()));
        if (!table.partitionColumnNames().isEmpty()) {
            Scala.list(spark.sessionState().catalog().listPartitions(table.identifier(), Option.empty()))
                    .forEach(partition -> roots.add(new Path(partition.location())));
        }
        return new ReadRelation(hive, roots, () -> List.copyOf(roots), true);
    }

    private static ReadRelation second(DataSourceV2Relation relation) {
        if (relation.table() instanceof FileTable table) {
            FileIndex index = table.fileIndex();
            return new ReadRelation(
                    relation, Set.copyOf(Scala.list(index.rootPaths())), () -> paths(index.inputFiles()), true);
        }
        Set<Path> roots = Stream.ofNullable(relation.table().properties())
                .flatMap(properties -> Stream.ofNullable(properties.get(LOCATION)))
                .filter(location -> !location.isBlank())
                .map(Path::new)
                .collect(Collectors.toSet());
        return new ReadRelation(relation, roots, () -> List.copyOf(roots), false);
    }

    private static List<Path> paths(String... files) {
        return Stream.of(files).map(ReadRelation::path).toList();
    }

    /** Spark gives addresses; other makers give paths, in which a percent sign is one. */
    private static Path path(String file) {
        try {
            return new Path(URI.create(file));
        } catch (IllegalArgumentException e) {
            return new Path(file);
        }
    }
}

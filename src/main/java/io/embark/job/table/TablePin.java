/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationRef;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Range;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.trees.TreePattern;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.InMemoryFileIndex;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.execution.datasources.v2.FileTable;

/**
 * Rows of a table that keeps versions, held at the one that it has now: whatever is committed later, each read sees the same.
 *
 * @param rows the same columns
 * @param version as people call it
 * @param before the version that it follows; empty if it follows none, or nobody can tell
 * @hidden Public for Embark's other rooms only.
 */
public record TablePin(Dataset<Row> rows, String version, Optional<String> before) {
    /** Rows of one such table, of which columns and rows may have been chosen; empty for rows that may be others at each read. */
    public static Optional<TablePin> of(Dataset<Row> rows) {
        LogicalPlan plan = rows.queryExecution().analyzed();
        List<LogicalPlan> leaves = Scala.list(plan.collectLeaves());
        if (leaves.size() != 1 || !isPlain(plan) || !isTheSameAtEachRead(plan)) {
            return Optional.empty();
        }
        LogicalPlan leaf = leaves.get(0);
        return held(leaf).map(held -> {
            LogicalPlan pinned =
                    plan.transformUp(Scala.partial(node -> node.fastEquals(leaf) ? held.relation() : node));
            return new TablePin(SparkVersion.rows(rows.sparkSession(), pinned), held.version(), held.before());
        });
    }

    /**
     * Rows that are the same at each read from now on: of tables that keep versions, held at those that they have now, of files, which
     * are listed once, and of whatever Spark computes from them alone. Empty where the next read may see others.
     */
    public static Optional<Dataset<Row>> settled(Dataset<Row> rows) {
        LogicalPlan plan = rows.queryExecution().analyzed();
        boolean isKnown = Scala.list(plan.collectLeaves()).stream()
                .allMatch(leaf -> isOfFiles(leaf) || held(leaf).isPresent());
        // Which rows a limit lets through depends on who comes first.
        if (!isKnown || !isTheSameAtEachRead(plan) || plan.containsPattern(TreePattern.LIMIT())) {
            return Optional.empty();
        }
        LogicalPlan settled = plan.transformUp(
                Scala.partial(node -> held(node).map(HeldRelation::relation).orElse(node)));
        return Optional.of(SparkVersion.rows(rows.sparkSession(), settled));
    }

    /** Whether a leaf has rows of its own, or reads files that Spark lists. */
    private static boolean isOfFiles(LogicalPlan leaf) {
        if (leaf instanceof LogicalRelation read) {
            // Others ask a catalog at each read which partitions there are.
            return read.relation() instanceof HadoopFsRelation files && files.location() instanceof InMemoryFileIndex;
        }
        if (leaf instanceof DataSourceV2Relation read) {
            return read.table() instanceof FileTable;
        }
        return leaf instanceof LocalRelation
                || leaf instanceof OneRowRelation
                || leaf instanceof Range
                // What it names is among the other leaves.
                || leaf instanceof CTERelationRef;
    }

    /** Whether one commit lies between both. */
    public boolean follows(TablePin other) {
        return before.filter(other.version::equals).isPresent();
    }

    private static Optional<HeldRelation> held(LogicalPlan leaf) {
        if (leaf instanceof DataSourceV2Relation named) {
            return TableVersions.held(named);
        }
        return leaf instanceof LogicalRelation files ? DeltaVersions.held(files) : Optional.empty();
    }

    /** A limit may choose other rows each time, and a view or a query is anybody's. */
    private static boolean isPlain(LogicalPlan plan) {
        boolean isChoice = plan instanceof Project || plan instanceof Filter || plan instanceof SubqueryAlias;
        List<LogicalPlan> children = Scala.list(plan.children());
        return children.isEmpty() || (isChoice && children.stream().allMatch(TablePin::isPlain));
    }

    private static boolean isTheSameAtEachRead(LogicalPlan plan) {
        return plan.deterministic()
                && !plan.containsPattern(TreePattern.CURRENT_LIKE())
                && plan.subqueriesAll().isEmpty();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.HasPartitionExpressions;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.RebalancePartitions;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.catalyst.plans.physical.RoundRobinPartitioning;
import org.apache.spark.sql.execution.SortExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.exchange.ENSURE_REQUIREMENTS$;
import org.apache.spark.sql.execution.exchange.REBALANCE_PARTITIONS_BY_COL$;
import org.apache.spark.sql.execution.exchange.REPARTITION_BY_COL$;
import org.apache.spark.sql.execution.exchange.REPARTITION_BY_NUM$;
import org.apache.spark.sql.execution.exchange.ShuffleExchangeExec;
import org.apache.spark.sql.execution.exchange.ShuffleOrigin;
import org.apache.spark.sql.internal.SQLConf;
import scala.Option;

/**
 * Puts a shuffle between an {@link EmbedNode} and a sort of all rows, or a partitioning by ranges, also one that a sorted table
 * asks for. Spark draws a sample to find the ranges (RangePartitioner), for which it would run the node once more on every row;
 * from a shuffle it only reads.
 */
final class SampledRows {
    private SampledRows() {}

    /** Whether Spark would run a node for its sample. Of sorted rows of which only the first are taken, it draws none. */
    static boolean areEmbeddedFor(LogicalPlan plan) {
        boolean findsRanges = plan instanceof Sort sort ? sort.global() : partitionsByRanges(plan);
        return findsRanges && runsInTheStageOf(plan.children().head());
    }

    private static boolean partitionsByRanges(LogicalPlan plan) {
        return plan instanceof HasPartitionExpressions partitions
                && Scala.list(partitions.partitionExpressions()).stream().anyMatch(SortOrder.class::isInstance);
    }

    /** Whether a node embeds in the stage in which the plan ends. A join may broadcast its other side. */
    private static boolean runsInTheStageOf(LogicalPlan plan) {
        if (plan instanceof EmbedNode) {
            return true;
        }
        boolean shuffles = plan instanceof Aggregate
                || plan instanceof Window
                || plan instanceof GlobalLimit
                || plan instanceof RebalancePartitions
                || (plan instanceof RepartitionOperation repartition && repartition.shuffle())
                || (plan instanceof Sort sort && sort.global());
        return !shuffles && Scala.list(plan.children()).stream().anyMatch(SampledRows::runsInTheStageOf);
    }

    /**
     * As Spark plans the operator (BasicOperators), over a shuffle. That has no operator of its own in the logical plan, as
     * those that Spark adds itself: adaptive execution would not find it there.
     */
    static SparkPlan exec(LogicalPlan plan, SparkPlan child) {
        SparkPlan shuffled = new ShuffleExchangeExec(
                new RoundRobinPartitioning(SQLConf.get().numShufflePartitions()),
                child,
                ENSURE_REQUIREMENTS$.MODULE$,
                Option.empty());
        if (plan instanceof Sort sort) {
            return new SortExec(sort.order(), true, shuffled, 0);
        }
        HasPartitionExpressions partitions = (HasPartitionExpressions) plan;
        return new ShuffleExchangeExec(
                partitions.partitioning(), shuffled, origin(plan), partitions.optAdvisoryPartitionSize());
    }

    private static ShuffleOrigin origin(LogicalPlan plan) {
        if (plan instanceof RepartitionByExpression repartition) {
            return repartition.optNumPartitions().isEmpty() ? REPARTITION_BY_COL$.MODULE$ : REPARTITION_BY_NUM$.MODULE$;
        }
        return REBALANCE_PARTITIONS_BY_COL$.MODULE$;
    }
}

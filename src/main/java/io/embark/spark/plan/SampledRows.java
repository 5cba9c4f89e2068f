/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RebalancePartitions;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import scala.Option;

/**
 * Puts a shuffle between an {@link EmbedNode} and a sort of all rows, or a partitioning by ranges. Spark draws a sample to find
 * the ranges (RangePartitioner), for which it would run the node once more on every row; from a shuffle it only reads.
 */
final class SampledRows {
    private SampledRows() {}

    static LogicalPlan shuffle(LogicalPlan plan) {
        return shuffle(plan, false);
    }

    /** Of sorted rows of which only the first are taken, Spark draws no sample. */
    private static LogicalPlan shuffle(LogicalPlan plan, boolean onlyFirst) {
        boolean firstBelow =
                plan instanceof GlobalLimit || plan instanceof LocalLimit || (onlyFirst && plan instanceof Project);
        boolean sampled = !onlyFirst && findsRanges(plan);
        List<LogicalPlan> children = new ArrayList<>();
        for (LogicalPlan child : Scala.list(plan.children())) {
            LogicalPlan below = shuffle(child, firstBelow);
            children.add(sampled && runsInTheStageOf(below) ? shuffled(below) : below);
        }
        return children.equals(Scala.list(plan.children())) ? plan : plan.withNewChildren(Scala.seq(children));
    }

    private static boolean findsRanges(LogicalPlan plan) {
        if (plan instanceof RepartitionByExpression repartition) {
            return Scala.list(repartition.partitionExpressions()).stream().anyMatch(SortOrder.class::isInstance);
        }
        return plan instanceof Sort sort && sort.global();
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

    private static LogicalPlan shuffled(LogicalPlan plan) {
        return new RepartitionByExpression(Scala.seq(List.of()), plan, Option.empty(), Option.empty());
    }
}

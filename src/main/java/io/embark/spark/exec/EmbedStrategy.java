/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.ReturnAnswer;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Tail;
import org.apache.spark.sql.execution.CollectTailExec;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/**
 * Plans an {@link EmbedNode} as an {@link EmbedExec}, and what would run it twice.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedStrategy extends SparkStrategy {
    /** So many rows the driver can hold, like those of a {@code show()} or {@code head(n)}. */
    private static final int FEW_ROWS = 1024;

    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        if (plan instanceof ReturnAnswer answer) {
            return planFirstRows(answer.child());
        }
        if (plan instanceof Tail tail) {
            // Spark plans it only where it is the end of a query, and here vectors of the last rows may follow.
            return only(new CollectTailExec(value(tail.limitExpr()), planLater(tail.child())));
        }
        if (SampledRows.areEmbeddedFor(plan)) {
            return only(SampledRows.exec(plan, planLater(plan.children().head())));
        }
        return plan instanceof EmbedNode node ? only(exec(node, planLater(node.child()))) : none();
    }

    /** Plans a query that ends in the vectors of a few rows; Spark sees the limit only where it is the end itself. */
    private Seq<SparkPlan> planFirstRows(LogicalPlan plan) {
        if (plan instanceof Project project && project.child() instanceof EmbedNode node && limit(node.child()) > 0) {
            return only(new ProjectExec(project.projectList(), execOfFirst(node)));
        }
        return plan instanceof EmbedNode node && limit(node.child()) > 0 ? only(execOfFirst(node)) : none();
    }

    private SparkPlan execOfFirst(EmbedNode node) {
        LogicalPlan all = node.child().children().head().children().head();
        return exec(node, new FirstRowsExec(limit(node.child()), planLater(all)));
    }

    /** How many rows a limit takes, 0 if it is none or one that Spark has a better operator for. */
    private static int limit(LogicalPlan plan) {
        if (plan instanceof GlobalLimit global && global.child() instanceof LocalLimit local) {
            LogicalPlan rows = local.child() instanceof Project project ? project.child() : local.child();
            int limit = Math.min(value(global.limitExpr()), value(local.limitExpr()));
            return limit <= FEW_ROWS && !(rows instanceof Sort) ? limit : 0;
        }
        return 0;
    }

    private static int value(Expression limit) {
        return limit instanceof Literal literal && literal.value() instanceof Integer rows ? rows : 0;
    }

    private static EmbedExec exec(EmbedNode node, SparkPlan child) {
        return new EmbedExec(node.calls(), node.results(), child);
    }

    private static Seq<SparkPlan> only(SparkPlan plan) {
        return Scala.seq(List.of(plan));
    }

    private static Seq<SparkPlan> none() {
        return Scala.seq(List.of());
    }
}

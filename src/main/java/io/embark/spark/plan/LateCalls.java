/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.InnerLike;
import org.apache.spark.sql.catalyst.plans.JoinType;
import org.apache.spark.sql.catalyst.plans.LeftAnti$;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.LeftSemi$;
import org.apache.spark.sql.catalyst.plans.RightOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Offset;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sample;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Tail;
import org.apache.spark.sql.catalyst.plans.logical.Window;

/**
 * Moves columns that hold calls of {@code embed} from below an operator that drops rows to above it, so that only the rows
 * that are left are embedded. Spark moves filters below projections itself; this is for the operators that it leaves where they
 * are: limits, also over sorts and joins, filters of what a window function computes, samples, semi and anti joins.
 */
final class LateCalls {
    private final boolean limited;
    private final Map<ExprId, NamedExpression> lifted = new LinkedHashMap<>();

    private LateCalls(boolean limited) {
        this.limited = limited;
    }

    static LogicalPlan lift(LogicalPlan plan) {
        return plan.transformDown(Scala.partial(LateCalls::liftAbove));
    }

    private static LogicalPlan liftAbove(LogicalPlan operator) {
        boolean limited = isLimit(operator);
        if (!limited && !dropsRows(operator)) {
            return operator;
        }

        LateCalls calls = new LateCalls(limited);
        LogicalPlan left = operator.children().head();
        LogicalPlan without = calls.take(left, operator.references());
        if (calls.lifted.isEmpty()) {
            return operator;
        }
        List<LogicalPlan> children = new ArrayList<>(Scala.list(operator.children()));
        children.set(0, without);
        List<NamedExpression> output = new ArrayList<>();
        for (Attribute attribute : Scala.list(operator.output())) {
            output.add(calls.lifted.getOrDefault(attribute.exprId(), attribute));
        }
        return new Project(Scala.seq(output), operator.withNewChildren(Scala.seq(children)));
    }

    private static boolean isLimit(LogicalPlan operator) {
        return operator instanceof GlobalLimit
                || operator instanceof LocalLimit
                || operator instanceof Offset
                || operator instanceof Tail;
    }

    private static boolean dropsRows(LogicalPlan operator) {
        return operator instanceof Filter
                || (operator instanceof Sample sample && !sample.withReplacement())
                || (operator instanceof Join join && keepsOnlyLeft(join.joinType()));
    }

    private static boolean keepsOnlyLeft(JoinType type) {
        return type == LeftSemi$.MODULE$ || type == LeftAnti$.MODULE$;
    }

    /** The plan without the columns that hold calls and that nobody {@code used} on the way, with what they are made of. */
    private LogicalPlan take(LogicalPlan plan, AttributeSet used) {
        if (plan instanceof Project project) {
            return takeFrom(project, used);
        }
        if (plan instanceof Join join) {
            return limited ? takeBelow(join, used) : plan;
        }
        boolean passes = isLimit(plan)
                || plan instanceof Filter
                || plan instanceof Sort
                || plan instanceof Window
                || (limited && plan instanceof RepartitionOperation);
        if (!passes) {
            return plan;
        }
        LogicalPlan child = plan.children().head();
        LogicalPlan without = take(child, used.$plus$plus(plan.references()));
        return without == child ? plan : plan.withNewChildren(Scala.seq(List.of(without)));
    }

    private LogicalPlan takeFrom(Project project, AttributeSet used) {
        Map<ExprId, NamedExpression> kept = new LinkedHashMap<>();
        AttributeSet usedHere = used;
        int before = lifted.size();
        for (NamedExpression output : Scala.list(project.projectList())) {
            if (output instanceof Attribute) {
                kept.put(output.exprId(), output);
                continue;
            }
            usedHere = usedHere.$plus$plus(((Expression) output).references());
            boolean taken = EmbedCalls.areIn((Expression) output)
                    && ((Expression) output).deterministic()
                    && !used.contains(output);
            (taken ? lifted : kept).put(output.exprId(), output);
        }

        LogicalPlan child = take(project.child(), usedHere);
        if (lifted.size() == before) {
            return project;
        }
        // What was taken from further down can no longer be passed on, but what it is made of has to be.
        kept.keySet().removeAll(lifted.keySet());
        for (NamedExpression output : lifted.values()) {
            for (Attribute reference :
                    Scala.list(((Expression) output).references().toSeq())) {
                if (child.outputSet().contains(reference)) {
                    kept.putIfAbsent(reference.exprId(), reference);
                }
            }
        }
        return new Project(Scala.seq(List.copyOf(kept.values())), child);
    }

    private LogicalPlan takeBelow(Join join, AttributeSet used) {
        AttributeSet above = used.$plus$plus(join.references());
        JoinType type = join.joinType();
        boolean fromLeft = type instanceof InnerLike || type == LeftOuter$.MODULE$ || keepsOnlyLeft(type);
        boolean fromRight = type instanceof InnerLike || type == RightOuter$.MODULE$;
        LogicalPlan left = fromLeft ? take(join.left(), above) : join.left();
        LogicalPlan right = fromRight ? take(join.right(), above) : join.right();
        return left == join.left() && right == join.right()
                ? join
                : join.withNewChildren(Scala.seq(List.of(left, right)));
    }
}

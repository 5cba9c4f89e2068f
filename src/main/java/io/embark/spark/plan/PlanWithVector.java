/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.ExistenceJoin;
import org.apache.spark.sql.catalyst.plans.InnerLike;
import org.apache.spark.sql.catalyst.plans.JoinType;
import org.apache.spark.sql.catalyst.plans.LeftAnti$;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.LeftSemi$;
import org.apache.spark.sql.catalyst.plans.RightOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sample;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;

/**
 * A plan whose output has the vector of a call.
 *
 * @param plan the rows of a plan, in their order, with all of its columns and perhaps more
 * @param vector the column of the vector
 */
record PlanWithVector(LogicalPlan plan, Attribute vector) {
    /** Steps that each name a text twice double it with each step. */
    private static final int LARGEST_TEXT = 1000;

    /**
     * Where the plan embeds the same text already, for a filter beneath for example, that vector is handed up; where it embeds
     * another text of the same rows, one node does both; else a new node stands on the plan.
     */
    static PlanWithVector in(LogicalPlan plan, EmbedExpression call) {
        return handedUp(plan, call).or(() -> added(plan, call)).orElseGet(() -> {
            Attribute vector = EmbedNode.resultOf(call);
            return new PlanWithVector(
                    new EmbedNode(Scala.seq(List.of(call)), Scala.seq(List.of(vector)), plan), vector);
        });
    }

    private static Optional<PlanWithVector> handedUp(LogicalPlan plan, EmbedExpression call) {
        if (!call.deterministic()) {
            return Optional.empty();
        }
        if (plan instanceof EmbedNode node) {
            List<EmbedExpression> calls = Scala.list(node.calls());
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).semanticEquals(call)) {
                    return Optional.of(new PlanWithVector(node, node.results().apply(i)));
                }
            }
        }
        if (plan instanceof Project project) {
            return beneath(project, call, Optional.empty()).flatMap(inner -> {
                Optional<PlanWithVector> below = handedUp(project.child(), inner);
                return below.map(found -> passedOn(project, found));
            });
        }
        for (LogicalPlan child : childrenWithTheSameRows(plan)) {
            if (call.references().subsetOf(child.outputSet())) {
                Optional<PlanWithVector> below = handedUp(child, call);
                if (below.isPresent()) {
                    return below.map(found -> over(plan, child, found));
                }
            }
        }
        return Optional.empty();
    }

    /** Added to a node that sees the same rows: only projections may stand between. */
    private static Optional<PlanWithVector> added(LogicalPlan plan, EmbedExpression call) {
        if (plan instanceof EmbedNode node
                && call.references().subsetOf(node.child().outputSet())) {
            Attribute vector = EmbedNode.resultOf(call);
            return Optional.of(new PlanWithVector(node.with(call, vector), vector));
        }
        if (plan instanceof Project project) {
            return beneath(project, call, Optional.of(Attribute.class))
                    .flatMap(inner -> added(project.child(), inner))
                    .map(found -> passedOn(project, found));
        }
        return Optional.empty();
    }

    /** The call in terms of what a projection reads; none if a column of the text is not of the type asked for. */
    private static Optional<EmbedExpression> beneath(
            Project project, EmbedExpression call, Optional<Class<? extends Expression>> type) {
        Map<ExprId, Expression> columns = new HashMap<>();
        for (NamedExpression output : Scala.list(project.projectList())) {
            columns.put(output.exprId(), output instanceof Alias alias ? alias.child() : (Expression) output);
        }
        for (Attribute reference : Scala.list(call.references().toSeq())) {
            Expression column = columns.get(reference.exprId());
            if (column == null
                    || !column.deterministic()
                    || !type.map(t -> t.isInstance(column)).orElse(true)) {
                return Optional.empty();
            }
        }
        if (size(call.text(), columns) > LARGEST_TEXT) {
            return Optional.empty();
        }
        return Optional.of((EmbedExpression) call.transformUp(Scala.partial(expression ->
                expression instanceof Attribute attribute ? columns.get(attribute.exprId()) : expression)));
    }

    private static long size(Expression expression, Map<ExprId, Expression> columns) {
        Expression column = expression instanceof Attribute attribute ? columns.get(attribute.exprId()) : null;
        return column != null
                ? size(column, Map.of())
                : 1
                        + Scala.list(expression.children()).stream()
                                .mapToLong(child -> size(child, columns))
                                .sum();
    }

    private static PlanWithVector passedOn(Project project, PlanWithVector below) {
        for (NamedExpression output : Scala.list(project.projectList())) {
            if (output.exprId().equals(below.vector.exprId())) {
                return new PlanWithVector(new Project(project.projectList(), below.plan), below.vector);
            }
        }
        List<NamedExpression> list = new ArrayList<>(Scala.list(project.projectList()));
        list.add(below.vector);
        return new PlanWithVector(new Project(Scala.seq(list), below.plan), below.vector);
    }

    /** The children whose columns the operator hands on, each row perhaps often or not at all. */
    private static List<LogicalPlan> childrenWithTheSameRows(LogicalPlan plan) {
        if (plan instanceof Join join) {
            return Scala.list(join.children()).stream()
                    .filter(child -> handsOn(join.joinType(), child == join.left()))
                    .toList();
        }
        boolean handsOn = plan instanceof EmbedNode
                || plan instanceof Filter
                || plan instanceof Sort
                || plan instanceof Window
                || plan instanceof GlobalLimit
                || plan instanceof LocalLimit
                || plan instanceof Sample
                || plan instanceof RepartitionOperation
                || plan instanceof Generate;
        return handsOn ? Scala.list(plan.children()) : List.of();
    }

    /** The vectors of a side whose rows may be null are left out: the text above may be made of nulls. */
    private static boolean handsOn(JoinType type, boolean left) {
        return type instanceof InnerLike
                || (left
                        ? type == LeftOuter$.MODULE$
                                || type == LeftSemi$.MODULE$
                                || type == LeftAnti$.MODULE$
                                || type instanceof ExistenceJoin
                        : type == RightOuter$.MODULE$);
    }

    private static PlanWithVector over(LogicalPlan plan, LogicalPlan child, PlanWithVector below) {
        List<LogicalPlan> children = new ArrayList<>(Scala.list(plan.children()));
        children.replaceAll(each -> each == child ? below.plan : each);
        LogicalPlan over = plan instanceof Generate generate
                ? withoutColumns(generate, below.plan)
                : plan.withNewChildren(Scala.seq(children));
        return new PlanWithVector(over, below.vector);
    }

    /** A generator numbers the columns that it drops, and one more column may have shifted them. */
    private static LogicalPlan withoutColumns(Generate generate, LogicalPlan child) {
        List<Attribute> before = Scala.list(generate.child().output());
        List<Attribute> now = Scala.list(child.output());
        List<Object> dropped = new ArrayList<>();
        for (Object number : Scala.list(generate.unrequiredChildIndex())) {
            dropped.add(now.indexOf(before.get((Integer) number)));
        }
        return new Generate(
                generate.generator(),
                Scala.seq(dropped),
                generate.outer(),
                generate.qualifier(),
                generate.generatorOutput(),
                child);
    }
}

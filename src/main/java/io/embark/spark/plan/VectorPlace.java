/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;

/** Where in a plan a call is run, so that the plan's output has its vector. */
final class VectorPlace {
    /** Steps that each name a text twice double it with each step. */
    private static final int LARGEST_TEXT = 1000;

    private VectorPlace() {}

    /**
     * Where the plan embeds the same text already, for a filter beneath for example, that vector is handed up; where it embeds
     * another text of the same rows, one node does both; else a new node stands on the plan.
     */
    static PlanWithColumn in(LogicalPlan plan, EmbedExpression call) {
        return known(plan, call).or(() -> added(plan, call)).orElseGet(() -> {
            Attribute vector = EmbedNode.resultOf(call);
            return new PlanWithColumn(
                    new EmbedNode(Scala.seq(List.of(call)), Scala.seq(List.of(vector)), plan), vector);
        });
    }

    /** The vector that the plan has already, handed up to its output. */
    static Optional<PlanWithColumn> known(LogicalPlan plan, EmbedExpression call) {
        if (!call.deterministic()) {
            return Optional.empty();
        }
        if (plan instanceof EmbedNode node) {
            List<EmbedExpression> calls = Scala.list(node.calls());
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).semanticEquals(call)) {
                    return Optional.of(new PlanWithColumn(node, node.results().apply(i)));
                }
            }
        }
        if (plan instanceof Project project) {
            return beneath(project, call, Optional.empty()).flatMap(inner -> {
                Optional<PlanWithColumn> below = known(project.child(), inner);
                return below.map(found -> found.through(project, project.child()));
            });
        }
        for (LogicalPlan child : PlanWithColumn.childrenWithTheSameRows(plan)) {
            if (call.references().subsetOf(child.outputSet())) {
                Optional<PlanWithColumn> below = known(child, call);
                if (below.isPresent()) {
                    return below.map(found -> found.through(plan, child));
                }
            }
        }
        return Optional.empty();
    }

    /** Added to a node that sees the same rows: only projections may stand between. */
    private static Optional<PlanWithColumn> added(LogicalPlan plan, EmbedExpression call) {
        if (plan instanceof EmbedNode node
                && call.references().subsetOf(node.child().outputSet())) {
            Attribute vector = EmbedNode.resultOf(call);
            return Optional.of(new PlanWithColumn(node.with(call, vector), vector));
        }
        if (plan instanceof Project project) {
            return beneath(project, call, Optional.of(Attribute.class))
                    .flatMap(inner -> added(project.child(), inner))
                    .map(found -> found.through(project, project.child()));
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
}

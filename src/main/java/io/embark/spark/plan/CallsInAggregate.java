/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.Metadata;
import scala.Option;

/**
 * Rewrites an aggregation so that it embeds rows only where it has to: {@code first(embed(t))} is the vector of one text of each
 * group, and {@code count(embed(t))} needs none. Calls that need the outcome of an aggregation, as in {@code embed(max(text))},
 * are put above the operator that aggregates, as Spark does with Python functions (ExtractPythonUDFFromAggregate).
 */
final class CallsInAggregate {
    private final Aggregate aggregate;
    private final Map<Expression, NamedExpression> kept = new LinkedHashMap<>();

    private CallsInAggregate(Aggregate aggregate) {
        this.aggregate = aggregate;
    }

    static LogicalPlan rewrite(LogicalPlan plan) {
        return plan.transformUp(Scala.partial(CallsInAggregate::rewriteOne));
    }

    private static LogicalPlan rewriteOne(LogicalPlan plan) {
        if (!(plan instanceof Aggregate aggregate)) {
            return plan;
        }
        Aggregate whole = withCallsFromBelow(aggregate);
        if (EmbedCalls.innermost(whole).isEmpty()) {
            return plan;
        }
        return new CallsInAggregate((Aggregate) whole.transformExpressionsUp(Scala.partial(AggregatedCalls::onText)))
                .lift();
    }

    /** Spark leaves columns of a projection beneath; here the aggregation must see what is done with each vector. */
    private static Aggregate withCallsFromBelow(Aggregate aggregate) {
        if (!(aggregate.child() instanceof Project project)) {
            return aggregate;
        }
        Map<ExprId, Expression> calls = new HashMap<>();
        for (NamedExpression column : Scala.list(project.projectList())) {
            if (column instanceof Alias alias && EmbedCalls.areIn(alias) && alias.deterministic()) {
                calls.put(alias.exprId(), alias.child());
            }
        }
        if (calls.isEmpty()) {
            return aggregate;
        }

        List<NamedExpression> outputs = new ArrayList<>();
        for (NamedExpression output : Scala.list(aggregate.aggregateExpressions())) {
            Expression inlined = inline((Expression) output, calls);
            outputs.add(
                    inlined instanceof NamedExpression named
                            ? named
                            : named(inlined, output.name(), output.exprId(), output.metadata()));
        }
        List<Expression> groupings = Scala.list(aggregate.groupingExpressions()).stream()
                .map(grouping -> inline(grouping, calls))
                .toList();
        Map<ExprId, NamedExpression> columns = new LinkedHashMap<>();
        for (NamedExpression column : Scala.list(project.projectList())) {
            if (!calls.containsKey(column.exprId())) {
                columns.put(column.exprId(), column);
            }
        }
        for (Expression call : calls.values()) {
            Scala.list(call.references().toSeq()).forEach(text -> columns.putIfAbsent(text.exprId(), text));
        }
        return SparkVersion.aggregate(
                Scala.seq(groupings),
                Scala.seq(outputs),
                new Project(Scala.seq(List.copyOf(columns.values())), project.child()));
    }

    private static Expression inline(Expression expression, Map<ExprId, Expression> calls) {
        return expression.transformUp(Scala.partial(
                part -> part instanceof Attribute column ? calls.getOrDefault(column.exprId(), part) : part));
    }

    private LogicalPlan lift() {
        List<NamedExpression> outputs = Scala.list(aggregate.aggregateExpressions());
        if (outputs.stream().noneMatch(this::holdsCallOver)) {
            return aggregate;
        }

        List<NamedExpression> projected = new ArrayList<>();
        for (NamedExpression output : outputs) {
            Expression expression = (Expression) output;
            if (holdsCallOver(output)) {
                projected.add((NamedExpression) expression.transformDown(Scala.partial(this::keepBelow)));
            } else {
                kept.putIfAbsent(expression.canonicalized(), output);
                projected.add(output.toAttribute());
            }
        }
        Aggregate below = SparkVersion.aggregate(
                Scala.seq(Scala.list(aggregate.groupingExpressions())),
                Scala.seq(List.copyOf(kept.values())),
                aggregate.child());
        return new Project(Scala.seq(projected), below);
    }

    private boolean holdsCallOver(NamedExpression output) {
        return holdsCallOver((Expression) output);
    }

    private boolean holdsCallOver(Expression expression) {
        if (isAggregated(expression)) {
            return false;
        }
        // A call without columns can stand on either side; above it runs once for each group.
        if (expression instanceof EmbedExpression
                && (expression.references().isEmpty() || holdsAggregated(expression))) {
            return true;
        }
        return Scala.list(expression.children()).stream().anyMatch(this::holdsCallOver);
    }

    private boolean holdsAggregated(Expression expression) {
        return isAggregated(expression)
                || Scala.list(expression.children()).stream().anyMatch(this::holdsAggregated);
    }

    private boolean isAggregated(Expression expression) {
        return expression instanceof AggregateExpression
                || Scala.list(aggregate.groupingExpressions()).stream()
                        .anyMatch(grouping -> grouping.semanticEquals(expression));
    }

    private Expression keepBelow(Expression expression) {
        if (!isAggregated(expression)) {
            return expression;
        }
        NamedExpression named = kept.computeIfAbsent(
                expression.canonicalized(),
                key -> expression instanceof NamedExpression already
                        ? already
                        : named(expression, "aggregated", NamedExpression.newExprId(), Metadata.empty()));
        return (Expression) named.toAttribute();
    }

    private static NamedExpression named(Expression expression, String name, ExprId id, Metadata metadata) {
        return new Alias(expression, name, id, Scala.seq(List.of()), Option.apply(metadata), Scala.seq(List.of()));
    }
}

package io.embark.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.Metadata;
import scala.Option;

/**
 * Takes calls of {@code embed} that need the outcome of an aggregation, as in {@code embed(max(text))}, out of the operator
 * that aggregates and puts them above it, as Spark does with Python functions (ExtractPythonUDFFromAggregate).
 */
final class CallsOverAggregate {
    private final Aggregate aggregate;
    private final Map<Expression, NamedExpression> kept = new LinkedHashMap<>();

    private CallsOverAggregate(Aggregate aggregate) {
        this.aggregate = aggregate;
    }

    /** The same rows from a projection over an aggregation; the aggregation itself if it has no such call. */
    static LogicalPlan lift(Aggregate aggregate) {
        return new CallsOverAggregate(aggregate).lift();
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
        Aggregate below = new Aggregate(
                aggregate.groupingExpressions(), Scala.seq(List.copyOf(kept.values())), aggregate.child());
        return new Project(Scala.seq(projected), below);
    }

    private boolean holdsCallOver(NamedExpression output) {
        return holdsCallOver((Expression) output);
    }

    private boolean holdsCallOver(Expression expression) {
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
                key -> expression instanceof NamedExpression already ? already : named(expression));
        return (Expression) named.toAttribute();
    }

    private static NamedExpression named(Expression expression) {
        return new Alias(
                expression,
                "aggregated",
                NamedExpression.newExprId(),
                Scala.seq(List.of()),
                Option.apply((Metadata) null),
                Scala.seq(List.of()));
    }
}

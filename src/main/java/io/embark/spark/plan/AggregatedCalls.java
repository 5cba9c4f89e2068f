/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.Scala;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateFunction;
import org.apache.spark.sql.catalyst.expressions.aggregate.Count;
import org.apache.spark.sql.catalyst.expressions.aggregate.First;
import org.apache.spark.sql.catalyst.expressions.aggregate.Last;
import org.apache.spark.sql.catalyst.expressions.aggregate.MaxBy;
import org.apache.spark.sql.catalyst.expressions.aggregate.MinBy;

/** Aggregate functions that give one of their vectors, or only ask whether there is one, and can do that with texts. */
final class AggregatedCalls {
    private AggregatedCalls() {}

    /** {@code embed(first(t))} for {@code first(embed(t))}; the expression itself if it is nothing of the kind. */
    static Expression onText(Expression expression) {
        if (!(expression instanceof AggregateExpression aggregate)) {
            return expression;
        }
        AggregateFunction function = aggregate.aggregateFunction();
        if (!(function.children().head() instanceof EmbedExpression call)) {
            return expression;
        }
        if (function instanceof Count count) {
            boolean asTexts = count.children().size() == 1 && !aggregate.isDistinct() && call.isNullOnlyForNull();
            return asTexts ? withFunction(aggregate, new Count(Scala.seq(List.of(call.text())))) : expression;
        }
        AggregateFunction onText = choosing(function, call);
        return onText == null ? expression : call.of(withFunction(aggregate, onText));
    }

    private static AggregateFunction choosing(AggregateFunction function, EmbedExpression call) {
        if (function instanceof First first && (!first.ignoreNulls() || call.isNullOnlyForNull())) {
            return new First(call.text(), first.ignoreNulls());
        }
        if (function instanceof Last last && (!last.ignoreNulls() || call.isNullOnlyForNull())) {
            return new Last(call.text(), last.ignoreNulls());
        }
        if (function instanceof MaxBy max) {
            return new MaxBy(call.text(), max.orderingExpr());
        }
        return function instanceof MinBy min ? new MinBy(call.text(), min.orderingExpr()) : null;
    }

    private static AggregateExpression withFunction(AggregateExpression aggregate, AggregateFunction function) {
        return new AggregateExpression(
                function, aggregate.mode(), aggregate.isDistinct(), aggregate.filter(), aggregate.resultId());
    }
}

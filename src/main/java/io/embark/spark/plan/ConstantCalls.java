/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.KnownNotNull;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.OneRowRelation;

/**
 * Makes a scalar subquery of each call that depends on no column, as in {@code embed('a question')}, so that it is embedded
 * once for a query instead of once for each row.
 */
final class ConstantCalls {
    private final Map<Expression, Expression> subqueries = new HashMap<>();

    private ConstantCalls() {}

    static LogicalPlan lift(LogicalPlan plan) {
        ConstantCalls constants = new ConstantCalls();
        return plan.transformUp(Scala.partial(node ->
                node instanceof EmbedNode ? node : node.transformExpressionsUp(Scala.partial(constants::lift))));
    }

    private Expression lift(Expression expression) {
        if (!(expression instanceof EmbedExpression call) || !call.references().isEmpty() || !call.deterministic()) {
            return expression;
        }
        if (call.text() instanceof Literal literal && literal.value() == null) {
            return Literal.create(null, call.dataType());
        }
        return subqueries.computeIfAbsent(call.canonicalized(), key -> subquery(call));
    }

    private static Expression subquery(EmbedExpression call) {
        Attribute result = EmbedNode.resultOf(call);
        LogicalPlan oneRow = new EmbedNode(Scala.seq(List.of(call)), Scala.seq(List.of(result)), new OneRowRelation());
        Expression value = SparkVersion.scalarSubquery(oneRow);
        return call.nullable() ? value : new KnownNotNull(value);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/** Finds the calls of {@code embed} in a plan. */
final class EmbedCalls {
    private EmbedCalls() {}

    /** The calls of an operator that hold no other call, each once, in the order in which they stand. */
    static List<EmbedExpression> innermost(LogicalPlan operator) {
        Map<Expression, EmbedExpression> calls = new LinkedHashMap<>();
        Scala.list(operator.expressions()).forEach(expression -> collect(expression, calls));
        return List.copyOf(calls.values());
    }

    private static boolean collect(Expression expression, Map<Expression, EmbedExpression> calls) {
        boolean holdsCall = false;
        for (Expression child : Scala.list(expression.children())) {
            holdsCall |= collect(child, calls);
        }
        if (!(expression instanceof EmbedExpression call)) {
            return holdsCall;
        }
        if (!holdsCall) {
            calls.putIfAbsent(call.canonicalized(), call);
        }
        return true;
    }

    /** Whether an operator of the plan has a subquery with a call that no {@link EmbedNode} runs yet. */
    static boolean areInSubqueriesOf(LogicalPlan plan) {
        return Scala.list(plan.expressions()).stream().anyMatch(EmbedCalls::areInSubqueriesOf)
                || Scala.list(plan.children()).stream().anyMatch(EmbedCalls::areInSubqueriesOf);
    }

    private static boolean areInSubqueriesOf(Expression expression) {
        boolean inThis = expression instanceof SubqueryExpression subquery
                && (areIn(subquery.plan())
                        || Scala.list(subquery.children()).stream().anyMatch(EmbedCalls::areIn));
        return inThis || Scala.list(expression.children()).stream().anyMatch(EmbedCalls::areInSubqueriesOf);
    }

    private static boolean areIn(LogicalPlan plan) {
        boolean inThis = !(plan instanceof EmbedNode)
                && Scala.list(plan.expressions()).stream().anyMatch(EmbedCalls::areIn);
        return inThis
                || areInSubqueriesOf(plan)
                || Scala.list(plan.children()).stream().anyMatch(EmbedCalls::areIn);
    }

    /** Whether an expression is a call or holds one. */
    static boolean areIn(Expression expression) {
        return expression instanceof EmbedExpression
                || Scala.list(expression.children()).stream().anyMatch(EmbedCalls::areIn);
    }
}

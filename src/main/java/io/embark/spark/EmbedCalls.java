package io.embark.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Expression;
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
}

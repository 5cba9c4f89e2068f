package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;

/** Refuses queries whose calls cannot be run: in a lambda function, or with options that their model does not take. */
final class CheckCalls extends Rule<LogicalPlan> {
    /**
     * Returns the plan as it is: a rule of the optimizer, where a session can be given no check of the analyzer any more.
     */
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        check(plan);
        return plan;
    }

    /** Throws an AnalysisException for the first call that cannot be run. */
    static void check(LogicalPlan plan) {
        Scala.list(plan.children()).forEach(CheckCalls::check);
        Scala.list(plan.expressions()).forEach(CheckCalls::check);
    }

    private static void check(Expression expression) {
        Scala.list(expression.children()).forEach(CheckCalls::check);
        if (expression instanceof SubqueryExpression subquery) {
            check(subquery.plan());
        } else if (expression instanceof EmbedExpression call) {
            try {
                requireRows(call);
                CheckedModels.check(call.options());
            } catch (EmbarkException e) {
                throw CallErrors.refuse(call.text(), e);
            }
        }
    }

    private static void requireRows(EmbedExpression call) {
        if (isOfLambda(call.text())) {
            throw new EmbarkException(
                    ErrorCode.QUERY_UNSUPPORTED,
                    "stands in a lambda function",
                    "Texts are embedded many rows together, and the elements of an array are no rows.",
                    "Make rows of them: SELECT id, collect_list(embed(chunk)) FROM t LATERAL VIEW explode(chunks) AS chunk"
                            + " GROUP BY id.");
        }
    }

    private static boolean isOfLambda(Expression expression) {
        return expression instanceof NamedLambdaVariable
                || Scala.list(expression.children()).stream().anyMatch(CheckCalls::isOfLambda);
    }
}

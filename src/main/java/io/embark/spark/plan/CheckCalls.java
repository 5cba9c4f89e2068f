/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.EmbarkException;
import io.embark.spark.call.CallErrors;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.models.DriverModels;
import io.embark.spark.version.Scala;
import java.util.HashSet;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;

/**
 * Refuses queries whose calls cannot be run: in a lambda function, or with options that their model does not take.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CheckCalls extends Rule<LogicalPlan> {
    /**
     * Returns the plan as it is: a rule of the optimizer, where a session can be given no check of the analyzer any more.
     */
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        check(plan);
        return plan;
    }

    /** Throws an AnalysisException for the first call that cannot be run. */
    public static void check(LogicalPlan plan) {
        Scala.list(plan.children()).forEach(CheckCalls::check);
        Scala.list(plan.expressions()).forEach(CheckCalls::check);
    }

    private static void check(Expression expression) {
        Scala.list(expression.children()).forEach(CheckCalls::check);
        if (expression instanceof SubqueryExpression subquery) {
            check(subquery.plan());
        } else if (expression instanceof EmbedExpression call) {
            try {
                requireNoLambda(call);
                DriverModels.check(call.options());
            } catch (EmbarkException e) {
                throw CallErrors.refuse(call.prettyName(), call.text(), e);
            }
        }
    }

    private static void requireNoLambda(EmbedExpression call) {
        if (hangsOnLambda(call.text(), Set.of())) {
            throw PlanErrors.callInLambda();
        }
    }

    /** Whether a text has a variable of a lambda function that it stands in; those of its own are bound within it. */
    private static boolean hangsOnLambda(Expression expression, Set<ExprId> bound) {
        if (expression instanceof NamedLambdaVariable variable) {
            return !bound.contains(variable.exprId());
        }
        Set<ExprId> within = new HashSet<>(bound);
        if (expression instanceof LambdaFunction lambda) {
            Scala.list(lambda.arguments()).forEach(argument -> within.add(argument.exprId()));
        }
        return Scala.list(expression.children()).stream().anyMatch(child -> hangsOnLambda(child, within));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.Scala;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.IsNotNull;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;

/**
 * Asks whether a text is null instead of whether its vector is: {@code embed(t) IS NOT NULL} needs no model, and can be pushed
 * into files.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class NullChecks extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan.transformUp(Scala.partial(node -> node.transformExpressions(Scala.partial(NullChecks::onText))));
    }

    private static Expression onText(Expression expression) {
        if (expression instanceof IsNotNull check && isNullAsItsText(check.child())) {
            return new IsNotNull(((EmbedExpression) check.child()).text());
        }
        if (expression instanceof IsNull check && isNullAsItsText(check.child())) {
            return new IsNull(((EmbedExpression) check.child()).text());
        }
        return expression;
    }

    private static boolean isNullAsItsText(Expression expression) {
        return expression instanceof EmbedExpression call && call.isNullOnlyForNull();
    }
}

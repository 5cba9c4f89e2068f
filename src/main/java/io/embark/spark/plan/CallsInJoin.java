/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.InnerLike;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.Option;

/**
 * Takes calls of {@code embed} that need columns of both sides out of the condition of a join and puts them above it, as Spark
 * does with Python functions (ExtractPythonUDFFromJoinCondition).
 */
final class CallsInJoin {
    private CallsInJoin() {}

    /**
     * The same rows from a filter over a join; the join itself if it has no such call.
     *
     * @throws EmbarkException {@link ErrorCode#QUERY_UNSUPPORTED} if the join is no inner one, since a filter above it would
     *     drop rows that it has to keep
     */
    static LogicalPlan lift(Join join) {
        List<Expression> above = new ArrayList<>();
        List<Expression> inside = new ArrayList<>();
        if (join.condition().isDefined()) {
            Conditions.split(join.condition().get())
                    .forEach(part -> (needsBothSides(part, join) ? above : inside).add(part));
        }
        if (above.isEmpty()) {
            return join;
        }

        if (!(join.joinType() instanceof InnerLike)) {
            throw PlanErrors.textOfBothSides(above, join.joinType());
        }
        Option<Expression> condition = inside.isEmpty() ? Option.empty() : Option.apply(Conditions.and(inside));
        return new Filter(
                Conditions.and(above), new Join(join.left(), join.right(), join.joinType(), condition, join.hint()));
    }

    private static boolean needsBothSides(Expression expression, Join join) {
        if (expression instanceof EmbedExpression
                && !expression.references().subsetOf(join.left().outputSet())
                && !expression.references().subsetOf(join.right().outputSet())) {
            return true;
        }
        return Scala.list(expression.children()).stream().anyMatch(child -> needsBothSides(child, join));
    }
}

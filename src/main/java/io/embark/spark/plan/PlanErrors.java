/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.JoinType;

/** What is refused of the place of a call in a query, one method for each mistake. */
final class PlanErrors {
    private PlanErrors() {}

    /** @param conditions those that hold such a text */
    static EmbarkException textOfBothSides(List<Expression> conditions, JoinType join) {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "join condition %s: embeds a text made from both sides"
                        .formatted(Conditions.and(conditions).sql()),
                "It can be computed neither before nor after a %s join.".formatted(join.sql()),
                "Embed a column of each side on its own, or use an inner join.");
    }

    static EmbarkException callInLambda() {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "stands in a lambda function",
                "Texts are embedded many at a time, and a lambda function takes the elements of an array one by one.",
                "Embed the array as a whole: embed(chunks), or embed(transform(chunks, x -> upper(x))).");
    }
}

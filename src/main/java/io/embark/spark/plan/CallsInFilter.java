/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;

/**
 * Takes a filter apart, so that the conditions that are free of calls run first and each call sees only the rows that the
 * conditions before it left.
 */
final class CallsInFilter {
    private CallsInFilter() {}

    /** The same rows from a filter for each condition; the filter itself if there is one only, or if their order matters. */
    static LogicalPlan split(Filter filter) {
        List<Expression> conditions = Conditions.split(filter.condition());
        if (conditions.size() == 1 || !filter.condition().deterministic()) {
            return filter;
        }

        List<Expression> free = conditions.stream()
                .filter(condition -> !EmbedCalls.areIn(condition))
                .toList();
        LogicalPlan rows = free.isEmpty() ? filter.child() : new Filter(Conditions.and(free), filter.child());
        for (Expression condition : conditions) {
            if (EmbedCalls.areIn(condition)) {
                rows = new Filter(condition, rows);
            }
        }
        return rows;
    }
}

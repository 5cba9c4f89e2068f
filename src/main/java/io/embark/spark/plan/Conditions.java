/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Expression;

/** Conditions and the parts that {@code AND} joins. */
final class Conditions {
    private Conditions() {}

    static List<Expression> split(Expression condition) {
        if (!(condition instanceof And and)) {
            return List.of(condition);
        }
        List<Expression> parts = new ArrayList<>(split(and.left()));
        parts.addAll(split(and.right()));
        return parts;
    }

    /** At least one part. */
    static Expression and(List<Expression> parts) {
        return parts.stream().reduce(And::new).orElseThrow();
    }
}

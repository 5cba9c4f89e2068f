/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.plans.FullOuter$;
import org.apache.spark.sql.catalyst.plans.JoinType;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.RightOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.ResolvedHint;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.plans.logical.Union;
import org.apache.spark.sql.catalyst.plans.logical.View;

/** Tells whether a query gives every row of a relation that it reads, with every column: then its result may replace it. */
final class KeptRows {
    private KeptRows() {}

    static boolean keepsAllOf(LogicalPlan query, LogicalPlan relation) {
        return columns(query).containsAll(columns(relation)) && keepsRows(query, relation);
    }

    private static Set<String> columns(LogicalPlan plan) {
        return Arrays.stream(plan.schema().fieldNames())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static boolean keepsRows(LogicalPlan plan, LogicalPlan relation) {
        if (plan == relation) {
            return true;
        }
        if (plan instanceof Join join) {
            return keepsRows(join, relation);
        }
        boolean keeps = plan instanceof Project
                || plan instanceof SubqueryAlias
                || plan instanceof View
                || plan instanceof Sort
                || plan instanceof RepartitionOperation
                || plan instanceof ResolvedHint
                || plan instanceof Union;
        return keeps && Scala.list(plan.children()).stream().anyMatch(child -> keepsRows(child, relation));
    }

    private static boolean keepsRows(Join join, LogicalPlan relation) {
        JoinType type = join.joinType();
        boolean both = type.equals(FullOuter$.MODULE$);
        return ((both || type.equals(LeftOuter$.MODULE$)) && keepsRows(join.left(), relation))
                || ((both || type.equals(RightOuter$.MODULE$)) && keepsRows(join.right(), relation));
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationDef;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.WithCTE;
import org.apache.spark.sql.internal.SQLConf;

/**
 * Embeds rows once that a query reads in several places, as a self-join does, or a view or CTE that is used twice, of which
 * Spark copies the plan into each place. The places become references to one common table expression, which Spark ends in a
 * shuffle and runs once.
 */
final class SharedEmbeddings {
    private final IdentityHashMap<LogicalPlan, LogicalPlan> replacements = new IdentityHashMap<>();
    private final List<CTERelationDef> definitions = new ArrayList<>();

    private SharedEmbeddings() {}

    static LogicalPlan share(LogicalPlan plan) {
        if (plan instanceof Command) {
            return plan.withNewChildren(Scala.seq(Scala.list(plan.children()).stream()
                    .map(SharedEmbeddings::share)
                    .toList()));
        }
        boolean reused = SQLConf.get().exchangeReuseEnabled() && !plan.isStreaming();
        return reused ? new SharedEmbeddings().shareAll(plan) : plan;
    }

    private LogicalPlan shareAll(LogicalPlan plan) {
        Map<Object, List<EmbedInput>> alike = new LinkedHashMap<>();
        find(plan).forEach(rows -> alike.computeIfAbsent(rows.source(), source -> new ArrayList<>())
                .add(rows));
        for (List<EmbedInput> places : alike.values()) {
            if (places.size() > 1) {
                shareIfWorthwhile(places);
            }
        }
        return definitions.isEmpty() ? plan : new WithCTE(replaceIn(plan), Scala.seq(definitions));
    }

    /** The nodes of a plan and of its subqueries. */
    private static List<EmbedInput> find(LogicalPlan plan) {
        List<EmbedInput> found = new ArrayList<>();
        if (plan instanceof EmbedNode node
                && node.deterministic()
                && !node.references().isEmpty()) {
            found.add(EmbedInput.of(node));
        }
        Scala.list(plan.children()).forEach(child -> found.addAll(find(child)));
        subqueries(plan).forEach(subquery -> found.addAll(find(subquery.plan())));
        return found;
    }

    private static List<SubqueryExpression> subqueries(LogicalPlan plan) {
        List<SubqueryExpression> found = new ArrayList<>();
        Scala.list(plan.expressions()).forEach(expression -> collect(expression, found));
        return found;
    }

    private static void collect(Expression expression, List<SubqueryExpression> found) {
        if (expression instanceof SubqueryExpression subquery) {
            found.add(subquery);
        }
        Scala.list(expression.children()).forEach(child -> collect(child, found));
    }

    /** Places that need other rows of the same table share nothing, except where one of them needs all rows of the others. */
    private void shareIfWorthwhile(List<EmbedInput> places) {
        List<Expression> common = new ArrayList<>(places.get(0).conditions().keySet());
        places.forEach(place -> common.retainAll(place.conditions().keySet()));
        if (places.stream().anyMatch(place -> place.needsAllBut(common))) {
            share(places, common);
            return;
        }
        places.stream()
                .collect(Collectors.groupingBy(
                        place -> place.conditions().keySet(), LinkedHashMap::new, Collectors.toList()))
                .forEach((conditions, equal) -> {
                    if (equal.size() > 1) {
                        share(equal, List.copyOf(conditions));
                    }
                });
    }

    private void share(List<EmbedInput> places, List<Expression> common) {
        TreeSet<Integer> columns = new TreeSet<>();
        places.forEach(place -> columns.addAll(place.columns()));
        LogicalPlan shared = places.get(0).embedAll(common, columns);
        CTERelationDef definition = SparkVersion.cteDefinition(shared);
        definitions.add(definition);

        for (EmbedInput place : places) {
            LogicalPlan rows = SparkVersion.cteReference(definition.id(), Scala.seq(place.output(columns)));
            List<Expression> own = place.conditionsWithout(common);
            LogicalPlan filtered = own.isEmpty() ? rows : new Filter(Conditions.and(own), rows);
            List<NamedExpression> output = List.copyOf(Scala.list(place.node().output()));
            replacements.put(place.node(), new Project(Scala.seq(output), filtered));
        }
    }

    private LogicalPlan replaceIn(LogicalPlan plan) {
        LogicalPlan replacement = replacements.get(plan);
        if (replacement != null) {
            return replacement;
        }
        List<LogicalPlan> children =
                Scala.list(plan.children()).stream().map(this::replaceIn).toList();
        return plan.withNewChildren(Scala.seq(children))
                .transformExpressionsUp(Scala.partial(expression -> expression instanceof SubqueryExpression subquery
                        ? withPlan(subquery, replaceIn(subquery.plan()))
                        : expression));
    }

    private static Expression withPlan(SubqueryExpression subquery, LogicalPlan plan) {
        return plan == subquery.plan() ? subquery : subquery.withNewPlan(plan);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.optimizer.CollapseProject;
import org.apache.spark.sql.catalyst.optimizer.ColumnPruning;
import org.apache.spark.sql.catalyst.optimizer.RemoveNoopOperators;
import org.apache.spark.sql.catalyst.optimizer.RewritePredicateSubquery;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Subquery;
import org.apache.spark.sql.catalyst.rules.Rule;

/**
 * Takes the calls of {@code embed} out of each operator and puts an {@link EmbedNode} beneath it, as Spark does with Python
 * functions (ExtractPythonUDFs), so that no row is embedded that nobody needs and none twice. Runs once, after filters and
 * projections were pushed down.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ExtractEmbed extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        // A correlated subquery comes by again as a part of the query around it.
        if (plan instanceof Subquery subquery && subquery.correlated()) {
            return plan;
        }
        LogicalPlan extracted = extractAll(plan);
        return plan instanceof Subquery ? extracted : SharedEmbeddings.share(extracted);
    }

    private static LogicalPlan extractAll(LogicalPlan plan) {
        LogicalPlan joined = plan;
        if (EmbedCalls.areInSubqueriesOf(plan)) {
            // Left alone, EXISTS and IN would become joins only after this rule, and bring calls that nothing extracts.
            joined = ColumnPruning.apply(RewritePredicateSubquery.apply(plan));
        }
        LogicalPlan placed = LateCalls.lift(CallsInAggregate.rewrite(ConstantCalls.lift(joined)));
        LogicalPlan extracted = placed.transformUp(Scala.partial(ExtractEmbed::extract));
        // Nothing after this prunes what stands beneath the new nodes.
        return extracted == plan
                ? plan
                : RemoveNoopOperators.apply(CollapseProject.apply(ColumnPruning.apply(RowOrigins.askBelow(extracted))));
    }

    private static LogicalPlan extract(LogicalPlan plan) {
        // A command computes nothing for its rows: what it holds beside them says which ones are to be written.
        if (plan instanceof EmbedNode
                || plan instanceof Command
                || EmbedCalls.innermost(plan).isEmpty()) {
            return plan;
        }
        LogicalPlan split = split(plan);
        if (split != plan) {
            return split.transformUp(Scala.partial(ExtractEmbed::extract));
        }

        // Rows that a filter beneath embeds all need not be embedded again where only some of them are asked for.
        LogicalPlan known = withVectors(plan, EmbedCalls.innermost(plan), VectorPlace::known);
        if (known != plan) {
            return withOutputOf(plan, extract(known));
        }
        LogicalPlan narrow = CallsByNeed.narrow(plan);
        List<EmbedExpression> calls = CallsByNeed.decided(narrow, EmbedCalls.innermost(narrow));
        LogicalPlan embedded = withVectors(narrow, calls, (child, call) -> Optional.of(VectorPlace.in(child, call)));
        return embedded == narrow ? plan : withOutputOf(plan, extract(embedded));
    }

    /** The same rows from operators of which each embeds at one place; the operator itself if it does. */
    private static LogicalPlan split(LogicalPlan plan) {
        if (plan instanceof Filter filter) {
            return CallsInFilter.split(filter);
        }
        return plan instanceof Join join ? CallsInJoin.lift(join) : plan;
    }

    /** The operator over children with the vectors that have a place in them; the operator itself if none has. */
    private static LogicalPlan withVectors(
            LogicalPlan operator,
            List<EmbedExpression> calls,
            BiFunction<LogicalPlan, EmbedExpression, Optional<PlanWithColumn>> place) {
        Map<Expression, Attribute> results = new LinkedHashMap<>();
        List<LogicalPlan> children = new ArrayList<>();
        for (LogicalPlan child : Scala.list(operator.children())) {
            LogicalPlan plan = child;
            for (EmbedExpression call : calls) {
                boolean taken = results.containsKey(call.canonicalized());
                if (!taken && call.references().subsetOf(child.outputSet())) {
                    Optional<PlanWithColumn> found = place.apply(plan, call);
                    plan = found.map(PlanWithColumn::plan).orElse(plan);
                    found.ifPresent(vector -> results.put(call.canonicalized(), vector.column()));
                }
            }
            children.add(plan);
        }
        return results.isEmpty()
                ? operator
                : operator.withNewChildren(Scala.seq(children))
                        .transformExpressions(Scala.partial(expression -> replace(expression, results)));
    }

    private static Expression replace(Expression expression, Map<Expression, Attribute> results) {
        if (!(expression instanceof EmbedExpression)) {
            return expression;
        }
        Attribute result = results.get(expression.canonicalized());
        return result == null ? expression : result;
    }

    private static LogicalPlan withOutputOf(LogicalPlan operator, LogicalPlan rows) {
        List<NamedExpression> output = List.copyOf(Scala.list(operator.output()));
        return rows.output().equals(operator.output()) ? rows : new Project(Scala.seq(output), rows);
    }
}

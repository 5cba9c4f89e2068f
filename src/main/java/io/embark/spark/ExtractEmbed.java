package io.embark.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.optimizer.ColumnPruning;
import org.apache.spark.sql.catalyst.optimizer.RewritePredicateSubquery;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Subquery;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.Metadata;

/**
 * Takes the calls of {@code embed} out of each operator and puts one {@link EmbedNode} beneath it, as Spark does with Python
 * functions (ExtractPythonUDFs). Runs once, after filters and projections were pushed down.
 */
final class ExtractEmbed extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        // A correlated subquery comes by again as a part of the query around it.
        if (plan instanceof Subquery subquery && subquery.correlated()) {
            return plan;
        }
        // Left alone, EXISTS and IN would become joins only after this rule, and bring calls that nothing extracts.
        LogicalPlan joined = EmbedCalls.areInSubqueriesOf(plan) ? RewritePredicateSubquery.apply(plan) : plan;
        LogicalPlan extracted = joined.transformUp(Scala.partial(ExtractEmbed::extract));
        // Nothing after this prunes what stands beneath the new nodes.
        return extracted == plan ? plan : ColumnPruning.apply(extracted);
    }

    private static LogicalPlan extract(LogicalPlan plan) {
        if (plan instanceof EmbedNode) {
            return plan;
        }
        List<EmbedExpression> calls = EmbedCalls.innermost(plan);
        if (calls.isEmpty()) {
            return plan;
        }
        LogicalPlan lifted = lift(plan);
        if (lifted != plan) {
            return lifted.transformUp(Scala.partial(ExtractEmbed::extract));
        }

        Map<Expression, Attribute> results = new LinkedHashMap<>();
        List<LogicalPlan> children = new ArrayList<>();
        for (LogicalPlan child : Scala.list(plan.children())) {
            children.add(embedBelow(child, calls, results));
        }
        if (results.isEmpty()) {
            return plan;
        }

        LogicalPlan rewritten = plan.withNewChildren(Scala.seq(children))
                .transformExpressions(Scala.partial(expression -> replace(expression, results)));
        LogicalPlan whole = extract(rewritten);
        return whole.output().equals(plan.output()) ? whole : new Project(projection(plan), whole);
    }

    private static Expression replace(Expression expression, Map<Expression, Attribute> results) {
        if (!(expression instanceof EmbedExpression)) {
            return expression;
        }
        Attribute result = results.get(expression.canonicalized());
        return result == null ? expression : result;
    }

    private static LogicalPlan lift(LogicalPlan plan) {
        if (plan instanceof Aggregate aggregate) {
            return CallsOverAggregate.lift(aggregate);
        }
        return plan instanceof Join join ? CallsInJoin.lift(join) : plan;
    }

    private static LogicalPlan embedBelow(
            LogicalPlan child, List<EmbedExpression> calls, Map<Expression, Attribute> results) {
        List<EmbedExpression> here = new ArrayList<>();
        List<Attribute> attributes = new ArrayList<>();
        for (EmbedExpression call : calls) {
            boolean taken = results.containsKey(call.canonicalized());
            if (!taken && call.references().subsetOf(child.outputSet())) {
                Attribute attribute = new AttributeReference(
                        "embed",
                        call.dataType(),
                        call.nullable(),
                        Metadata.empty(),
                        NamedExpression.newExprId(),
                        Scala.seq(List.of()));
                here.add(call);
                attributes.add(attribute);
                results.put(call.canonicalized(), attribute);
            }
        }
        return here.isEmpty() ? child : new EmbedNode(Scala.seq(here), Scala.seq(attributes), child);
    }

    private static scala.collection.Seq<NamedExpression> projection(LogicalPlan plan) {
        return Scala.seq(Scala.list(plan.output()));
    }
}

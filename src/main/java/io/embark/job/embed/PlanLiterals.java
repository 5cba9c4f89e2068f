/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.embed;

import io.embark.base.Redaction;
import io.embark.spark.version.Scala;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.PlanExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.NumericType;

/**
 * The literals of what a run reads, as Spark's plan shows them: those of queries and views, and what the optimiser made of them, such as
 * the start of a text behind {@code like}.
 */
final class PlanLiterals {
    private final Set<String> found = new TreeSet<>();

    private PlanLiterals() {}

    /** Those of the rows that are read. */
    static Set<String> of(Dataset<Row> rows) {
        PlanLiterals literals = new PlanLiterals();
        literals.addAll(rows.queryExecution().analyzed());
        literals.addAll(rows.queryExecution().optimizedPlan());
        return literals.found;
    }

    private void addAll(LogicalPlan plan) {
        plan.foreach(node -> {
            Scala.list(node.expressions()).forEach(this::addAll);
            return null;
        });
    }

    private void addAll(Expression expression) {
        if (expression instanceof Literal literal && literal.value() != null) {
            add(literal);
        }
        if (expression instanceof PlanExpression<?> query && query.plan() instanceof LogicalPlan plan) {
            addAll(plan);
        }
        Scala.list(expression.children()).forEach(this::addAll);
    }

    /** As a plan shows it, and as it is shown within SQL. */
    private void add(Literal literal) {
        if (literal.dataType() instanceof NumericType) {
            found.addAll(Redaction.literals(literal.toString()));
        } else if (!(literal.dataType() instanceof BooleanType)) {
            found.add(literal.toString());
            found.addAll(Redaction.literals(literal.sql()));
        }
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.encode.Count;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.exec.EmbedExec;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.ReusedSubqueryExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;
import org.apache.spark.sql.execution.columnar.InMemoryTableScanExec;
import org.apache.spark.sql.execution.exchange.ReusedExchangeExec;

/** Looks into plans, through the nodes of adaptive execution. */
public final class Plans {
    private Plans() {}

    /** The embedding operators of a frame that was collected, without those whose output was reused. */
    static List<EmbedExec> operators(Dataset<Row> rows) {
        return find(rows.queryExecution().executedPlan(), EmbedExec.class);
    }

    static <T> List<T> find(SparkPlan plan, Class<T> type) {
        List<T> found = new ArrayList<>();
        visit(plan, type, found);
        return found;
    }

    private static <T> void visit(SparkPlan plan, Class<T> type, List<T> found) {
        if (type.isInstance(plan)) {
            found.add(type.cast(plan));
        }
        if (plan instanceof AdaptiveSparkPlanExec adaptive) {
            visit(adaptive.executedPlan(), type, found);
        } else if (plan instanceof QueryStageExec stage) {
            visit(stage.plan(), type, found);
        } else if (!(plan instanceof ReusedExchangeExec)
                && !(plan instanceof ReusedSubqueryExec)
                && !(plan instanceof InMemoryTableScanExec)) {
            Scala.list(plan.children()).forEach(child -> visit(child, type, found));
            Scala.list(plan.subqueries()).forEach(subquery -> visit(subquery, type, found));
        }
    }

    /** What a counter of all embedding operators adds up to; a {@link Count} has the name of its counter. */
    public static long sum(Dataset<Row> rows, Enum<?> counter) {
        return sum(rows, counter.name());
    }

    /** The rows that came through all embedding operators. */
    static long rowsThrough(Dataset<Row> rows) {
        return sum(rows, "ROWS");
    }

    private static long sum(Dataset<Row> rows, String metric) {
        return operators(rows).stream()
                .mapToLong(operator -> operator.metrics().apply(metric).value())
                .sum();
    }

    /** How many calls of {@code embed} the optimised plan still holds outside its embedding nodes. */
    static long callsLeft(Dataset<Row> rows) {
        List<LogicalPlan> nodes = new ArrayList<>();
        collect(rows.queryExecution().optimizedPlan(), nodes);
        return nodes.stream()
                .filter(node -> !(node instanceof EmbedNode))
                .flatMap(node -> Scala.list(node.expressions()).stream())
                .filter(Plans::holdsCall)
                .count();
    }

    private static void collect(LogicalPlan plan, List<LogicalPlan> nodes) {
        nodes.add(plan);
        Scala.list(plan.children()).forEach(child -> collect(child, nodes));
    }

    private static boolean holdsCall(Expression expression) {
        return !calls(expression).isEmpty();
    }

    /** The calls of {@code embed} in an operator's expressions. */
    public static List<EmbedExpression> calls(LogicalPlan operator) {
        return Scala.list(operator.expressions()).stream()
                .flatMap(expression -> calls(expression).stream())
                .toList();
    }

    private static List<EmbedExpression> calls(Expression expression) {
        List<EmbedExpression> calls = new ArrayList<>();
        if (expression instanceof EmbedExpression call) {
            calls.add(call);
        }
        Scala.list(expression.children()).forEach(child -> calls.addAll(calls(child)));
        return calls;
    }

    /** The vector in a cell, null for a null one. */
    public static float[] vector(Row row, int column) {
        if (row.isNullAt(column)) {
            return null;
        }
        List<Float> components = row.getList(column);
        float[] vector = new float[components.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = components.get(i);
        }
        return vector;
    }

    /** Whether all components of two vectors are equal within what the order of additions may change. */
    static boolean isClose(float[] actual, float[] expected) {
        if (actual == null || expected == null) {
            return actual == expected;
        }
        if (actual.length != expected.length) {
            return false;
        }
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= 1e-6f)) {
                return false;
            }
        }
        return true;
    }

    static String text(float[] vector) {
        return Arrays.toString(vector);
    }
}

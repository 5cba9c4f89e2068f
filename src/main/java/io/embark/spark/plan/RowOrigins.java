/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.InputFileBlockLength;
import org.apache.spark.sql.catalyst.expressions.InputFileBlockStart;
import org.apache.spark.sql.catalyst.expressions.InputFileName;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.Metadata;
import scala.Option;

/**
 * Asks where a row was read from before a node embeds it. Spark knows that of the row only that a task reads at the time
 * (InputFileBlockHolder), and a node has read many when it hands the first one on.
 */
final class RowOrigins {
    private RowOrigins() {}

    static LogicalPlan askBelow(LogicalPlan plan) {
        return plan.transformUp(Scala.partial(RowOrigins::askBelowOne));
    }

    private static LogicalPlan askBelowOne(LogicalPlan operator) {
        Map<Expression, Attribute> answers = new LinkedHashMap<>();
        Scala.list(operator.expressions()).forEach(expression -> collect(expression, answers));
        if (answers.isEmpty()) {
            return operator;
        }

        List<LogicalPlan> children = new ArrayList<>(Scala.list(operator.children()));
        answers.replaceAll((question, none) -> {
            for (int i = 0; i < children.size(); i++) {
                Optional<PlanWithColumn> asked = ask(question, children.get(i));
                if (asked.isPresent()) {
                    children.set(i, asked.get().plan());
                    return asked.get().column();
                }
            }
            return null;
        });
        LogicalPlan rewritten = operator.withNewChildren(Scala.seq(children))
                .transformExpressions(Scala.partial(expression -> {
                    Attribute answer = answers.get(expression);
                    return answer == null ? expression : answer;
                }));
        List<NamedExpression> output = List.copyOf(Scala.list(operator.output()));
        return rewritten.output().equals(operator.output()) ? rewritten : new Project(Scala.seq(output), rewritten);
    }

    private static void collect(Expression expression, Map<Expression, Attribute> questions) {
        if (expression instanceof InputFileName
                || expression instanceof InputFileBlockStart
                || expression instanceof InputFileBlockLength) {
            questions.put(expression, null);
        }
        Scala.list(expression.children()).forEach(child -> collect(child, questions));
    }

    /** The plan with the answer, from beneath its lowest node; none if it has no node whose rows it hands on. */
    private static Optional<PlanWithColumn> ask(Expression question, LogicalPlan plan) {
        for (LogicalPlan child :
                plan instanceof Project ? Scala.list(plan.children()) : PlanWithColumn.childrenWithTheSameRows(plan)) {
            Optional<PlanWithColumn> below = ask(question, child);
            if (below.isPresent()) {
                return below.map(asked -> asked.through(plan, child));
            }
        }
        return plan instanceof EmbedNode node
                ? Optional.of(asked(question, node.child()).through(node, node.child()))
                : Optional.empty();
    }

    private static PlanWithColumn asked(Expression question, LogicalPlan rows) {
        if (rows instanceof Project project) {
            for (NamedExpression column : Scala.list(project.projectList())) {
                if (column instanceof Alias alias && alias.child().equals(question)) {
                    return new PlanWithColumn(rows, alias.toAttribute());
                }
            }
        }
        Alias answer = new Alias(
                question,
                question.prettyName(),
                NamedExpression.newExprId(),
                Scala.seq(List.of()),
                Option.apply((Metadata) null),
                Scala.seq(List.of()));
        List<NamedExpression> columns = new ArrayList<>(Scala.list(rows.output()));
        columns.add(answer);
        return new PlanWithColumn(new Project(Scala.seq(columns), rows), answer.toAttribute());
    }
}

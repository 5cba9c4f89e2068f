/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.IsNotNull;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;

/**
 * Which rows a node embeds: those of a table that meet some conditions. Two nodes can be compared by it, since expressions stand
 * in it with the numbers of columns, as the same table has columns of other identity in each place of a query.
 *
 * @param node the node
 * @param table what is beneath the conditions
 * @param conditions each condition with its form in this place
 * @param columns the numbers of the table's columns that the node hands on or that conditions need
 */
record EmbedInput(EmbedNode node, LogicalPlan table, Map<Expression, Expression> conditions, Set<Integer> columns) {

    /** What nodes have in common that embed the same texts of the same table. */
    record Source(LogicalPlan table, List<Expression> calls) {}

    static EmbedInput of(EmbedNode node) {
        List<Expression> found = new ArrayList<>();
        LogicalPlan table = node.child();
        while (true) {
            if (table instanceof Filter filter && filter.condition().deterministic()) {
                found.addAll(Conditions.split(filter.condition()));
                table = filter.child();
            } else if (table instanceof Project project
                    && Scala.list(project.projectList()).stream().allMatch(Attribute.class::isInstance)) {
                table = project.child();
            } else {
                break;
            }
        }

        List<Attribute> columns = Scala.list(table.output());
        Set<Integer> needed = new TreeSet<>();
        Map<Expression, Expression> conditions = new LinkedHashMap<>();
        for (Expression condition : found) {
            conditions.put(numbered(condition, columns), condition);
            addNumbers(Scala.list(condition.references().toSeq()), columns, needed);
        }
        addNumbers(Scala.list(node.child().output()), columns, needed);
        return new EmbedInput(node, table, conditions, needed);
    }

    Source source() {
        List<Attribute> from = Scala.list(table.output());
        List<Expression> calls = Scala.list(node.calls()).stream()
                .map(call -> numbered(call, from))
                .toList();
        return new Source(table.canonicalized(), calls);
    }

    /** Whether the conditions beside these hardly leave rows out: joins infer that their keys are not null. */
    boolean needsAllBut(Collection<Expression> common) {
        return conditionsWithout(common).stream().allMatch(IsNotNull.class::isInstance);
    }

    List<Expression> conditionsWithout(Collection<Expression> common) {
        return conditions.entrySet().stream()
                .filter(condition -> !common.contains(condition.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The node over the rows that meet some of the conditions, with some columns of the table. */
    LogicalPlan embedAll(Collection<Expression> some, Collection<Integer> numbers) {
        List<Expression> chosen = some.stream().map(conditions::get).toList();
        LogicalPlan rows = chosen.isEmpty() ? table : new Filter(Conditions.and(chosen), table);
        List<NamedExpression> kept = List.copyOf(columns(numbers));
        return new EmbedNode(node.calls(), node.results(), new Project(Scala.seq(kept), rows));
    }

    /** What {@link #embedAll} puts out, in the columns of this place. */
    List<Attribute> output(Collection<Integer> numbers) {
        List<Attribute> output = new ArrayList<>(columns(numbers));
        output.addAll(Scala.list(node.results()));
        return output;
    }

    private List<Attribute> columns(Collection<Integer> numbers) {
        List<Attribute> all = Scala.list(table.output());
        return numbers.stream().map(all::get).toList();
    }

    private static Expression numbered(Expression expression, List<Attribute> columns) {
        Expression numbered = expression.transformUp(Scala.partial(part -> {
            int number = part instanceof Attribute attribute ? number(attribute, columns) : -1;
            return number < 0 ? part : new BoundReference(number, part.dataType(), part.nullable());
        }));
        return numbered.canonicalized();
    }

    private static void addNumbers(List<Attribute> attributes, List<Attribute> columns, Set<Integer> numbers) {
        attributes.stream()
                .map(attribute -> number(attribute, columns))
                .filter(number -> number >= 0)
                .forEach(numbers::add);
    }

    private static int number(Attribute attribute, List<Attribute> columns) {
        return IntStream.range(0, columns.size())
                .filter(i -> columns.get(i).exprId().equals(attribute.exprId()))
                .findFirst()
                .orElse(-1);
    }
}

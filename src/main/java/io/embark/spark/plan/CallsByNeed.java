/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedExpression;
import io.embark.spark.version.Scala;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.CaseWhen;
import org.apache.spark.sql.catalyst.expressions.Coalesce;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.IsNaN;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NaNvl;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.MergeRows;
import org.apache.spark.sql.types.DataTypes;
import scala.Tuple2;

/**
 * Makes the text of a call null in the rows in which nobody looks at its vector: {@code CASE WHEN c THEN embed(t) END} becomes
 * {@code CASE WHEN c THEN embed(if(c, t, null)) END}, and a null text costs nothing. So do {@code if}, {@code coalesce}, {@code
 * nanvl}, the right sides of {@code AND} and {@code OR}, the filter of an aggregate function, and the clauses of a {@code MERGE}.
 */
final class CallsByNeed {
    private static final Expression ALWAYS = Literal.TrueLiteral();

    /** A call that stands in all of n branches would be needed under n * n / 2 conditions, and each text repeats them. */
    private static final int MOST_CONDITIONS = 256;

    /**
     * The condition under which a vector is needed, of so many parts; not decided where that depends on other vectors too.
     */
    private record Need(Expression when, int parts, boolean decided) {
        static final Need IN_ALL_ROWS = new Need(ALWAYS, 0, true);

        boolean isAlways() {
            return when.equals(ALWAYS);
        }

        Need and(Expression condition) {
            if (condition.equals(ALWAYS)) {
                return this;
            }
            if (condition instanceof And both) {
                return and(both.left()).and(both.right());
            }
            if (EmbedCalls.areIn(condition)) {
                return new Need(when, parts, false);
            }
            // Left out where it cannot be computed once more: then more rows are embedded than needed, never fewer.
            if (!condition.deterministic() || holdsVariable(condition) || parts == MOST_CONDITIONS) {
                return this;
            }
            return new Need(isAlways() ? condition : new And(when, condition), parts + 1, decided);
        }

        Need or(Need other) {
            if (equals(IN_ALL_ROWS) || other.equals(IN_ALL_ROWS)) {
                return IN_ALL_ROWS;
            }
            boolean both = decided && other.decided;
            if (isAlways() || other.isAlways() || parts + other.parts > MOST_CONDITIONS) {
                return new Need(ALWAYS, 0, both);
            }
            return when.semanticEquals(other.when)
                    ? new Need(when, parts, both)
                    : new Need(new Or(when, other.when), parts + other.parts, both);
        }
    }

    /** For each call that holds no other, over all places where it stands. */
    private final Map<Expression, Need> needs = new HashMap<>();

    private CallsByNeed(LogicalPlan operator) {
        if (operator instanceof MergeRows merge) {
            visitMerge(merge);
        } else {
            Scala.list(operator.expressions()).forEach(expression -> visit(expression, Need.IN_ALL_ROWS));
        }
    }

    /**
     * The same operator, in which the calls that are not narrowed yet depend on vectors of those that are: once these are
     * columns, it can be narrowed again.
     */
    static LogicalPlan narrow(LogicalPlan operator) {
        // A condition could need columns of another child.
        boolean single = operator.children().size() == 1;
        return single ? operator.transformExpressionsUp(Scala.partial(new CallsByNeed(operator)::narrow)) : operator;
    }

    /** The calls to embed first: those of which it is decided in which rows they are needed, else all. */
    static List<EmbedExpression> decided(LogicalPlan operator, List<EmbedExpression> calls) {
        if (operator.children().size() != 1) {
            return calls;
        }
        CallsByNeed byNeed = new CallsByNeed(operator);
        return calls.stream()
                .filter(call -> byNeed.isFirst(byNeed.needs.get(call.canonicalized())))
                .toList();
    }

    /** A vector on which its own need depends, as in {@code CASE WHEN embed(t)[0] > 0 THEN embed(t) END}, waits for no other. */
    private boolean isFirst(Need need) {
        return need.decided() || needs.values().stream().noneMatch(Need::decided);
    }

    private Expression narrow(Expression expression) {
        Need need = expression instanceof EmbedExpression ? needs.get(expression.canonicalized()) : null;
        if (need == null || need.isAlways() || !isFirst(need)) {
            return expression;
        }
        EmbedExpression call = (EmbedExpression) expression;
        return call.of(new If(
                need.when(), call.text(), Literal.create(null, call.text().dataType())));
    }

    private void visit(Expression expression, Need need) {
        if (expression instanceof CaseWhen cases) {
            visitCases(cases, need);
        } else if (expression instanceof If choice) {
            visit(choice.predicate(), need);
            visit(choice.trueValue(), need.and(choice.predicate()));
            visit(choice.falseValue(), need.and(isNot(choice.predicate(), true)));
        } else if (expression instanceof Coalesce coalesce) {
            Need reached = need;
            for (Expression value : Scala.list(coalesce.children())) {
                visit(value, reached);
                reached = reached.and(new IsNull(value));
            }
        } else if (expression instanceof NaNvl choice) {
            visit(choice.left(), need);
            visit(choice.right(), need.and(new IsNaN(choice.left())));
        } else if (expression instanceof And both) {
            visit(both.left(), need);
            visit(both.right(), need.and(isNot(both.left(), false)));
        } else if (expression instanceof Or either) {
            visit(either.left(), need);
            visit(either.right(), need.and(isNot(either.left(), true)));
        } else if (expression instanceof AggregateExpression aggregate) {
            // What stands around it is computed from groups, not from rows.
            Need filtered = aggregate.filter().isDefined()
                    ? Need.IN_ALL_ROWS.and(aggregate.filter().get())
                    : Need.IN_ALL_ROWS;
            visit(aggregate.aggregateFunction(), filtered);
            if (aggregate.filter().isDefined()) {
                visit(aggregate.filter().get(), Need.IN_ALL_ROWS);
            }
        } else if (expression instanceof WindowExpression) {
            Scala.list(expression.children()).forEach(child -> visit(child, Need.IN_ALL_ROWS));
        } else {
            if (expression instanceof EmbedExpression call && !EmbedCalls.areIn(call.text())) {
                needs.merge(call.canonicalized(), need, Need::or);
            }
            Scala.list(expression.children()).forEach(child -> visit(child, need));
        }
    }

    private void visitCases(CaseWhen cases, Need need) {
        Need reached = need;
        for (Tuple2<Expression, Expression> branch : Scala.list(cases.branches())) {
            visit(branch._1(), reached);
            visit(branch._2(), reached.and(branch._1()));
            reached = reached.and(isNot(branch._1(), true));
        }
        if (cases.elseValue().isDefined()) {
            visit(cases.elseValue().get(), reached);
        }
    }

    private void visitMerge(MergeRows merge) {
        Expression source = merge.isSourceRowPresent();
        Expression target = merge.isTargetRowPresent();
        visit(source, Need.IN_ALL_ROWS);
        visit(target, Need.IN_ALL_ROWS);
        Need matched = Need.IN_ALL_ROWS.and(source).and(target);
        visitInstructions(merge.matchedInstructions(), matched);
        visitInstructions(
                merge.notMatchedInstructions(), Need.IN_ALL_ROWS.and(source).and(isNot(target, true)));
        visitInstructions(
                merge.notMatchedBySourceInstructions(),
                Need.IN_ALL_ROWS.and(target).and(isNot(source, true)));
    }

    /** The first whose condition holds is carried out. */
    private void visitInstructions(scala.collection.Seq<MergeRows.Instruction> instructions, Need need) {
        Need reached = need;
        for (MergeRows.Instruction instruction : Scala.list(instructions)) {
            Expression condition = instruction.condition();
            visit(condition, reached);
            Need taken = reached.and(condition);
            Scala.list(instruction.outputs()).forEach(row -> Scala.list(row).forEach(value -> visit(value, taken)));
            reached = reached.and(isNot(condition, true));
        }
    }

    private static boolean holdsVariable(Expression expression) {
        return expression instanceof NamedLambdaVariable
                || Scala.list(expression.children()).stream().anyMatch(CallsByNeed::holdsVariable);
    }

    /** True also where the condition is null. */
    private static Expression isNot(Expression condition, boolean value) {
        return new Not(new EqualNullSafe(condition, Literal.create(value, DataTypes.BooleanType)));
    }
}

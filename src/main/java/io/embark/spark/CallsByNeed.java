package io.embark.spark;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.CaseWhen;
import org.apache.spark.sql.catalyst.expressions.Coalesce;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.catalyst.expressions.Or;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataTypes;
import scala.Tuple2;

/**
 * Makes the text of a call null in the rows in which nobody looks at its vector: {@code CASE WHEN c THEN embed(t) END} becomes
 * {@code CASE WHEN c THEN embed(if(c, t, null)) END}, and a null text costs nothing. So do {@code if}, {@code coalesce}, the
 * right sides of {@code AND} and {@code OR}, and the filter of an aggregate function.
 */
final class CallsByNeed {
    private static final Expression ALWAYS = Literal.TrueLiteral();

    /** When the vector of a call is needed, over all places where it stands. */
    private final Map<Expression, Expression> needed = new HashMap<>();

    private CallsByNeed() {}

    /** The same operator, whose child must be the only one: a condition could need columns of another. */
    static LogicalPlan narrow(LogicalPlan operator) {
        CallsByNeed need = new CallsByNeed();
        Scala.list(operator.expressions()).forEach(expression -> need.visit(expression, ALWAYS));
        need.needed.values().removeIf(ALWAYS::equals);
        return need.needed.isEmpty() ? operator : operator.transformExpressionsUp(Scala.partial(need::narrow));
    }

    private Expression narrow(Expression expression) {
        Expression condition = expression instanceof EmbedExpression ? needed.get(expression.canonicalized()) : null;
        if (condition == null) {
            return expression;
        }
        EmbedExpression call = (EmbedExpression) expression;
        Expression narrowed = condition.transformUp(Scala.partial(this::narrow));
        Literal none = Literal.create(null, DataTypes.StringType);
        return call.of(new If(narrowed, call.text(), none));
    }

    private void visit(Expression expression, Expression when) {
        if (expression instanceof CaseWhen cases) {
            visitCases(cases, when);
        } else if (expression instanceof If choice) {
            visit(choice.predicate(), when);
            visit(choice.trueValue(), and(when, choice.predicate()));
            visit(choice.falseValue(), and(when, isNot(choice.predicate(), true)));
        } else if (expression instanceof Coalesce coalesce) {
            Expression reached = when;
            for (Expression value : Scala.list(coalesce.children())) {
                visit(value, reached);
                reached = and(reached, new IsNull(value));
            }
        } else if (expression instanceof And both) {
            visit(both.left(), when);
            visit(both.right(), and(when, isNot(both.left(), false)));
        } else if (expression instanceof Or either) {
            visit(either.left(), when);
            visit(either.right(), and(when, isNot(either.left(), true)));
        } else if (expression instanceof AggregateExpression aggregate) {
            // What stands around it is computed from groups, not from rows.
            Expression filtered = aggregate.filter().isDefined()
                    ? and(ALWAYS, aggregate.filter().get())
                    : ALWAYS;
            visit(aggregate.aggregateFunction(), filtered);
            if (aggregate.filter().isDefined()) {
                visit(aggregate.filter().get(), ALWAYS);
            }
        } else if (expression instanceof WindowExpression) {
            Scala.list(expression.children()).forEach(child -> visit(child, ALWAYS));
        } else {
            if (expression instanceof EmbedExpression call) {
                needed.merge(call.canonicalized(), isNarrow(call) ? ALWAYS : when, CallsByNeed::or);
            }
            Scala.list(expression.children()).forEach(child -> visit(child, when));
        }
    }

    private void visitCases(CaseWhen cases, Expression when) {
        Expression reached = when;
        for (Tuple2<Expression, Expression> branch : Scala.list(cases.branches())) {
            visit(branch._1(), reached);
            visit(branch._2(), and(reached, branch._1()));
            reached = and(reached, isNot(branch._1(), true));
        }
        if (cases.elseValue().isDefined()) {
            visit(cases.elseValue().get(), reached);
        }
    }

    /** Whether it was narrowed before, by this class or by hand. */
    private static boolean isNarrow(EmbedExpression call) {
        return call.text() instanceof If choice && choice.falseValue() instanceof Literal none && none.value() == null;
    }

    /** Leaves a condition out that cannot be computed once more: then more rows are embedded than needed, never fewer. */
    private static Expression and(Expression reached, Expression condition) {
        if (!condition.deterministic() || holdsVariable(condition)) {
            return reached;
        }
        return reached.equals(ALWAYS) ? condition : new And(reached, condition);
    }

    private static boolean holdsVariable(Expression expression) {
        return expression instanceof NamedLambdaVariable
                || Scala.list(expression.children()).stream().anyMatch(CallsByNeed::holdsVariable);
    }

    private static Expression or(Expression one, Expression other) {
        if (one.equals(ALWAYS) || other.equals(ALWAYS)) {
            return ALWAYS;
        }
        return one.semanticEquals(other) ? one : new Or(one, other);
    }

    /** True also where the condition is null. */
    private static Expression isNot(Expression condition, boolean value) {
        return new Not(new EqualNullSafe(condition, Literal.create(value, DataTypes.BooleanType)));
    }
}

package io.embark.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.collection.IndexedSeq;
import scala.collection.Seq;

/** The child's columns, and one more for each call of {@code embed}. */
public final class EmbedNode extends LogicalPlan {
    private static final long serialVersionUID = 1L;

    private final Seq<EmbedExpression> calls;
    private final Seq<Attribute> results;
    private final LogicalPlan child;
    private final Seq<LogicalPlan> children;

    /** Public, with the parameters in this order, because Catalyst copies nodes by reflection. */
    public EmbedNode(Seq<EmbedExpression> calls, Seq<Attribute> results, LogicalPlan child) {
        this.calls = calls;
        this.results = results;
        this.child = child;
        this.children = Scala.seq(List.of(child));
    }

    Seq<EmbedExpression> calls() {
        return calls;
    }

    Seq<Attribute> results() {
        return results;
    }

    LogicalPlan child() {
        return child;
    }

    static Seq<Attribute> output(Seq<Attribute> input, Seq<Attribute> results) {
        List<Attribute> output = new ArrayList<>(Scala.list(input));
        output.addAll(Scala.list(results));
        return Scala.seq(output);
    }

    @Override
    public Seq<Attribute> output() {
        return output(child.output(), results);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // AttributeSet takes any expressions, of which attributes are some
    public AttributeSet producedAttributes() {
        return AttributeSet.apply((scala.collection.Iterable) results);
    }

    @Override
    public Seq<LogicalPlan> children() {
        return children;
    }

    @Override
    public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> newChildren) {
        return new EmbedNode(calls, results, newChildren.apply(0));
    }

    @Override
    public int productArity() {
        return 3;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> calls;
            case 1 -> results;
            default -> child;
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof EmbedNode;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbedNode that
                && calls.equals(that.calls)
                && results.equals(that.results)
                && child.equals(that.child);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * calls.hashCode() + results.hashCode()) + child.hashCode();
    }
}

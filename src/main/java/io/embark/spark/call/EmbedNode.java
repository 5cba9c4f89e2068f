/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import io.embark.EmbedOptions;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Statistics;
import org.apache.spark.sql.catalyst.plans.logical.statsEstimation.EstimationUtils;
import org.apache.spark.sql.types.Metadata;
import scala.Option;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.math.BigInt;

/**
 * The child's columns, and one more for each call of {@code embed}.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class EmbedNode extends LogicalPlan {
    private static final long serialVersionUID = 1L;

    /** Of a usual model; which one it is nobody knows while planning. */
    private static final int DIMENSION = 768;

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

    public Seq<EmbedExpression> calls() {
        return calls;
    }

    public Seq<Attribute> results() {
        return results;
    }

    public LogicalPlan child() {
        return child;
    }

    /** A new column for what a call gives. */
    public static Attribute resultOf(EmbedExpression call) {
        return new AttributeReference(
                "embed",
                call.dataType(),
                call.nullable(),
                Metadata.empty(),
                NamedExpression.newExprId(),
                Scala.seq(List.of()));
    }

    /** The same node that runs one more call. */
    public EmbedNode with(EmbedExpression call, Attribute result) {
        return new EmbedNode(append(calls, call), append(results, result), child);
    }

    private static <T> Seq<T> append(Seq<T> seq, T last) {
        List<T> longer = new ArrayList<>(Scala.list(seq));
        longer.add(last);
        return Scala.seq(longer);
    }

    public static Seq<Attribute> output(scala.collection.Seq<Attribute> input, Seq<Attribute> results) {
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
    public Option<Object> maxRows() {
        return child.maxRows();
    }

    @Override
    public Option<Object> maxRowsPerPartition() {
        return child.maxRowsPerPartition();
    }

    /** Vectors are large: without their size Spark would broadcast tables that fit no memory. */
    @Override
    public Statistics stats() {
        Statistics input = child.stats();
        BigInt rowBytes = EstimationUtils.getSizePerRow(child.output(), EstimationUtils.getSizePerRow$default$2());
        BigInt vectorBytes = BigInt.apply(Scala.list(calls).stream()
                .mapToLong(call -> VectorValue.bytes(call.options().get(EmbedOptions.ENCODING), DIMENSION))
                .sum());
        return new Statistics(
                input.sizeInBytes().$times(rowBytes.$plus(vectorBytes)).$div(rowBytes),
                input.rowCount(),
                input.attributeStats(),
                input.isRuntime());
    }

    @Override
    public Seq<LogicalPlan> children() {
        return children;
    }

    @SuppressWarnings("MissingOverride") // it overrides in Scala 2.12 only
    public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> newChildren) {
        return new EmbedNode(calls, results, newChildren.apply(0));
    }

    /** As Scala 2.13 asks for it. */
    public LogicalPlan withNewChildrenInternal(scala.collection.immutable.IndexedSeq<LogicalPlan> newChildren) {
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

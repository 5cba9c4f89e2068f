/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.EmbedOptions;
import io.embark.model.ModelName;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbedNode;
import io.embark.spark.models.DriverModels;
import io.embark.spark.version.Scala;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.ExplainUtils;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;

/**
 * Runs the calls of an {@link EmbedNode} on each partition, window by window.
 *
 * @hidden Public for Spark only, which copies it by its constructor.
 */
public final class EmbedExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final Seq<EmbedExpression> calls;
    private final Seq<Attribute> results;
    private final SparkPlan child;
    private final Seq<SparkPlan> children;
    private EmbedMetrics embedMetrics;

    /** Public, with the parameters in this order, because Catalyst copies nodes by reflection. */
    public EmbedExec(Seq<EmbedExpression> calls, Seq<Attribute> results, SparkPlan child) {
        this.calls = calls;
        this.results = results;
        this.child = child;
        this.children = Scala.seq(List.of(child));
    }

    @Override
    public RDD<InternalRow> doExecute() {
        DriverModels models = DriverModels.of(sparkContext());
        List<PinnedCall> pinned = Scala.list(calls).stream()
                .map(call -> PinnedCall.of(call, models.pin(sparkContext(), call.options())))
                .toList();
        EmbedTask task = new EmbedTask(pinned, Scala.list(child.output()), Scala.list(output()), embedMetrics());
        Function2<Integer, Iterator<InternalRow>, Iterator<InternalRow>> embed =
                (partition, rows) -> new EmbedIterator(partition, rows, task);
        return child.execute().toJavaRDD().mapPartitionsWithIndex(embed, true).rdd();
    }

    @Override
    public Map<String, SQLMetric> metrics() {
        return embedMetrics().byKey();
    }

    /** Made when first asked for: planning copies nodes by the dozen, also where no session is active. */
    private synchronized EmbedMetrics embedMetrics() {
        if (embedMetrics == null) {
            embedMetrics = EmbedMetrics.create(sparkContext());
        }
        return embedMetrics;
    }

    @Override
    public String nodeName() {
        return "Embed "
                + Scala.list(calls).stream()
                        .map(call -> modelName(call.options()))
                        .distinct()
                        .collect(Collectors.joining(", "));
    }

    /** What EXPLAIN FORMATTED says, as of Spark's own operators with one child. */
    @Override
    public String verboseStringWithOperatorId() {
        return String.join(
                "\n",
                formattedNodeName(),
                ExplainUtils.generateFieldString("Input", child.output()),
                ExplainUtils.generateFieldString("Calls", calls),
                ExplainUtils.generateFieldString("Results", results),
                "");
    }

    /** As the model calls itself when it is loaded; the commit of a model of a hub in short. */
    private String modelName(EmbedOptions options) {
        String reference = session() == null
                ? options.get(EmbedOptions.MODEL)
                : DriverModels.of(sparkContext()).reference(options);
        return ModelName.of(reference).brief();
    }

    @Override
    public Seq<Attribute> output() {
        return EmbedNode.output(child.output(), results);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // AttributeSet takes any expressions, of which attributes are some
    public AttributeSet producedAttributes() {
        return AttributeSet.apply((scala.collection.Iterable) results);
    }

    @Override
    public Partitioning outputPartitioning() {
        return child.outputPartitioning();
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        return Scala.seq(Scala.list(child.outputOrdering()));
    }

    @Override
    public Seq<SparkPlan> children() {
        return children;
    }

    @SuppressWarnings("MissingOverride") // it overrides in Scala 2.12 only
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
        return new EmbedExec(calls, results, newChildren.apply(0));
    }

    /** As Scala 2.13 asks for it. */
    public SparkPlan withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> newChildren) {
        return new EmbedExec(calls, results, newChildren.apply(0));
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
        return other instanceof EmbedExec;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbedExec that
                && calls.equals(that.calls)
                && results.equals(that.results)
                && child.equals(that.child);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * calls.hashCode() + results.hashCode()) + child.hashCode();
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.exec;

import io.embark.spark.version.Scala;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.SinglePartition$;
import org.apache.spark.sql.execution.SparkPlan;
import scala.collection.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The first rows of its child, taken by the driver, which asks as few partitions for them as it can: what {@code show()} needs
 * of a table with thousands of files. Spark's own operator for that (CollectLimitExec) does so only as the last one of a query.
 *
 * @hidden Public for Spark only, which copies it by its constructor.
 */
public final class FirstRowsExec extends SparkPlan {
    private static final long serialVersionUID = 1L;

    private final int limit;
    private final SparkPlan child;
    private final Seq<SparkPlan> children;

    /** Public, with the parameters in this order, because Catalyst copies nodes by reflection. */
    public FirstRowsExec(int limit, SparkPlan child) {
        this.limit = limit;
        this.child = child;
        this.children = Scala.seq(List.of(child));
    }

    @Override
    public RDD<InternalRow> doExecute() {
        List<InternalRow> rows = Arrays.asList(child.executeTake(limit));
        return JavaSparkContext.fromSparkContext(sparkContext())
                .parallelize(rows, 1)
                .rdd();
    }

    @Override
    public String nodeName() {
        return "FirstRows";
    }

    @Override
    public Seq<Attribute> output() {
        return Scala.seq(Scala.list(child.output()));
    }

    @Override
    public Partitioning outputPartitioning() {
        return SinglePartition$.MODULE$;
    }

    @Override
    public Seq<SparkPlan> children() {
        return children;
    }

    @SuppressWarnings("MissingOverride") // it overrides in Scala 2.12 only
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
        return new FirstRowsExec(limit, newChildren.apply(0));
    }

    /** As Scala 2.13 asks for it. */
    public SparkPlan withNewChildrenInternal(scala.collection.immutable.IndexedSeq<SparkPlan> newChildren) {
        return new FirstRowsExec(limit, newChildren.apply(0));
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int index) {
        return index == 0 ? (Object) limit : child;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof FirstRowsExec;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FirstRowsExec that && limit == that.limit && child.equals(that.child);
    }

    @Override
    public int hashCode() {
        return 31 * limit + child.hashCode();
    }
}

package io.embark.spark;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.Seq;

/** Plans an {@link EmbedNode} as an {@link EmbedExec}. */
final class EmbedStrategy extends SparkStrategy {
    @Override
    public Seq<SparkPlan> apply(LogicalPlan plan) {
        return plan instanceof EmbedNode node
                ? Scala.seq(List.of(new EmbedExec(node.calls(), node.results(), planLater(node.child()))))
                : Scala.seq(List.of());
    }
}

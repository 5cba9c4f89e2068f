/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.spark.call.EmbedNode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.ExistenceJoin;
import org.apache.spark.sql.catalyst.plans.InnerLike;
import org.apache.spark.sql.catalyst.plans.JoinType;
import org.apache.spark.sql.catalyst.plans.LeftAnti$;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.LeftSemi$;
import org.apache.spark.sql.catalyst.plans.RightOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sample;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.Window;

/**
 * A plan that was given one more column, which can be handed up through the operators above.
 *
 * @param plan the rows of a plan, in their order, with all of its columns and perhaps more
 * @param column the column
 */
record PlanWithColumn(LogicalPlan plan, Attribute column) {
    /** An operator of which one child is replaced by this plan, with the column in its output. */
    PlanWithColumn through(LogicalPlan operator, LogicalPlan child) {
        if (operator instanceof Project project) {
            return new PlanWithColumn(new Project(withColumn(project), plan), column);
        }
        if (operator instanceof Generate generate) {
            return new PlanWithColumn(withoutColumns(generate, plan), column);
        }
        List<LogicalPlan> children = new ArrayList<>(Scala.list(operator.children()));
        children.replaceAll(each -> each == child ? plan : each);
        return new PlanWithColumn(operator.withNewChildren(Scala.seq(children)), column);
    }

    private scala.collection.immutable.Seq<NamedExpression> withColumn(Project project) {
        List<NamedExpression> list = new ArrayList<>(Scala.list(project.projectList()));
        if (list.stream().noneMatch(output -> output.exprId().equals(column.exprId()))) {
            list.add(column);
        }
        return Scala.seq(list);
    }

    /** The children whose columns the operator hands on, each row perhaps often or not at all. */
    static List<LogicalPlan> childrenWithTheSameRows(LogicalPlan plan) {
        if (plan instanceof Join join) {
            return Scala.list(join.children()).stream()
                    .filter(child -> handsOn(join.joinType(), child == join.left()))
                    .toList();
        }
        boolean handsOn = plan instanceof EmbedNode
                || plan instanceof Filter
                || plan instanceof Sort
                || plan instanceof Window
                || plan instanceof GlobalLimit
                || plan instanceof LocalLimit
                || plan instanceof Sample
                || plan instanceof RepartitionOperation
                || plan instanceof Generate;
        return handsOn ? Scala.list(plan.children()) : List.of();
    }

    /** The vectors of a side whose rows may be null are left out: the text above may be made of nulls. */
    private static boolean handsOn(JoinType type, boolean left) {
        return type instanceof InnerLike
                || (left
                        ? type == LeftOuter$.MODULE$
                                || type == LeftSemi$.MODULE$
                                || type == LeftAnti$.MODULE$
                                || type instanceof ExistenceJoin
                        : type == RightOuter$.MODULE$);
    }

    /** A generator numbers the columns that it drops, and one more column may have shifted them. */
    private static LogicalPlan withoutColumns(Generate generate, LogicalPlan child) {
        List<Attribute> before = Scala.list(generate.child().output());
        List<Attribute> now = Scala.list(child.output());
        List<Object> dropped = new ArrayList<>();
        for (Object number : Scala.list(generate.unrequiredChildIndex())) {
            dropped.add(now.indexOf(before.get((Integer) number)));
        }
        return new Generate(
                generate.generator(),
                Scala.seq(dropped),
                generate.outer(),
                generate.qualifier(),
                generate.generatorOutput(),
                child);
    }
}

/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.source;

import io.embark.Precision;
import io.embark.job.table.TableLabels;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.version.Scala;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Union;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What tables say of a column of vectors, each table that its rows come from. Spark itself keeps what the first of them says:
 * behind a union it may hold for some rows only.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class VectorLabels {
    private final Map<String, EmbeddingMetadata> found = new LinkedHashMap<>();

    private VectorLabels() {}

    /** The labels of a column, one for each fingerprint and precision; none if no table says anything. */
    public static List<EmbeddingMetadata> of(Dataset<Row> rows, StructField column) {
        VectorLabels labels = new VectorLabels();
        LogicalPlan plan = rows.queryExecution().analyzed();
        for (Attribute output : Scala.list(plan.output())) {
            if (output.name().equals(column.name())) {
                labels.collect(plan, output);
            }
        }
        return List.copyOf(labels.found.values());
    }

    /** Whether one was found. A view says again what the first of its tables says, so who lies deeper is asked first. */
    private boolean collect(LogicalPlan plan, Attribute column) {
        boolean isFound = false;
        if (plan instanceof Union union) {
            int place = place(union.output(), column.exprId());
            for (LogicalPlan child : Scala.list(union.children())) {
                isFound |= collect(child, Scala.list(child.output()).get(place));
            }
            return isFound;
        }
        Attribute within = plan instanceof Project project ? renamed(project, column) : column;
        for (LogicalPlan child : Scala.list(plan.children())) {
            if (place(child.output(), within.exprId()) >= 0) {
                isFound |= collect(child, within);
            }
        }
        Optional<EmbeddingMetadata> own = isFound ? Optional.empty() : label(plan, column);
        own.ifPresent(label -> found.putIfAbsent(key(label), label));
        return isFound || own.isPresent();
    }

    /** Of vectors that can be compared. */
    private static String key(EmbeddingMetadata label) {
        boolean isOfHosts = EmbeddingMetadata.areAlike(Precision.AUTO, label.precision());
        return label.fingerprint() + " " + (isOfHosts ? Precision.AUTO : label.precision());
    }

    private static Optional<EmbeddingMetadata> label(LogicalPlan plan, Attribute column) {
        StructField field = new StructField(column.name(), column.dataType(), column.nullable(), column.metadata());
        return EmbeddingMetadata.of(
                TableLabels.labelled(new StructType(new StructField[] {field}), TableLabels.properties(plan))
                        .apply(0));
    }

    /** The column that a projection gives another name or, as views do, the same type again. */
    private static Attribute renamed(Project project, Attribute column) {
        for (NamedExpression expression : Scala.list(project.projectList())) {
            if (expression.exprId().equals(column.exprId())
                    && expression instanceof Alias alias
                    && within(alias.child()) instanceof Attribute named) {
                return named;
            }
        }
        return column;
    }

    private static Expression within(Expression expression) {
        return expression instanceof Cast cast ? within(cast.child()) : expression;
    }

    private static int place(scala.collection.Seq<Attribute> output, ExprId id) {
        List<Attribute> columns = Scala.list(output);
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).exprId().equals(id)) {
                return i;
            }
        }
        return -1;
    }
}

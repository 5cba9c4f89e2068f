/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.plan;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.call.EmbeddingMetadata;
import io.embark.spark.models.DriverModels;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Explode;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Inline;
import org.apache.spark.sql.catalyst.expressions.PosExplode;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationDef;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationRef;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.catalyst.trees.TreePattern;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import scala.Option;

/**
 * Gives each column of vectors the metadata that a job writes: the column that an analysed call makes, and all that name it. Of
 * arrays and chunks only the column that a generator makes of their vectors: one vector is what the metadata is about.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class LabelVectors extends Rule<LogicalPlan> {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        // Calls count among user functions.
        return plan.containsPattern(TreePattern.SCALA_UDF()) ? new OfPlan().label(plan) : plan;
    }

    /** One pass over a plan, from below. */
    private static final class OfPlan {
        private final Map<EmbedOptions, Optional<Metadata>> labels = new HashMap<>();
        private final Map<Object, List<Attribute>> shared = new HashMap<>();

        LogicalPlan label(LogicalPlan plan) {
            return plan.resolveOperatorsUp(Scala.partial(this::labelOperator));
        }

        private LogicalPlan labelOperator(LogicalPlan operator) {
            if (!operator.resolved()) {
                return operator;
            }
            if (operator instanceof CTERelationDef definition) {
                shared.put(definition.id(), Scala.list(definition.output()));
                return operator;
            }
            Map<ExprId, Metadata> below = labelsBelow(operator);
            LogicalPlan labelled =
                    operator.transformExpressionsUp(Scala.partial(expression -> label(expression, below)));
            return labelled instanceof Generate generate ? label(generate) : labelled;
        }

        private Map<ExprId, Metadata> labelsBelow(LogicalPlan operator) {
            Map<ExprId, Metadata> below = new HashMap<>();
            if (operator instanceof CTERelationRef reference) {
                // The same columns under other numbers.
                List<Attribute> defined = shared.getOrDefault(reference.cteId(), List.of());
                List<Attribute> output = Scala.list(reference.output());
                for (int i = 0; i < Math.min(defined.size(), output.size()); i++) {
                    addLabel(below, output.get(i).exprId(), defined.get(i).metadata());
                }
            }
            for (LogicalPlan child : Scala.list(operator.children())) {
                Scala.list(child.output()).forEach(column -> addLabel(below, column.exprId(), column.metadata()));
            }
            return below;
        }

        private static void addLabel(Map<ExprId, Metadata> labels, ExprId column, Metadata metadata) {
            if (EmbeddingMetadata.isIn(metadata)) {
                labels.put(column, metadata);
            }
        }

        private Expression label(Expression expression, Map<ExprId, Metadata> below) {
            if (expression instanceof Attribute column) {
                return below.containsKey(column.exprId()) ? label(column, below.get(column.exprId())) : column;
            }
            if (!(expression instanceof Alias alias)) {
                return expression;
            }
            if (alias.child() instanceof EmbedExpression call && call.givesOneVector()) {
                boolean chosen = EmbeddingMetadata.isIn(alias.metadata());
                return chosen
                        ? alias
                        : labelOf(call)
                                .map(label -> with(alias, label, alias.metadata()))
                                .orElse(alias);
            }
            // The columns of a view have the metadata that they had when it was created.
            return EmbeddingMetadata.isIn(alias.metadata())
                            && column(alias.child()) instanceof Attribute column
                            && EmbeddingMetadata.isIn(column.metadata())
                    ? with(alias, alias.metadata(), column.metadata())
                    : alias;
        }

        /** A view says of its arrays that elements may be null, whether or not they may. */
        private static Expression column(Expression expression) {
            return expression instanceof Cast cast
                            && cast.dataType() instanceof ArrayType to
                            && cast.child().dataType() instanceof ArrayType from
                            && to.elementType().equals(from.elementType())
                    ? cast.child()
                    : expression;
        }

        private static Attribute label(Attribute column, Metadata label) {
            Metadata both = both(column.metadata(), label);
            return both.equals(column.metadata()) ? column : column.withMetadata(both);
        }

        private static Alias with(Alias alias, Metadata some, Metadata over) {
            Metadata both = both(some, over);
            return both.equals(alias.metadata())
                    ? alias
                    : new Alias(
                            alias.child(),
                            alias.name(),
                            alias.exprId(),
                            Scala.seq(Scala.list(alias.qualifier())),
                            Option.apply(both),
                            Scala.seq(Scala.list(alias.nonInheritableMetadataKeys())));
        }

        private static Metadata both(Metadata some, Metadata over) {
            return new MetadataBuilder().withMetadata(some).withMetadata(over).build();
        }

        private LogicalPlan label(Generate generate) {
            int column = generate.generator() instanceof Inline
                    ? EmbedExpression.VECTOR_OF_CHUNK
                    : generate.generator() instanceof PosExplode ? 1 : generate.generator() instanceof Explode ? 0 : -1;
            if (column < 0) {
                return generate;
            }
            Optional<Metadata> label = call(
                            ((Expression) generate.generator()).children().head(), generate.child())
                    .filter(call -> call.givesChunks() == (column == EmbedExpression.VECTOR_OF_CHUNK))
                    .flatMap(this::labelOf);
            List<Attribute> output = new ArrayList<>(Scala.list(generate.generatorOutput()));
            Attribute before = output.get(column);
            Attribute after = label.map(metadata -> label(before, metadata)).orElse(before);
            if (after == before) {
                return generate;
            }
            output.set(column, after);
            return new Generate(
                    generate.generator(),
                    generate.unrequiredChildIndex(),
                    generate.outer(),
                    generate.qualifier(),
                    Scala.seq(output),
                    generate.child());
        }

        /** The call that a column holds, if projections alone lie between. */
        private static Optional<EmbedExpression> call(Expression column, LogicalPlan plan) {
            if (column instanceof EmbedExpression call) {
                return Optional.of(call);
            }
            if (column instanceof Alias alias) {
                return call(alias.child(), plan);
            }
            if (column instanceof Attribute attribute && plan instanceof Project project) {
                return Scala.list(project.projectList()).stream()
                        .filter(output -> output.exprId().equals(attribute.exprId()))
                        .findFirst()
                        .flatMap(output -> call((Expression) output, project.child()));
            }
            return Optional.empty();
        }

        /** None if there is no such model: the query is then refused, with the call that names it. */
        private Optional<Metadata> labelOf(EmbedExpression call) {
            return labels.computeIfAbsent(call.options(), options -> {
                try {
                    return Optional.of(EmbeddingMetadata.of(DriverModels.check(options), options)
                            .toMetadata());
                } catch (EmbarkException e) {
                    return Optional.empty();
                }
            });
        }
    }
}

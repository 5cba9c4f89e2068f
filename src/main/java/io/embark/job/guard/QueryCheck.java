/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.guard;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.version.Scala;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.analysis.RelationTimeTravel;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.expressions.CallMethodViaReflection;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.ParsedStatement;

/**
 * Holds a query to be one: a plan that reads and computes, and does nothing else. Spark runs a statement as soon as it is given
 * one, so the plan is held against the operators that are known to have no effect both as it was parsed and, with what names
 * and views stand for, as it was analysed. An operator that nobody listed is refused.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class QueryCheck {
    /** The operators of queries, by name since some are of one version of Spark only. */
    private static final Set<String> OPERATORS = Set.of(
            // As parsed.
            "PlanWithUnresolvedIdentifier",
            "RelationTimeTravel",
            "UnresolvedHaving",
            "UnresolvedHint",
            "UnresolvedInlineTable",
            "UnresolvedRelation",
            "UnresolvedSubqueryColumnAliases",
            "UnresolvedTVFAliases",
            "UnresolvedTableValuedFunction",
            "UnresolvedTranspose",
            "UnresolvedWith",
            "WithWindowDefinition",
            // As analysed, and both.
            "Aggregate",
            "AsOfJoin",
            "CTERelationDef",
            "CTERelationRef",
            "DataFrameDropColumns",
            "Deduplicate",
            "Distinct",
            "EmptyRelation",
            "Except",
            "Expand",
            "Filter",
            "Generate",
            "GlobalLimit",
            "Intersect",
            "Join",
            "LateralJoin",
            "LimitAll",
            "LocalLimit",
            "LocalRelation",
            "Offset",
            "OneRowRelation",
            "Pivot",
            "Project",
            "Range",
            "RebalancePartitions",
            "Repartition",
            "RepartitionByExpression",
            "ResolvedHint",
            "ResolvedInlineTable",
            "Sample",
            "SQLFunctionNode",
            "Sort",
            "Subquery",
            "SubqueryAlias",
            "Tail",
            "Transpose",
            "Union",
            "UnionLoop",
            "UnionLoopRef",
            "Unpivot",
            "View",
            "Window",
            "WithCTE");

    private static final String LOGICAL = "org.apache.spark.sql.catalyst.plans.logical";
    private static final String ANALYSIS = "org.apache.spark.sql.catalyst.analysis";

    /** Functions that call any method of Java that is named to them. */
    private static final Set<String> REFLECTION = Set.of("java_method", "reflect", "try_reflect");

    private QueryCheck() {}

    /**
     * Holds a plan to be a query.
     *
     * @param plan as it was parsed or analysed
     * @param subject where it comes from, for the error
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if it is none
     */
    public static void require(LogicalPlan plan, String subject) {
        if (!isOfQueries(plan)) {
            throw GuardErrors.isNoQuery(subject, plan);
        }

        Scala.list(plan.expressions()).forEach(expression -> requireNoReflection(expression, subject));
        parts(plan).forEach(part -> require(part, subject));
    }

    /** The names of the tables that a query reads, as it was parsed. */
    public static List<List<String>> tables(LogicalPlan parsed) {
        List<List<String>> names = new ArrayList<>();
        collect(parsed, names);
        return names;
    }

    private static void collect(LogicalPlan plan, List<List<String>> names) {
        if (plan instanceof UnresolvedRelation table) {
            names.add(Scala.list(table.multipartIdentifier()));
        } else if (plan instanceof RelationTimeTravel travel) {
            collect(travel.relation(), names);
        }
        parts(plan).forEach(part -> collect(part, names));
    }

    /** What a plan is made of: what it reads from, what stands in its WITH, and the queries within its expressions. */
    static List<LogicalPlan> parts(LogicalPlan plan) {
        List<LogicalPlan> parts = new ArrayList<>(Scala.list(plan.children()));
        parts.addAll(Scala.list(plan.subqueries()));
        Scala.list(plan.innerChildren()).forEach(inner -> {
            // Queries within expressions are among them, but for operators that have others. Plans are equal as a
            // whole.
            if (inner instanceof LogicalPlan part && parts.stream().noneMatch(known -> known == part)) {
                parts.add(part);
            }
        });
        return parts;
    }

    /** Relations of Spark's sources and of other libraries are not listed: they have nothing beneath them, and only read. */
    private static boolean isOfQueries(LogicalPlan plan) {
        if (plan instanceof Command || plan instanceof ParsedStatement) {
            return false;
        }
        String room = plan.getClass().getPackageName();
        boolean isOfSpark = room.equals(LOGICAL) || room.equals(ANALYSIS);
        return isOfSpark
                ? OPERATORS.contains(plan.getClass().getSimpleName())
                : plan.children().isEmpty();
    }

    private static void requireNoReflection(Expression expression, String subject) {
        reflection(expression).ifPresent(name -> {
            throw GuardErrors.callsAnyMethod(subject, name);
        });
        Scala.list(expression.children()).forEach(child -> requireNoReflection(child, subject));
    }

    private static Optional<String> reflection(Expression expression) {
        if (expression instanceof CallMethodViaReflection called) {
            return Optional.of(called.prettyName());
        }

        return expression instanceof UnresolvedFunction function
                ? Optional.of(function.nameParts().last().toLowerCase(Locale.ROOT))
                        .filter(REFLECTION::contains)
                : Optional.empty();
    }
}

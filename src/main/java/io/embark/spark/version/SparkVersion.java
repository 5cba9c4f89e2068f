/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.version;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.QueryContext;
import org.apache.spark.SparkThrowable;
import org.apache.spark.deploy.SparkSubmitUtils;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.ScalarSubquery;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationDef;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationRef;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.util.DependencyUtils;
import scala.Function1;
import scala.Option;
import scala.collection.Seq;

/**
 * What Spark 3.5 and Spark 4 call, build or convert in different ways; all other classes compile with both. Spark 4 gives the
 * case classes of plans more parameters, keeps expressions out of {@link Column}, and wants immutable sequences: so Embark's
 * classes give immutable ones and take any.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class SparkVersion {
    private SparkVersion() {}

    /** The rows of a plan that was analysed. */
    public static Dataset<Row> rows(SparkSession session, LogicalPlan plan) {
        return Dataset.ofRows(session, plan);
    }

    /** The expression of a column. */
    public static Expression expression(Column column) {
        return column.expr();
    }

    /** A column of an expression. */
    public static Column column(Expression expression) {
        return new Column(expression);
    }

    /** The rules that a session's extensions brought for the time before its joins are ordered by cost. */
    public static Seq<Rule<LogicalPlan>> preCboRules(SparkSession session) {
        return session.extensions().buildPreCBORules(session);
    }

    /** Rows grouped by expressions. */
    public static Aggregate aggregate(
            scala.collection.immutable.Seq<Expression> groupings,
            scala.collection.immutable.Seq<NamedExpression> outputs,
            LogicalPlan child) {
        return new Aggregate(groupings, outputs, child);
    }

    /** The only value of a plan with one row and one column. */
    public static ScalarSubquery scalarSubquery(LogicalPlan plan) {
        return new ScalarSubquery(
                plan,
                Scala.seq(List.of()),
                NamedExpression.newExprId(),
                Scala.seq(List.of()),
                Option.empty(),
                Option.empty());
    }

    /** A plan that several places of a query refer to. */
    public static CTERelationDef cteDefinition(LogicalPlan plan) {
        return new CTERelationDef(plan, CTERelationDef.newId(), Option.empty(), false);
    }

    /** A place that refers to a {@link #cteDefinition}, by columns of its own. */
    public static CTERelationRef cteReference(long definition, scala.collection.immutable.Seq<Attribute> output) {
        return new CTERelationRef(definition, true, output, false, Option.empty());
    }

    /** What Spark reports of a query that it cannot analyse; a checked exception, which Scala does not declare. */
    public static AnalysisException refusal(String message, Throwable cause) {
        return new AnalysisException(
                message,
                Option.empty(),
                Option.empty(),
                Option.apply(cause),
                Option.empty(),
                scala.collection.immutable.Map$.MODULE$.empty(),
                new QueryContext[0]);
    }

    /**
     * Jars by Maven coordinates with all that they need, as spark-submit finds them. Where the local repository of Maven has the
     * POM of one and not its jar, which is common, spark-submit gives up: this looks for it without that repository then.
     *
     * @param packages the coordinates, joined with commas
     * @param conf settings of Spark, of which those that begin with {@code spark.jars} count
     * @param log where the resolver says what it does, as far as it does not print to the process's own streams
     */
    public static List<String> resolve(String packages, Map<String, String> conf, PrintStream log) {
        SparkSubmitUtils.printStream_$eq(log);
        String excluded = conf.getOrDefault("spark.jars.excludes", "");
        Option<String> repositories = Option.apply(conf.get("spark.jars.repositories"));
        Option<String> folder = Option.apply(conf.get("spark.jars.ivy"));
        Option<String> settings = Option.apply(conf.get("spark.jars.ivySettings"));
        try {
            return Scala.list(SparkSubmitUtils.resolveMavenCoordinates(
                    packages,
                    settings.isEmpty()
                            ? SparkSubmitUtils.buildIvySettings(repositories, folder, true)
                            : SparkSubmitUtils.loadIvySettings(settings.get(), repositories, folder),
                    settings.isEmpty()
                            ? Option.apply(SparkSubmitUtils.buildIvySettings(repositories, folder, false))
                            : Option.empty(),
                    true,
                    Scala.seq(Stream.of(excluded.split(","))
                            .filter(exclusion -> !exclusion.isBlank())
                            .toList()),
                    false));
        } catch (NoSuchMethodError e) {
            // Spark 3.5.0 cannot do without the local repository.
            return Scala.list(DependencyUtils.resolveMavenDependencies(
                    true,
                    excluded,
                    packages,
                    repositories.getOrElse(() -> null),
                    folder.getOrElse(() -> null),
                    settings));
        }
    }

    /** The name of an error of Spark's, such as {@code TABLE_OR_VIEW_NOT_FOUND}; null if it has none. */
    public static String condition(SparkThrowable error) {
        return error.getErrorClass();
    }

    /**
     * Gives all that look functions up in a registry a function of SQL, unless they have it. One of another class loader, of an
     * earlier application in this JVM, is replaced.
     *
     * @param info its name among other things
     * @param builder makes the expression of a call from the expressions of its arguments
     */
    public static void register(
            FunctionRegistry registry, ExpressionInfo info, Function1<Seq<Expression>, Expression> builder) {
        FunctionIdentifier name = new FunctionIdentifier(info.getName());
        Option<Function1<Seq<Expression>, Expression>> there = registry.lookupFunctionBuilder(name);
        if (there.isEmpty() || !there.get().getClass().equals(builder.getClass())) {
            registry.registerFunction(name, info, builder);
        }
    }
}

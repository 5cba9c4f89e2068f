/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static java.util.Objects.requireNonNull;

import io.embark.spark.call.ExtendedSessions;
import io.embark.spark.exec.EmbedStrategy;
import io.embark.spark.plan.CheckCalls;
import io.embark.spark.plan.ExtractEmbed;
import io.embark.spark.plan.LabelVectors;
import io.embark.spark.plan.NullChecks;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Teaches a session the functions of Embark and the plan of {@code embed}. Sessions that Java or Scala builds find it by its
 * service file; others name this class in {@code spark.sql.extensions}, or call {@link #register}.
 */
public final class EmbarkExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
        implements SparkSessionExtensionsProvider {
    /** Called by Spark. */
    public EmbarkExtensions() {}

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        SqlFunctions.addTo(FunctionRegistry.builtin());
        extensions.injectCheckRule(session -> {
            ExtendedSessions.add(session);
            return plan -> {
                CheckCalls.check(plan);
                return BoxedUnit.UNIT;
            };
        });
        extensions.injectResolutionRule(session -> new LabelVectors());
        extensions.injectOptimizerRule(session -> new NullChecks());
        extensions.injectPreCBORule(session -> new ExtractEmbed());
        extensions.injectPlannerStrategy(session -> new EmbedStrategy());
        return BoxedUnit.UNIT;
    }

    /**
     * Does for a session that is running what the extension does for one that starts. Does nothing where either was done
     * before. A query that cannot be embedded is then refused when it is planned, not yet when it is analysed, and columns of
     * vectors have no metadata. Sessions that {@code newSession()} makes of it have to be registered themselves. Thread-safe.
     *
     * <p>In a PySpark notebook: {@code spark._jvm.io.embark.spark.EmbarkExtensions.register(spark._jsparkSession)}
     */
    public static synchronized void register(SparkSession session) {
        requireNonNull(session, "session is null");
        ExperimentalMethods methods = session.experimental();
        if (extracts(SparkVersion.preCboRules(session)) || extracts(methods.extraOptimizations())) {
            return;
        }

        ExtendedSessions.add(session);
        SqlFunctions.addTo(FunctionRegistry.builtin());
        SqlFunctions.addTo(session.sessionState().functionRegistry());
        methods.extraOptimizations_$eq(
                with(methods.extraOptimizations(), List.of(new CheckCalls(), new NullChecks(), new ExtractEmbed())));
        methods.extraStrategies_$eq(with(methods.extraStrategies(), List.of(new EmbedStrategy())));
    }

    private static boolean extracts(scala.collection.Seq<Rule<LogicalPlan>> rules) {
        return Scala.list(rules).stream().anyMatch(ExtractEmbed.class::isInstance);
    }

    private static <T> Seq<T> with(scala.collection.Seq<T> some, List<? extends T> more) {
        List<T> all = new ArrayList<>(Scala.list(some));
        all.addAll(more);
        return Scala.seq(all);
    }
}

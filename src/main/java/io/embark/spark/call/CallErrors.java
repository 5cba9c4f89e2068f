/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.call;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.List;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedLambdaVariable;
import org.apache.spark.unsafe.Platform;

/**
 * Errors about a call of {@code embed} in the form in which Spark reports a query that cannot be analysed.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CallErrors {
    private CallErrors() {}

    /**
     * Throws the error as an AnalysisException that names the call's text; Spark adds where in the query it stands. Never
     * returns: the type lets callers write {@code throw}.
     */
    public static RuntimeException refuse(String function, Expression text, EmbarkException error) {
        return throwNamed("%s(%s): ".formatted(function, shown(text)), error);
    }

    /** The same, of a function that has no argument to name. */
    public static RuntimeException refuse(String function, EmbarkException error) {
        return throwNamed(function + ": ", error);
    }

    /** Of a call that something evaluates by itself, for one row after the other. */
    static EmbarkException outsideAPlan(String function, Expression text) {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "%s(%s): is evaluated outside the plan of a query".formatted(function, nameOf(text)),
                "Embark embeds in the plans of queries, many texts at a time. This call stands where a table format evaluates"
                        + " expressions row by row: in a CHECK constraint, a generated or default column, or an action of a MERGE.",
                ("Put %1$s in the query: in the source of the MERGE, or in the SELECT that writes a column of vectors. Drop a"
                                + " constraint that calls it; one over that column, as size(embedding) = 384, needs no model.")
                        .formatted(function));
    }

    /** Spark puts the number of a column in its place before it evaluates an expression. */
    private static String nameOf(Expression text) {
        return holdsNumber(text) ? "..." : shown(text);
    }

    private static boolean holdsNumber(Expression text) {
        return text instanceof BoundReference
                || Scala.list(text.children()).stream().anyMatch(CallErrors::holdsNumber);
    }

    /** Of a call that reached the end of planning. */
    static EmbarkException leftInThePlan(String function, Expression text) {
        return new EmbarkException(
                ErrorCode.QUERY_UNSUPPORTED,
                "%s(%s): nothing in this session's plans runs it".formatted(function, nameOf(text)),
                "Embark's extension takes every call out of a plan before it runs, and this session was started without it.",
                "Start Spark with spark.sql.extensions=io.embark.spark.EmbarkExtensions, or call"
                        + " EmbarkExtensions.register(spark) before the query.");
    }

    /** The text as SQL, in which Spark writes no names of lambda variables. */
    private static String shown(Expression text) {
        return text.transform(Scala.partial(expression -> expression instanceof NamedLambdaVariable variable
                        ? new UnresolvedAttribute(Scala.seq(List.of(variable.name())))
                        : expression))
                .sql();
    }

    private static RuntimeException throwNamed(String subject, EmbarkException error) {
        EmbarkException named = error.withProblem(subject::concat);
        // Scala knows no checked exceptions, and to Java this is one.
        Platform.throwException(SparkVersion.refusal(named.getMessage(), named));
        return named;
    }
}
